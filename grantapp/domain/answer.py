"""What an answer may be: read from JSON and back, written for a French reader, within the bounds of file and form.

A value that cannot be understood is `Misread`, with the sentence that says what to write instead.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from stdnum.fr import siren, siret

from grantapp import french
from grantapp.domain.question import Choice, Kind, Piece, Question
from grantapp.french import listing, number, typeset

LARGEST = Decimal(10) ** 12  # euros or m²: past this, somebody has leaned on a key
MOST_PARCELS = 200
PLOT = r"(?:0[A-Z]|[A-Z]{2}|[0-9]{2})[0-9]{4}"  # section and number
PARCEL = re.compile(rf"(?:(?:[0-9]{{5}}|2[AB][0-9]{{3}})[0-9]{{3}})?{PLOT}")
INSEE = re.compile(r"([0-9]{2}|2[AB])[0-9]{3}")
NUMBER = re.compile(r"-?[0-9]{1,200}(\.[0-9]{1,20})?")
PLACES = {Kind.AMOUNT: 2, Kind.AREA: 2, Kind.PERCENT: 4, Kind.DECIMAL: 6}  # decimals that a number may have
FIRST_YEAR, LAST_YEAR = 1800, 2100  # outside, somebody has mistyped
MOST_MARKS = 30  # accents on one letter; normalising far more takes quadratic time


class Misread(ValueError):  # noqa: N818 - it says what happened to the reader, it is no program's fault
    """A value that cannot be understood; its text is the sentence for the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(typeset(sentence))


def readable(text: str) -> str:
    """The text in NFC with plain line ends. Refuses what no keyboard types: controls, surrogates, direction marks."""
    piled = 0
    for character in text:
        if is_forbidden(character) and character != "\r":
            raise Misread(f"Retirez le caractère invisible U+{ord(character):04X}.")
        piled = piled + 1 if unicodedata.combining(character) else 0
        if piled > MOST_MARKS:
            raise Misread("Retirez les accents empilés sur une même lettre.")
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def is_forbidden(character: str) -> bool:
    """Controls (but tab and line end), lone surrogates, unassigned code points and bidirectional overrides."""
    category = unicodedata.category(character)
    return (
        category in ("Cc", "Cs", "Cn") and character not in "\n\t"
    ) or character in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"


def understand(question: Question, value: object) -> Any:
    """A JSON value as the answer it stands for, or `Misread` with what to write."""
    match question.kind:
        case Kind.YES_NO | Kind.CONFIRM:
            if not isinstance(value, bool):
                raise Misread("Écrivez true (oui) ou false (non).")
            return (value or None) if question.kind is Kind.CONFIRM else value
        case Kind.ONE_OF:
            return _choice(question, value)
        case Kind.SEVERAL_OF:
            if not isinstance(value, list):
                raise Misread(f"Écrivez une liste parmi {_choices(question)}.")
            chosen = {_choice(question, each) for each in value}
            return tuple(each for each in question.choices or () if each in chosen) or None
        case Kind.WHOLE | Kind.YEAR:
            if not isinstance(value, int) or isinstance(value, bool):
                raise Misread("Écrivez un nombre entier, sans guillemets.")
            return int(checked_number(question, Decimal(value)))
        case Kind.AMOUNT | Kind.AREA | Kind.DECIMAL | Kind.PERCENT:
            return _decimal(question, value)
        case Kind.DAY:
            return _day(value)
        case Kind.PARCELS:
            if not isinstance(value, list) or not all(isinstance(p, str) and PARCEL.fullmatch(p) for p in value):
                raise Misread('Écrivez une liste de parcelles, par exemple ["AB0160", "84007000AB0161"].')
            if len(value) > MOST_PARCELS:
                raise Misread(f"{MOST_PARCELS} parcelles au plus.")
            return tuple(value) or None
        case Kind.PIECES:
            return _pieces(value)
        case _:
            return _text(question, value)


