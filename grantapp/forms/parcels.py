"""Cadastral parcels as owners, notaries and address files write them."""

import re
from collections.abc import Iterator
from typing import Any

from wtforms.widgets import TextArea

from grantapp.domain.answer import PARCEL, Misread, understand
from grantapp.forms.base import AnswerField
from grantapp.forms.fields import CODE, one_line

LIST = {**CODE, "rows": "3"}
BETWEEN = re.compile(r"[,;/\n] ?(?:et )?| et | & ")
NOISE = re.compile(r"\b(?:parcelles?|sections?)\b|\bn[°º]", re.IGNORECASE)
TOWN = r"(?P<town>(?:[0-9]{5}|2[AB][0-9]{3}) ?[0-9]{3} ?)?"
LETTERS = re.compile(TOWN + r"(?P<section>0[A-Z]|[A-Z]{1,2})[ -]?(?P<number>[0-9]{1,4})")
DIGITS = re.compile(TOWN + r"(?P<section>[0-9]{1,2})[ -](?P<number>[0-9]{1,4})")  # Alsace, Moselle
SHORT = re.compile(r"(0?)([A-Z]{1,2})([0-9]{4})")


class ParcelsField(AnswerField):
    """`AB 160, AB 161`, `AB160/161/163`, `AC578/ZB580`, `220170000 A0880`: one list, sections padded to two."""

    control = "textarea"
    widget = TextArea()
    attributes = LIST

    def understood(self, text: str) -> Any:
        parcels = list(read_parcels(text))
        if not parcels:
            raise Misread("Écrivez des parcelles, par exemple : AB 160, AB 161.")
        return understand(self.question, parcels)

    def spelled(self, value: Any) -> str:
        return ", ".join(spelled_parcel(parcel) for parcel in value)


def read_parcels(text: str) -> Iterator[str]:
    """Each parcel, as 6 or 14 characters; a number alone belongs to the section before it."""
    before = ""
    for piece in BETWEEN.split(one_line(NOISE.sub(" ", text))):
        written = piece.strip()
        written = written.upper() if written.isascii() else written
        if not written:
            continue
        if re.fullmatch(r"[0-9]{1,4}", written):
            if not before:
                raise Misread(f"Écrivez la section avant le numéro, par exemple AB {written}.")
            yield before + written.zfill(4)
            continue
        parcel = read_parcel(written)
        if parcel is None:
            raise Misread(f"« {piece[:30]} » ne désigne pas une parcelle. Écrivez par exemple : AB 160, AB 161.")
        before = parcel[:-4]
        yield parcel


def read_parcel(written: str) -> str | None:
    whole = written.replace(" ", "")
    if PARCEL.fullmatch(whole) and (whole == written or len(whole) == 14):
        return whole
    found = LETTERS.fullmatch(written) or DIGITS.fullmatch(written)
    if found is None:
        return None
    return (found["town"] or "").replace(" ", "") + found["section"].zfill(2) + found["number"].zfill(4)


def spelled_parcel(parcel: str) -> str:
    """`AB 160`; the national identifier, and sections of digits, stay as they are."""
    found = SHORT.fullmatch(parcel)
    return f"{found[2]} {int(found[3])}" if found else parcel
