"""What is answered to whoever asks whether a document is what was filed: one verdict, what it rests on, what to do.

The page, the terminal and the machines read the same sentences. None of them names anybody, nor says anything of the
project: whoever holds a document may ask, and learns of it nothing that is not printed on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from grantapp.french import moment, typeset


class Verdict(StrEnum):
    FILED = "filed"
    ASSEMBLED = "assembled"  # a collective dossier, which is no filing
    REPLACED = "replaced"  # filed, and a later version was filed since
    ALTERED = "altered"
    UNKNOWN = "unknown"
    NOT_FILED = "not_filed"  # made by this site from what was never filed

    @property
    def word(self) -> str:
        return WORDS[self]


class Proof(StrEnum):
    """What an answer rests on."""

    CODE = "code"  # nothing but a code was given: the site's register
    REGISTER = "register"  # the bytes are those the site kept
    SEAL = "seal"
    CONTENT = "content"  # the deposit itself, as JSON


WORDS = {
    Verdict.FILED: "Déposé",
    Verdict.ASSEMBLED: "Assemblé",
    Verdict.REPLACED: "Remplacé",
    Verdict.ALTERED: "Modifié",
    Verdict.UNKNOWN: "Inconnu",
    Verdict.NOT_FILED: "Non déposé",
}
TECHNICAL = (
    "Le cachet est technique : il n'est pas qualifié au sens du règlement européen eIDAS, et l'heure est celle du "
    "site, sans horodatage qualifié."
)
NOT_JUDGED = "Rien n'est dit de l'exactitude des réponses, ni de la décision du service instructeur."
SAVED_AGAIN = (
    "Un PDF enregistré à nouveau, compressé, annoté, signé ou « imprimé en PDF » n'a plus les mêmes octets, même si "
    "rien ne change à l'œil : vérifiez le fichier tel que vous l'avez reçu."
)
PROVED = {
    Proof.CODE: ("Le registre de ce site contient un dépôt sous ce code, à l'instant indiqué.",),
    Proof.REGISTER: (
        "Pas un octet du fichier n'a changé depuis que ce site l'a produit.",
        "Le registre de ce site contient ce dépôt, à l'instant indiqué.",
    ),
    Proof.SEAL: ("Pas un octet du fichier n'a changé depuis son scellement, par la clé du certificat reconnu.",),
    Proof.CONTENT: (
        "Le contenu (réponses, constats, montants, empreintes des pièces) est celui qui a été déposé, à l'octet près.",
        "Le registre de ce site contient ce dépôt, à l'instant indiqué.",
    ),
}
PROVED_OF_ASSEMBLY = {
    Proof.CODE: ("Le registre de ce site contient un dossier collectif sous ce code, à l'instant indiqué.",),
    Proof.REGISTER: (
        "Pas un octet du fichier n'a changé depuis que ce site l'a produit.",
        "Le registre de ce site contient cette version du dossier collectif, à l'instant indiqué.",
    ),
    Proof.CONTENT: (
        "Le contenu (entreprises, verdicts, montants, empreintes) est celui qui a été assemblé, à l'octet près.",
        "Le registre de ce site contient cette version du dossier collectif, à l'instant indiqué.",
    ),
}
NO_FILING = (
    "Un dossier collectif rassemble des dossiers et ne vaut pas dépôt : ce qui compte est celui que chaque entreprise "
    "a déposé. Vérifiez chacun d'eux avec son propre code."
)
NOT_PROVED = {
    Proof.CODE: (
        "Un code ne prouve pas que le papier ou le fichier qui le porte est fidèle : comparez la référence, la version "
        "et l'heure avec celles qui y sont imprimées ou, mieux, donnez le fichier.",
        NOT_JUDGED,
    ),
    Proof.REGISTER: (TECHNICAL, NOT_JUDGED),
    Proof.SEAL: (TECHNICAL, "Le registre n'a pas servi : une version plus récente peut exister.", NOT_JUDGED),
    Proof.CONTENT: ("Un fichier JSON ne porte pas de cachet : c'est le registre qui répond.", NOT_JUDGED),
}


@dataclass(frozen=True)
class Filed:
    """A filed version, as far as whoever holds a document of it may be told."""

    reference: str
    number: int
    edition: str
    edition_version: str
    deposited_at: datetime
    fingerprint: str
    short_code: str
    replaced_by: tuple[int, datetime] | None  # the last version, and when it was filed
    is_assembly: bool = False  # a collective dossier: `deposited_at` is then when it was assembled


@dataclass(frozen=True)
class Answer:
    """Sentences are typeset; `document` says which one the file is, when the site made it."""

    verdict: Verdict
    sentence: str
    filed: Filed | None = None
    document: str | None = None
    seen: tuple[tuple[str, str], ...] = ()  # what the file says of itself, label and value
    proved: tuple[str, ...] = ()
    not_proved: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


def answer(
    verdict: Verdict,
    sentence: str,
    *advice: str,
    filed: Filed | None = None,
    document: str | None = None,
    seen: Mapping[str, str] = MappingProxyType({}),
    proof: Proof | None = None,
) -> Answer:
    """An answer with what it proves and what it does not, all typeset."""
    return Answer(
        verdict,
        typeset(sentence),
        filed,
        document and typeset(document),
        tuple((typeset(label), value) for label, value in seen.items()),
        tuple(map(typeset, PROVED[proof])) if proof else (),
        tuple(map(typeset, NOT_PROVED[proof])) if proof else (),
        tuple(map(typeset, advice)),
    )


def filed_or_replaced(filed: Filed, sentence: str, proof: Proof, document: str | None = None) -> Answer:
    if filed.replaced_by is None:
        return answer(Verdict.FILED, sentence, filed=filed, document=document, proof=proof)
    number, at = filed.replaced_by
    later = f"La version {number} l'a remplacé : elle a été déposée le {moment(at, seconds=True)} (heure de Paris)."
    advice = f"Demandez la version {number} à qui vous a transmis celle-ci."
    return answer(Verdict.REPLACED, f"{sentence} {later}", advice, filed=filed, document=document, proof=proof)


def assembled_or_replaced(
    filed: Filed | None,
    sentence: str,
    proof: Proof,
    document: str | None = None,
    seen: Mapping[str, str] = MappingProxyType({}),
) -> Answer:
    """The same of a collective dossier; `filed` is None where the register was not asked."""
    verdict, advice = Verdict.ASSEMBLED, [NO_FILING]
    if filed and filed.replaced_by:
        number, at = filed.replaced_by
        verdict = Verdict.REPLACED
        sentence += f" La version {number} l'a remplacé : elle a été assemblée le {moment(at, seconds=True)} (Paris)."
        advice.append("Demandez la dernière version à qui vous a transmis celle-ci.")
    given = answer(verdict, sentence, *advice, filed=filed, document=document, seen=seen, proof=proof)
    return replace(given, proved=tuple(map(typeset, PROVED_OF_ASSEMBLY.get(proof, PROVED[proof]))))


def altered_assembly(filed: Filed) -> Answer:
    return answer(
        Verdict.ALTERED,
        "Ce fichier vient d'un dossier collectif assemblé ici, mais ses octets ne sont pas ceux qui ont été produits : "
        "il a été modifié depuis, ou abîmé.",
        "Ne vous fiez pas à ce fichier. Demandez l'original à qui vous l'a transmis.",
        SAVED_AGAIN,
        filed=filed,
    )


def altered(filed: Filed | None) -> Answer:
    come = "Ce fichier vient d'un dossier déposé ici" if filed else "Ce fichier porte le cachet d'un dossier déposé"
    return answer(
        Verdict.ALTERED,
        f"{come}, mais ses octets ne sont pas ceux qui ont été produits : il a été modifié depuis, ou abîmé.",
        "Ne vous fiez pas à ce fichier. Demandez l'original à qui vous l'a transmis.",
        SAVED_AGAIN,
        filed=filed,
    )


def unknown_code() -> Answer:
    return answer(
        Verdict.UNKNOWN,
        "Aucun dossier n'a été déposé ici sous ce code.",
        "Relisez-le caractère par caractère : douze chiffres ou lettres de A à F, imprimés au bas de chaque page.",
        "Un brouillon, ou une épreuve imprimée sans dépôt, n'est pas connu ici.",
        "Si le document vient d'un autre site, c'est à l'adresse imprimée à côté du code qu'il se vérifie.",
    )


def unknown_file() -> Answer:
    return answer(
        Verdict.UNKNOWN,
        "Ce fichier n'est aucun des documents que ce site a produits, et rien n'y dit qu'il en vienne.",
        "Un document numérisé, photographié ou « imprimé en PDF » ne peut pas être reconnu : donnez plutôt au site le "
        "code court imprimé au bas de ses pages.",
        "« Inconnu » ne veut pas dire « faux » : le fichier peut venir d'un autre site, ou n'avoir jamais été déposé.",
    )


def zip_alone() -> Answer:
    return answer(
        Verdict.UNKNOWN,
        "Une archive ZIP ne porte pas de cachet : sans le registre du site, rien ne dit si elle est complète.",
        "Décompressez-la, puis vérifiez le PDF du dossier qu'elle contient : lui porte un cachet.",
    )


def as_json(given: Answer) -> dict[str, object]:
    """For machines: every key is always there."""
    filed = given.filed
    return {
        "verdict": given.verdict.value,
        "sentence": given.sentence,
        "document": given.document,
        "dossier": filed
        and {
            "kind": "assembly" if filed.is_assembly else "deposit",
            "reference": filed.reference,
            "version": filed.number,
            "edition": filed.edition,
            "edition_version": filed.edition_version,
            "deposited_at": filed.deposited_at.isoformat(),
            "fingerprint": filed.fingerprint,
            "replaced_by": filed.replaced_by
            and {"version": filed.replaced_by[0], "deposited_at": filed.replaced_by[1].isoformat()},
        },
        "seen": dict(given.seen),
        "proved": list(given.proved),
        "not_proved": list(given.not_proved),
        "advice": list(given.advice),
    }