def _day(value: object) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        day = None
    if day is None:
        raise Misread("Écrivez une date sous la forme AAAA-MM-JJ, par exemple 2022-04-29.")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Misread(f"L'année doit être entre {FIRST_YEAR} et {LAST_YEAR}.")
    return day


def _choices(question: Question) -> str:
    return listing((f"« {each.value} »" for each in question.choices or ()), "ou")


def _choice(question: Question, value: object) -> Choice:
    for each in question.choices or ():
        if each.value == value:
            return each
    raise Misread(f"Choisissez parmi {_choices(question)}.")


def _decimal(question: Question, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise Misread("Écrivez un nombre, par exemple 1250.50.")
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        raise Misread("Écrivez un nombre avec un point, par exemple 1250.50.")
    number = Decimal(str(value))
    if not number.is_finite():
        raise Misread("Écrivez un nombre, par exemple 1250.50.")
    return checked_number(question, number)


def checked_number(question: Question, number: Decimal) -> Decimal:
    """The bounds of each kind of number, in one place for the file and for the form; no zeros that say nothing."""
    if number.adjusted() > 12 or abs(number) >= LARGEST:
        raise Misread("Ce nombre est trop grand pour être juste.")
    if number < 0 and question.kind is not Kind.AMOUNT:
        raise Misread("Ce nombre ne peut pas être négatif.")
    if question.kind is Kind.PERCENT and number > 100:
        raise Misread("Un pourcentage va de 0 à 100.")
    if question.kind is Kind.YEAR and not FIRST_YEAR <= number <= LAST_YEAR:
        raise Misread(f"L'année doit être entre {FIRST_YEAR} et {LAST_YEAR}.")
    places = -int(number.normalize().as_tuple().exponent)
    if question.kind is Kind.AMOUNT and places > 2:
        raise Misread("Un montant s'arrête aux centimes : deux chiffres après la virgule.")
    if places > PLACES.get(question.kind, 0):
        raise Misread(f"{PLACES.get(question.kind, 0)} chiffres après la virgule au plus.")
    return number


def _pieces(value: object) -> tuple[Piece, ...] | None:
    if not isinstance(value, list):
        raise Misread('Écrivez une liste de pièces : [ { "name": …, "size": …, "sha256": … } ].')
    pieces = []
    for each in value:
        if not isinstance(each, Mapping):
            raise Misread("Chaque pièce a un nom (name), une taille en octets (size) et une empreinte (sha256).")
        name, size, digest = each.get("name"), each.get("size"), each.get("sha256")
        if not isinstance(name, str) or not isinstance(size, int) or not isinstance(digest, str):
            raise Misread("Chaque pièce a un nom (name), une taille en octets (size) et une empreinte (sha256).")
        if not re.fullmatch(r"[0-9a-f]{64}", digest) or size < 0:
            raise Misread("L'empreinte (sha256) d'une pièce a 64 chiffres hexadécimaux, et sa taille est positive.")
        pages = each.get("pages")
        if pages is not None and (not isinstance(pages, int) or isinstance(pages, bool) or pages < 1):
            raise Misread("Le nombre de pages (pages) d'une pièce est un entier, 1 au moins.")
        pieces.append(Piece(readable(name)[:150], size, digest, pages))
    return tuple(pieces) or None


def _piece_value(piece: Piece) -> dict[str, object]:
    """Unknown pages are left out: what was filed before they were counted keeps its fingerprint."""
    known = {"name": piece.name, "size": piece.size, "sha256": piece.sha256}
    return known if piece.pages is None else known | {"pages": piece.pages}


def _text(question: Question, value: object) -> str | None:
    if not isinstance(value, str):
        raise Misread("Écrivez un texte entre guillemets.")
    return checked_text(question, readable(value).strip())


def checked_text(question: Question, text: str) -> str | None:
    """The shape of each kind of text, in one place for the file and for the form. Empty text is no answer."""
    if not text:
        return None
    if len(text) > question.limit:
        raise Misread(f"Ce texte a {number(len(text))} caractères ; {number(question.limit)} au plus.")
    if question.kind is not Kind.TEXT and "\n" in text:
        raise Misread("Cette réponse tient sur une seule ligne.")
    match question.kind:
        case Kind.SIREN:
            compact = siren.compact(text)
            if not siren.is_valid(compact):
                raise Misread("Ce numéro SIREN n'existe pas : vérifiez ses 9 chiffres.")
            return str(compact)
        case Kind.SIRET:
            compact = siret.compact(text)
            if not siret.is_valid(compact):
                raise Misread("Ce numéro SIRET n'existe pas : vérifiez ses 14 chiffres.")
            return str(compact)
        case Kind.POSTCODE if not re.fullmatch(r"[0-9]{5}", text):
            raise Misread("Un code postal a 5 chiffres, par exemple 84000.")
        case Kind.INSEE if not INSEE.fullmatch(text):
            raise Misread("Un code INSEE de commune a 5 caractères, par exemple 84007.")
        case Kind.EMAIL if not re.fullmatch(r"[^@\s\u200b]+@[^@\s\u200b]+\.[^@\s.\u200b]+", text):
            raise Misread("Écrivez une adresse électronique, par exemple contact@exemple.fr.")
        case Kind.PHONE if not re.fullmatch(r"\+?[0-9 ().\u00a0\u202f/-]+", text) or not _is_long_enough(text):
            raise Misread("Écrivez un numéro de téléphone, par exemple 04 90 00 00 00.")
    return text


def _is_long_enough(phone: str) -> bool:
    return 9 <= sum(character.isdigit() for character in phone) <= 15


def as_record(questions: tuple[Question, ...], record: object) -> dict[str, object]:
    """The answers of a section or of a table's row; what is unanswered is left out."""
    return {
        question.name: as_value(question, value)
        for question in questions
        if (value := getattr(record, question.name)) is not None and value != ()
    }


def as_value(question: Question, value: Any) -> object:
    """One answer as a JSON value: exact decimals as text, dates as AAAA-MM-JJ."""
    match question.kind:
        case Kind.TABLE:
            return [as_record(question.columns, row) for row in value]
        case Kind.PIECES:
            return [_piece_value(each) for each in value]
        case Kind.SEVERAL_OF:
            return [each.value for each in value]
        case Kind.PARCELS:
            return list(value)
        case Kind.ONE_OF:
            return value.value
        case Kind.DAY:
            return value.isoformat()
        case Kind.AMOUNT | Kind.AREA | Kind.DECIMAL | Kind.PERCENT:
            return f"{value.normalize():f}"
        case _:
            return value


def as_text(question: Question, value: Any) -> str | None:
    """An answer as a French reader sees it; None when there is none. What was typed as text is left as typed."""
    if value is None or value == ():
        return None
    match question.kind:
        case Kind.YES_NO | Kind.CONFIRM:
            return french.yes_no(value)
        case Kind.ONE_OF:
            return str(value.label)
        case Kind.SEVERAL_OF:
            return f"{french.NARROW}; ".join(each.label for each in value)
        case Kind.AMOUNT:
            return french.euros(value)
        case Kind.AREA:
            return french.square_metres(value)
        case Kind.PERCENT:
            return french.percent(value)
        case Kind.DECIMAL:
            return french.number(value)
        case Kind.WHOLE:
            return french.number(value)
        case Kind.DAY:
            return french.day(value)
        case Kind.SIREN:
            return french.NBSP.join((value[:3], value[3:6], value[6:]))
        case Kind.SIRET:
            return french.NBSP.join((value[:3], value[3:6], value[6:9], value[9:]))
        case Kind.PARCELS:
            return french.listing(parcel_text(each) for each in value)
        case _:
            return str(value)


def parcel_text(parcel: str) -> str:
    """`AB 160`, or `84007 000 AB 160` when the whole identifier was given."""
    section, plot = parcel[-6:-4].lstrip("0"), str(int(parcel[-4:]))
    parts = (parcel[:5], parcel[5:8], section, plot) if len(parcel) == 14 else (section, plot)
    return french.NBSP.join(parts)
