"""What may be found when a file is opened: the limits, the reasons to refuse it, what a person is told of it.

Words only, and few imports: the process that opens files (`grantapp.inspection`) starts anew for each of them.
"""

from dataclasses import dataclass
from enum import StrEnum

from grantapp.french import number, size, typeset

MOST_BYTES = 50_000_000  # of one file; « 50 Mo », as on a label. The page, the errors and the form all read it here.
STATED = typeset(f"PDF, JPEG ou PNG, {size(MOST_BYTES)} au plus par fichier.")  # before one chooses
MOST_PAGES = 1_000  # of one PDF
MOST_PIXELS = 80_000_000  # of one image: an A3 sheet scanned at 600 dots per inch has 70 million
LONGEST_SIDE = 5_000  # pixels that are kept: an A3 sheet at 300 dots per inch

_PRINT_ANEW = "Ouvrez-le, choisissez « Imprimer » puis « Enregistrer en PDF », et envoyez cette copie."


class Flaw(StrEnum):
    """Why a file is refused. `sentence` says it to a person, with the remedy."""

    EMPTY = "empty"
    TOO_HEAVY = "too_heavy"
    UNKNOWN = "unknown"
    NOT_AT_START = "not_at_start"
    GOES_ON = "goes_on"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    PASSWORD = "password"  # noqa: S105 - the name of a reason
    LOCKED = "locked"
    NO_PAGES = "no_pages"
    TOO_MANY_PAGES = "too_many_pages"
    SCRIPT = "script"
    ACTION = "action"
    MEDIA = "media"
    DYNAMIC_FORM = "dynamic_form"
    EMBEDDED = "embedded"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    ANIMATED = "animated"
    UNOPENED = "unopened"
    TOO_BUSY = "too_busy"

    def sentence(self, name: str, octets: int = 0) -> str:
        """`name` is that of the file as it is shown; `octets` its size, where it is the matter."""
        return f"« {name} » {_REFUSALS[self].replace('{octets}', size(octets))}"


_REFUSALS = {
    Flaw.EMPTY: "est vide. Vérifiez le fichier et envoyez-le de nouveau.",
    Flaw.TOO_HEAVY: f"pèse {{octets}} ; la limite est de {size(MOST_BYTES)} par fichier. "
    "Réduisez-le (enregistrement « taille minimale ») ou coupez-le en deux.",
    Flaw.UNKNOWN: "n'est ni un PDF, ni une image JPEG ou PNG. Enregistrez-le en PDF et renvoyez-le.",
    Flaw.NOT_AT_START: "contient un PDF, mais commence par autre chose. Ouvrez-le, enregistrez-le de nouveau en PDF "
    "et envoyez cette copie.",
    Flaw.GOES_ON: "contient autre chose après la fin du document. Ouvrez-le, enregistrez-le de nouveau en PDF et "
    "envoyez cette copie.",
    Flaw.TRUNCATED: "est incomplet : la fin du fichier manque. Reprenez l'original et envoyez-le de nouveau.",
    Flaw.DAMAGED: "est endommagé : il ne s'ouvre pas en entier. Reprenez l'original, ou demandez-le de nouveau à qui "
    "vous l'a remis.",
    Flaw.PASSWORD: "demande un mot de passe : le service instructeur ne pourrait pas l'ouvrir. Enregistrez-le sans "
    "mot de passe et envoyez cette copie.",
    Flaw.LOCKED: "est verrouillé : son auteur en a limité l'impression, la copie ou la modification. Demandez-lui un "
    "fichier sans protection.",
    Flaw.NO_PAGES: "n'a aucune page. Vérifiez le fichier et envoyez-le de nouveau.",
    Flaw.TOO_MANY_PAGES: f"a plus de {number(MOST_PAGES)} pages. Coupez-le en plusieurs fichiers.",
    Flaw.SCRIPT: f"contient un programme (JavaScript) : une pièce se lit, elle n'exécute rien. {_PRINT_ANEW}",
    Flaw.ACTION: "contient une commande qui lance un programme, envoie ou importe des données : une pièce se lit, "
    f"elle n'exécute rien. {_PRINT_ANEW}",
    Flaw.MEDIA: f"contient du son, de la vidéo ou un objet animé, qui ne s'impriment pas. {_PRINT_ANEW}",
    Flaw.DYNAMIC_FORM: "est un formulaire dynamique (XFA), que la plupart des logiciels n'affichent pas. "
    f"{_PRINT_ANEW}",
    Flaw.EMBEDDED: "cache un autre fichier en pièce jointe, que nous n'ouvrons pas. Envoyez cet autre fichier à part, "
    f"puis retirez-le de celui-ci : {_PRINT_ANEW[0].lower()}{_PRINT_ANEW[1:]}",
    Flaw.TOO_LARGE: f"demande trop de mémoire ou de temps pour s'ouvrir. {_PRINT_ANEW}",
    Flaw.TOO_MANY_PIXELS: f"a trop de points : {number(MOST_PIXELS // 1_000_000)} millions de pixels au plus. "
    "Réduisez l'image, ou numérisez de nouveau à 300 points par pouce.",
    Flaw.ANIMATED: "est une image animée, qui ne s'imprime pas. Enregistrez une image fixe et envoyez-la.",
    Flaw.TOO_BUSY: "n'a pas pu être ouvert : beaucoup de fichiers arrivent en ce moment. Envoyez-le de nouveau dans "
    "une minute.",
    Flaw.UNOPENED: f"n'a pas pu être ouvert sans risque. {_PRINT_ANEW}",
}


class Note(StrEnum):
    """What a person is told of a file that is accepted."""

    LOCATED = "located"  # an image that said where it was taken
    REWRITTEN = "rewritten"  # any other image
    REDUCED = "reduced"
    REPAIRED = "repaired"  # a PDF that opens, though its structure is faulty
    CARRIES_DATA = "carries_data"  # a PDF with data attached, as an electronic invoice has

    @property
    def sentence(self) -> str:
        return typeset(_NOTES[self])


_NOTES = {
    Note.LOCATED: "La photo disait où elle a été prise : elle a été réécrite sans ce lieu, ni aucune donnée cachée.",
    Note.REWRITTEN: "L'image a été réécrite pour n'en garder que ce qui se voit, sans lieu ni autre donnée cachée.",
    Note.REDUCED: f"Elle a été réduite à {number(LONGEST_SIDE)} pixels de côté, ce qui suffit pour un plan A3.",
    Note.REPAIRED: "Sa structure est fautive, mais toutes ses pages s'ouvrent : vérifiez qu'il est complet.",
    Note.CARRIES_DATA: "Il porte des données jointes, gardées avec lui ; elles ne seront pas imprimées.",
}


@dataclass(frozen=True)
class Inspected:
    """What was found in a file that may be attached. An image is one page."""

    pages: int
    notes: tuple[Note, ...] = ()
