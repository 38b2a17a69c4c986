"""The JSON Schema (2020-12) of an assembly, the `collectif.json` that the PDF of a collective dossier carries.

Like that of a deposit: every part is required and nothing else is allowed, so that a program may trust what it reads.
"""

from collections.abc import Mapping
from typing import Any

from grantapp.domain.collective import FORMAT, Standing
from grantapp.domain.deposit_schema import DAY, DECIMAL, INSTANT, SHA256
from grantapp.domain.eligibility import Conclusion, Severity, Verdict

__all__ = ["FORMAT", "schema"]

Schema = dict[str, Any]
SIREN = "^[0-9]{9}$"
WHATS = ("joined", "left", "refused", "refiled", "standing", "chosen", "gone")


def schema() -> Schema:
    """What every assembly of today's format satisfies."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Dossier collectif grantapp, format {FORMAT}",
        "description": (
            "Le contenu figé d'un dossier collectif. Son empreinte est le SHA-256 de ce fichier, octet pour octet. Il "
            "ne vaut pas dépôt : ce qui compte est le dossier que chaque entreprise a déposé."
        ),
        **_object(
            {
                "format": {"const": FORMAT, "description": "Le format de ce fichier."},
                "reference": _text("La référence du dossier collectif, par exemple A22-C001."),
                "number": _whole("Le numéro de la version, à partir de 1.", least=1),
                "assembled_at": _matching(INSTANT, "L'instant de l'assemblage, en UTC."),
                "assembled_by": _text("Le nom de la personne qui a assemblé."),
                "address": _text("L'adresse du site où la version se vérifie."),
                "warning": _text("Ce qui est à confirmer, imprimé en première page."),
                "edition": _edition(),
                "cooperative": _object({"name": _text("La coopérative."), "siren": _matching(SIREN, "Son SIREN.")}),
                "lead": _object(
                    {
                        "reference": _text("La référence du dossier de la coopérative."),
                        "sentence": _text("S'il est repris, ou pourquoi il ne l'est pas."),
                        "chapter": _or_null({"$ref": "#/$defs/chapter"}),
                    }
                ),
                "standings": _list(
                    {
                        "standing": {"enum": [each.value for each in Standing]},
                        "label": _text("Cette situation, en français."),
                        "count": _whole("Combien d'entreprises y sont."),
                        "taken_in": {"type": "boolean", "description": "Si leurs chiffres sont repris."},
                    }
                ),
                "firms": _list(
                    {
                        "name": _text("L'entreprise, telle que la coopérative la nomme."),
                        "siren": _matching(SIREN, "Son SIREN."),
                        "town": _text("Sa commune."),
                        "standing": {"enum": [each.value for each in Standing]},
                        "label": _text("Sa situation, en français."),
                        "sentence": _text("Pourquoi, ou rien."),
                        "chapter": _or_null({"$ref": "#/$defs/chapter"}),
                    },
                    "Toutes les entreprises choisies ; « chapter » est null pour celles qui ne sont pas reprises.",
                ),
                "rules": _list(
                    {"rule": _text("Le code."), "title": _text("La règle."), "severity": _one_of(Severity)},
                    "Les règles qui ont jugé un dossier repris : les colonnes du tableau.",
                ),
                "labels": _object({"posts": _words(), "natures": _words()}, "Le français des codes de postes."),
                "totals": {"$ref": "#/$defs/amounts"},
                "findings": _list(
                    {
                        "rule": _text("Le code d'une règle de groupe."),
                        "title": _text("La règle."),
                        "severity": _one_of(Severity),
                        "verdict": _one_of(Verdict),
                        "sentence": _text("Le constat."),
                        "citations": {"$ref": "#/$defs/citations"},
                    }
                ),
                "previous": _or_null(
                    _object(
                        {
                            "number": _whole("Son numéro.", least=1),
                            "fingerprint": _matching(SHA256, "Son empreinte."),
                            "assembled_at": _matching(INSTANT, "L'instant de son assemblage, en UTC."),
                        }
                    )
                ),
                "changes": _or_null(_changes()),
            }
        ),
        "$defs": {
            "amount": _matching(DECIMAL, "Un montant exact, en euros, écrit avec un point."),
            "amounts": _amounts(),
            "chapter": _chapter(),
            "citations": _list(
                {
                    "text": _text("Le texte cité."),
                    "at": _text("L'endroit."),
                    "url": _text("Son adresse."),
                    "verified": {"type": "boolean"},
                    "note": _text("Pourquoi la règle est à confirmer."),
                }
            ),
            "passage": _object({"text": _text("La phrase."), "citations": {"$ref": "#/$defs/citations"}}),
            "version": _object(
                {
                    "reference": _text("La référence du dossier."),
                    "number": _whole("La version.", least=1),
                    "fingerprint": _matching(SHA256, "Son empreinte."),
                }
            ),
            "moved": _list(
                {
                    "code": _text("Le montant, parmi ceux de « totals »."),
                    "label": _text("Son nom."),
                    "before": {"$ref": "#/$defs/amount"},
                    "after": {"$ref": "#/$defs/amount"},
                    "delta": _text("L'écart, avec son signe."),
                }
            ),
        },
    }


def _edition() -> Schema:
    passage = {"$ref": "#/$defs/passage"}
    return _object(
        {
            "id": _text("L'édition, par exemple ademe_2022."),
            "version": _text("La version de ses règles au moment de l'assemblage."),
            "call": passage,
            "title": passage,
            "authority": passage,
            "opens_on": _matching(DAY, "Premier jour."),
            "closes_on": _matching(DAY, "Dernier jour."),
            "citations": {"$ref": "#/$defs/citations"},
        }
    )


def _amounts() -> Schema:
    amount = {"$ref": "#/$defs/amount"}
    table = {"type": "object", "additionalProperties": amount}
    return _object(
        dict.fromkeys(("expenditure", "claimed", "funding", "requested", "gap"), amount)
        | dict.fromkeys(("posts", "claimed_posts", "natures"), table)
        | {"unvalued": _whole("Les lignes sans montant, qui ne comptent pas.")},
        "« gap » est l'écart des ressources moins les dépenses.",
    )


def _chapter() -> Schema:
    given = {"type": ["string", "null"]}
    return _object(
        {
            "name": _text("L'entreprise, telle que la coopérative la nomme."),
            "siren": _matching(SIREN, "Son SIREN."),
            "reference": _text("La référence de son dossier."),
            "number": _whole("La version reprise.", least=1),
            "fingerprint": _matching(SHA256, "L'empreinte de cette version : celle de son dossier.json."),
            "deposited_at": _matching(INSTANT, "L'instant de son dépôt, en UTC."),
            "verify_address": given,
            "edition_version": _text("La version des règles qui l'ont jugé."),
            "applicant": _object(dict.fromkeys(("name", "siret", "postcode", "town", "representative"), given)),
            "title": given,
            "site": _object(
                dict.fromkeys(("name", "town", "insee_code"), given)
                | {"parcels": {"type": ["array", "null"], "items": {"type": "string"}}}
            ),
            "has_own_site": {"type": "boolean", "description": "Si l'entreprise répond pour elle-même du terrain."},
            "conclusion": _one_of(Conclusion),
            "verdicts": {"type": "object", "additionalProperties": _one_of(Verdict)},
            "reserves": _list(
                {
                    "rule": _text("Le code."),
                    "title": _text("La règle."),
                    "severity": _one_of(Severity),
                    "verdict": _one_of(Verdict),
                    "sentence": _text("Le constat."),
                },
                "Les règles qui ne sont pas remplies.",
            ),
            "amounts": {"$ref": "#/$defs/amounts"},
            "pieces": _list(
                {
                    "label": _text("La pièce demandée."),
                    "name": _text("Le nom du fichier."),
                    "size": _whole("Sa taille, en octets."),
                    "sha256": _matching(SHA256, "Son empreinte."),
                }
            ),
        },
        "Un dossier déposé et repris.",
    )


def _changes() -> Schema:
    verdict = {"enum": [*(each.value for each in Verdict), None]}
    turned: Schema = {"rule": _text("Le code."), "title": _text("La règle."), "before": verdict, "after": verdict}
    firm = _list(
        {
            "name": _text("L'entreprise."),
            "siren": _matching(SIREN, "Son SIREN."),
            "what": {"enum": list(WHATS)},
            "sentence": _text("Le changement, tel qu'il est imprimé."),
            "before": _or_null({"$ref": "#/$defs/version"}),
            "after": _or_null({"$ref": "#/$defs/version"}),
            "amounts": {"$ref": "#/$defs/moved"},
            "verdicts": _list(turned),
        }
    )
    return _object(
        {
            "lead": firm,
            "firms": firm,
            "totals": {"$ref": "#/$defs/moved"},
            "findings": _list(turned | {"sentence": _text("Le constat d'aujourd'hui.")}),
            "edition_version": _or_null(_object({"before": _text("Avant."), "after": _text("Après.")})),
        },
        "Ce que cette version change à la précédente.",
    )


# ── words of the schema ──────────────────────────────────────────────────────────────────────────────────────────


def _object(parts: Mapping[str, Schema], said: str = "") -> Schema:
    made: Schema = {
        "type": "object",
        "properties": dict(parts),
        "required": list(parts),
        "additionalProperties": False,
    }
    return made | ({"description": said} if said else {})


def _list(parts: Mapping[str, Schema], said: str = "") -> Schema:
    return {"type": "array", "items": _object(parts)} | ({"description": said} if said else {})


def _or_null(given: Schema) -> Schema:
    return {"anyOf": [given, {"type": "null"}]}


def _text(said: str) -> Schema:
    return {"type": "string", "description": said}


def _matching(pattern: str, said: str) -> Schema:
    return {"type": "string", "pattern": pattern, "description": said}


def _whole(said: str, *, least: int = 0) -> Schema:
    return {"type": "integer", "minimum": least, "description": said}


def _words() -> Schema:
    return {"type": "object", "additionalProperties": {"type": "string"}}


def _one_of(words: Any) -> Schema:
    return {"enum": [each.value for each in words]}
