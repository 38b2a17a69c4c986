"""The JSON Schema (2020-12) of a deposit, the `dossier.json` that the archive PDF carries. Its words are for whoever
writes a program that reads one; the program may trust that nothing else stands in it."""

from typing import Any

from grantapp.domain import project_file
from grantapp.domain.deposit import FORMAT
from grantapp.domain.eligibility import Conclusion, Severity, Verdict
from grantapp.domain.group_picture import Count
from grantapp.domain.question import Kind
from grantapp.domain.size import SizeClass

__all__ = ["FORMAT", "schema"]

Schema = dict[str, Any]

SHA256 = "^[0-9a-f]{64}$"
DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"
INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?\+00:00$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def schema() -> Schema:
    """What every deposit of today's format satisfies."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Dossier grantapp, format {FORMAT}",
        "description": (
            "Le contenu figé d'un dossier au moment de son dépôt. L'empreinte du dossier est le SHA-256 de ce fichier, "
            "octet pour octet : clés triées, sans espace, en UTF-8."
        ),
        **_object(
            {
                "format": {"const": FORMAT, "description": "Le format de ce fichier."},
                "reference": _text("La référence du dossier, par exemple A22-0001."),
                "number": {
                    "type": "integer",
                    "minimum": 0,
                    "description": "Le numéro de la version déposée, à partir de 1 ; 0 pour un dossier non déposé.",
                },
                "deposited_at": _instant("L'instant du dépôt, ou du jugement d'un dossier non déposé, en UTC."),
                "deposited_by": _text("Le nom de la personne qui a déposé, depuis son compte."),
                "address": _text("L'adresse du site où le dépôt se vérifie ; vide quand rien n'est déposé."),
                "previous": _or_null(_previous(), "La version que celle-ci suit ; null pour la première."),
                "changes": _or_null(_changes(), "Ce que cette version change à la précédente ; null pour la première."),
                "edition": _edition(),
                "texts": {
                    "type": "object",
                    "additionalProperties": {"$ref": "#/$defs/passage"},
                    "description": "Ce que l'édition disait au jour du dépôt : objet, contact, versement…",
                },
                "project": _project(),
                "collective": _or_null(
                    _collective(), "Le dossier collectif dont celui-ci fait partie ; null pour un dossier seul."
                ),
                "sections": {
                    "type": "array",
                    "items": _section(),
                    "description": "Les questions posées et les réponses, dans l'ordre et dans les mots du dossier.",
                },
                "judgement": _judgement(),
                "unanswered": {
                    "type": "array",
                    "items": _object(
                        {
                            "anchor": {"$ref": "#/$defs/anchor"},
                            "label": _text("Le libellé de la question."),
                        }
                    ),
                    "description": "Les réponses et les pièces qui manquaient.",
                },
            }
        ),
        "$defs": {
            "anchor": {
                "type": "string",
                "pattern": r"^[a-z0-9_]+(\.[a-z0-9_]+)+(\[[0-9]+\]\.[a-z0-9_]+)?$",
                "description": "Le repère d'une question : rubrique, point, question.",
            },
            "amount": {"type": "string", "pattern": DECIMAL, "description": "Un nombre exact, écrit avec un point."},
            "citation": _citation(),
            "citations": {"type": "array", "items": {"$ref": "#/$defs/citation"}, "description": "Les sources."},
            "passage": _object(
                {"text": _text("La phrase."), "citations": {"$ref": "#/$defs/citations"}},
                "Une phrase de l'édition, avec ses sources.",
            ),
            "piece": _piece("Un fichier joint, identifié par son empreinte."),
            "cell": _cell(),
            "turn": _object(
                {"before": _text("Avant."), "after": _text("Après.")}, "Ce qui était, et ce qui est devenu."
            ),
        },
    }


# ── the parts ────────────────────────────────────────────────────────────────────────────────────────────────────


def _edition() -> Schema:
    passage = {"$ref": "#/$defs/passage"}
    amendment = {
        "on": _day("Le jour de la modification."),
        "clause": _text("Ce qui est modifié."),
        "text": _text("Ce que dit la modification."),
        "citations": {"$ref": "#/$defs/citations"},
    }
    return _object(
        {
            "id": _text("L'identifiant de l'édition, par exemple ademe_2022."),
            "version": _text("La version des règles appliquées."),
            "call": passage,
            "title": passage,
            "authority": passage,
            "opens_on": _day("Le premier jour de dépôt."),
            "closes_on": _day("Le dernier jour de dépôt."),
            "citations": {"$ref": "#/$defs/citations"},
            "hour_note": passage,
            "successor": passage,
            "amendments": {
                "type": "array",
                "items": _object(amendment),
                "description": "Les modifications de l'appel connues au jour du dépôt.",
            },
        },
        "L'édition de l'appel à laquelle le dossier répond.",
    )


def _project() -> Schema:
    """The same form as a project file: a program that reads one reads the other."""
    project = project_file.schema()
    del project["$schema"], project["title"]
    return project | {"description": "Les réponses comme valeurs, dans la forme d'un fichier de projet."}


def _section() -> Schema:
    common = {
        "anchor": {"$ref": "#/$defs/anchor"},
        "kind": {"enum": [kind.value for kind in Kind], "description": "La sorte de réponse."},
        "label": _text("Le libellé de la question."),
        "unit": _text("L'unité, ou rien."),
        "required": {"type": "boolean", "description": "Si une réponse était attendue."},
    }
    column = {
        "name": _text("Le nom de la colonne dans « project »."),
        "label": _text("Le titre de la colonne."),
        "unit": _text("L'unité, ou rien."),
        "kind": {"enum": [kind.value for kind in Kind], "description": "La sorte de réponse."},
    }
    words = _nullable("La réponse en français, telle qu'elle est imprimée ; null sans réponse.")
    table = {
        "columns": {"type": "array", "items": _object(column), "description": "Les colonnes du tableau."},
        "rows": {
            "type": "array",
            "items": {"type": "array", "items": words},
            "description": "Les lignes, une case par colonne.",
        },
        "totals": {"type": "array", "items": words, "description": "Les totaux, un par colonne, ou null."},
    }
    files = {"pieces": {"type": "array", "items": {"$ref": "#/$defs/piece"}, "description": "Les fichiers joints."}}
    return _object(
        {
            "name": _text("Le nom de la rubrique dans « project »."),
            "title": _text("Le titre de la rubrique."),
            "origin": {
                "oneOf": [
                    _object(
                        {
                            "kind": {"const": "shared", "description": "Partie commune : réponses de la coopérative."},
                            "organisation": _text("La coopérative qui a répondu."),
                            "reference": _text("La référence de son dossier, où elle a répondu."),
                            "saved_at": _or_null(
                                _instant("L'instant où elle l'a enregistrée."), "Null si elle ne l'a pas enregistrée."
                            ),
                            "but": _list(
                                {"$ref": "#/$defs/anchor"},
                                "Les questions de la rubrique auxquelles l'entreprise répond elle-même.",
                            ),
                        }
                    ),
                    _object(
                        {
                            "kind": {"const": "own", "description": "Partie commune à laquelle elle répond elle-même."},
                            "reason": _text("Sa raison."),
                        }
                    ),
                    {"type": "null"},
                ],
                "description": "À qui sont ces réponses, dans un dossier collectif ; null : à qui dépose.",
            },
            "answers": {
                "type": "array",
                "items": {
                    "oneOf": [_object(common | {"text": words}), _object(common | table), _object(common | files)]
                },
                "description": "Les réponses de la rubrique : un texte, un tableau ou des fichiers.",
            },
        }
    )


def _collective() -> Schema:
    mandate = {
        "wording": _text("Le mandat, à la lettre."),
        "given_at": _instant("L'instant où il a été donné, en UTC."),
        "given_by": _text("Le nom de la personne qui l'a donné."),
    }
    return _object(
        {
            "reference": _text("La référence du dossier collectif."),
            "cooperative": _text("La coopérative qui le conduit."),
            "siren": _text("Le numéro SIREN de la coopérative."),
            "lead": _text("La référence du dossier de la coopérative, dont les réponses sont les parties communes."),
            "mandate": _or_null(
                _object(mandate), "Le mandat de remplir en vigueur au dépôt ; null s'il n'y en avait pas."
            ),
            "filled": _list(
                _text("Le nom d'une rubrique."), "Les rubriques que la coopérative a remplies en dernier, sous mandat."
            ),
        }
    )


def _judgement() -> Schema:
    finding = {
        "rule": _text("Le code de la règle."),
        "slug": _text("Le nom de la règle dans les adresses."),
        "title": _text("Ce que veut la règle."),
        "verdict": _one_of(Verdict, "Remplie, non remplie, ou à juger."),
        "severity": _one_of(Severity, "Bloquante, ou à signaler."),
        "sentence": _text("Le constat."),
        "missing": _list(_text("Un repère."), "Ce qui manquait pour juger."),
        "enough": _list(
            _object(
                {
                    "anchor": {"$ref": "#/$defs/anchor"},
                    "label": _text("Le libellé de la question."),
                    "text": _text("La réponse avec laquelle la règle serait remplie."),
                }
            ),
            "Les autres réponses qui suffiraient.",
        ),
        "citations": {"$ref": "#/$defs/citations"},
    }
    line = {
        "code": _text("Le code de la ligne."),
        "label": _text("Son libellé."),
        "amount": _or_null({"$ref": "#/$defs/amount"}, "Euros ; null quand aucune source ne le donne."),
        "explanation": _text("Comment il est calculé."),
        "citations": {"$ref": "#/$defs/citations"},
    }
    computation = {
        "code": _text("Le code du calcul."),
        "section": _text("La rubrique où il commence."),
        "title": _text("Son titre."),
        "sentence": _text("Son résultat."),
        "lines": _list(_text("Une ligne."), "Les lignes qui y mènent."),
        "values": {
            "type": "object",
            "additionalProperties": {"type": ["string", "integer", "boolean", "null"]},
            "description": "Ses résultats comme valeurs.",
        },
        "missing": _list(_text("Un repère."), "Ce qui manquait."),
        "citations": {"$ref": "#/$defs/citations"},
    }
    route = {
        "code": _text("Le code de la voie."),
        "title": _text("Son titre."),
        "advice": _list(_text("Un conseil."), "Que faire."),
        "citations": {"$ref": "#/$defs/citations"},
    }
    return _object(
        {
            "edition": _text("L'édition qui juge."),
            "version": _text("La version de ses règles."),
            "on": {"type": "string", "format": "date-time", "description": "L'instant du jugement."},
            "conclusion": _one_of(Conclusion, "La conclusion."),
            "findings": _list(_object(finding), "Une règle appliquée au projet."),
            "aid": _list(_object(line), "Les montants, ligne par ligne."),
            "company": _company(),
            "computations": _list(_object(computation), "Les calculs expliqués."),
            "unanswered": _list({"$ref": "#/$defs/anchor"}, "Ce qui manquait, par repère."),
            "routes": _list(_object(route), "Les autres voies."),
        },
        "La lecture automatique des réponses par les règles. Elle n'engage pas le service instructeur.",
    )


def _company() -> Schema:
    tie = {
        "attached_to": {
            "type": ["integer", "null"],
            "description": "La place de l'autre entreprise ; null : le porteur.",
        },
        "text": _text("Le lien."),
    }
    node = {
        "name": _text("L'entreprise."),
        "ties": _list(_object(tie), "Ses liens."),
        "count": _one_of(Count, "Si elle est comptée."),
        "share": {"$ref": "#/$defs/amount"},
        "reason": _text("Pourquoi."),
    }
    figure = _or_null({"$ref": "#/$defs/amount"}, "Compté avec le groupe ; null quand il manque des chiffres.")
    return _object(
        {
            "size": _or_null(
                _one_of(SizeClass, "La classe."), "La taille de l'entreprise ; null si elle est inconnue."
            ),
            "headcount": figure,
            "turnover": figure,
            "balance_total": figure,
            "lines": _list(_text("Une ligne."), "Le calcul."),
            "missing": _list(_text("Un repère."), "Ce qui manquait."),
            "group": _list(_object(node), "Les entreprises du groupe."),
            "citations": {"$ref": "#/$defs/citations"},
        },
        "La taille de l'entreprise, et qui compte avec elle.",
    )


def _previous() -> Schema:
    return _object(
        {
            "number": {"type": "integer", "minimum": 1, "description": "Son numéro."},
            "fingerprint": {"type": "string", "pattern": SHA256, "description": "Son empreinte."},
            "deposited_at": _instant("L'instant de son dépôt, en UTC."),
        }
    )


def _changes() -> Schema:
    words = _nullable("En français, comme imprimé ; null sans réponse.")
    delta = _nullable("L'écart, avec son signe.")
    field = {
        "anchor": {"$ref": "#/$defs/anchor"},
        "section": _text("La rubrique."),
        "label": _text("Le libellé de la question."),
        "before": words,
        "after": words,
        "delta": delta,
        "was_asked": {"type": "boolean", "description": "Si la version précédente posait la question."},
        "is_asked": {"type": "boolean", "description": "Si celle-ci la pose."},
    }
    row = {
        "what": {"enum": ["added", "removed", "changed"], "description": "Ajoutée, retirée ou changée."},
        "title": _text("Ce qui nomme la ligne."),
        "was_row": {"type": ["integer", "null"], "minimum": 1, "description": "Sa place avant."},
        "is_row": {"type": ["integer", "null"], "minimum": 1, "description": "Sa place maintenant."},
        "cells": _list({"$ref": "#/$defs/cell"}, "Les cases qui changent."),
        "matched_by": _text("Comment la ligne a été reconnue d'une version à l'autre."),
    }
    table = {
        "anchor": {"$ref": "#/$defs/anchor"},
        "section": _text("La rubrique."),
        "label": _text("Le tableau."),
        "rows": _list(_object(row), "Les lignes qui changent."),
        "totals": _list({"$ref": "#/$defs/cell"}, "Les totaux qui changent."),
    }
    file = _or_null(_file(), "Le fichier ; null s'il n'y était pas.")
    piece = {
        "what": {"enum": ["added", "removed", "replaced", "renamed"], "description": "Ce qui est arrivé au fichier."},
        "anchor": {"$ref": "#/$defs/anchor"},
        "label": _text("La pièce demandée."),
        "before": file,
        "after": file,
    }
    amount = {
        "code": _text("Le code de la ligne."),
        "label": _text("Son libellé."),
        "before": words,
        "after": words,
        "delta": delta,
    }
    verdict = _or_null(_one_of(Verdict, "Le constat."), "null où la règle n'existe pas.")
    turned = {
        "rule": _text("Le code de la règle."),
        "title": _text("Ce que veut la règle."),
        "before": verdict,
        "after": verdict,
        "sentence": _text("Le constat le plus récent."),
    }
    turn = _or_null({"$ref": "#/$defs/turn"}, "null quand rien ne change.")
    return _object(
        {
            "fields": _list(_object(field), "Les réponses changées."),
            "tables": _list(_object(table), "Les tableaux changés."),
            "pieces": _list(_object(piece), "Les fichiers ajoutés, retirés, remplacés ou renommés."),
            "amounts": _list(_object(amount), "Les montants calculés qui changent."),
            "verdicts": _list(_object(turned), "Les règles dont le constat change."),
            "conclusion": turn,
            "edition": turn,
            "rules": turn,
        }
    )


def _cell() -> Schema:
    words = _nullable("En français, comme imprimé ; null sans réponse.")
    return _object(
        {
            "label": _text("Le titre de la colonne."),
            "before": words,
            "after": words,
            "delta": _nullable("L'écart, avec son signe."),
        },
        "Une case, avant et après.",
    )


def _citation() -> Schema:
    return _object(
        {
            "text": _text("Le texte cité."),
            "at": _text("L'endroit : page, article, clause."),
            "url": _text("Son adresse, ou rien."),
            "verified": {"type": "boolean", "description": "Si la source a été vérifiée pour cette édition."},
            "note": _text("Pourquoi elle ne l'a pas été."),
        },
        "Où cela est écrit.",
    )


def _file() -> Schema:
    return _object(
        {
            "name": _text("Le nom du fichier."),
            "size": {"type": "integer", "minimum": 0, "description": "Sa taille, en octets."},
            "sha256": {"type": "string", "pattern": SHA256, "description": "Son empreinte."},
        }
    )


def _piece(description: str) -> Schema:
    """A file, and its pages where they were counted."""
    described = _file()
    described["properties"]["pages"] = {"type": "integer", "minimum": 1, "description": "Son nombre de pages."}
    return described | {"description": description}


# ── words for shapes ─────────────────────────────────────────────────────────────────────────────────────────────


def _object(properties: Schema, description: str = "") -> Schema:
    """Every property is there, and nothing else is."""
    shape: Schema = {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }
    return shape | ({"description": description} if description else {})


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


def _nullable(description: str) -> Schema:
    return {"type": ["string", "null"], "description": description}


def _list(items: Schema, description: str) -> Schema:
    return {"type": "array", "items": items, "description": description}


def _one_of(choices: Any, description: str) -> Schema:
    return {"enum": [each.value for each in choices], "description": description}


def _or_null(shape: Schema, description: str) -> Schema:
    return {"anyOf": [shape, {"type": "null"}], "description": description}


def _instant(description: str) -> Schema:
    return {"type": "string", "pattern": INSTANT, "description": description}


def _day(description: str) -> Schema:
    return {"type": "string", "pattern": DAY, "description": description}
