"""A list of member firms, as a spreadsheet holds it: each line understood, or with what to do about it.

Every line under the headings is kept or listed with its reasons; none is lost. What a line says wrong is told in a
sentence for the person who will correct the file.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from stdnum.fr import siren as sirens
from stdnum.fr import siret as sirets

from grantapp.domain.answer import Misread, readable
from grantapp.french import NBSP, listing, typeset

HEADINGS_WITHIN = 20  # lines that say something, before we give up looking for the headings
LONGEST = {"name": 200, "town": 200, "contact": 200, "email": 254}
ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)

Row = tuple[int, Sequence[str]]  # its number in the sheet, from 1, and its cells


class Column(StrEnum):
    """What a column holds; « SIREN » and « SIRET » may be one column or two."""

    NAME = "name"
    SIREN = "siren"
    SIRET = "siret"
    TOWN = "town"
    CONTACT = "contact"
    EMAIL = "email"

    @property
    def label(self) -> str:
        return {
            "name": "Entreprise",
            "siren": "SIREN ou SIRET",
            "siret": "SIRET",
            "town": "Commune",
            "contact": "Contact",
            "email": "Adresse électronique",
        }[self.value]


TEMPLATE = (Column.NAME, Column.SIREN, Column.TOWN, Column.CONTACT, Column.EMAIL)  # the columns we ask for

# What people write above a column, without accents, case or punctuation.
SYNONYMS: Mapping[Column, frozenset[str]] = {
    Column.NAME: frozenset(
        [
            "nom de l entreprise",
            "nom entreprise",
            "entreprise adherente",
            "entreprises adherentes",
            "denomination",
            "denomination sociale",
            "societe",
            "nom de la societe",
            "adherent",
            "adherente",
            "nom de l adherent",
            "nom de l adherente",
            "nom commercial",
            "etablissement",
            "entreprise",
            "entreprises",
            "raison sociale",
        ]
    ),
    Column.TOWN: frozenset(["commune", "ville", "localite", "commune du siege", "ville du siege"]),
    Column.CONTACT: frozenset(
        [
            "contact",
            "nom du contact",
            "personne a contacter",
            "personne contact",
            "interlocuteur",
            "interlocutrice",
            "dirigeant",
            "dirigeante",
            "nom du dirigeant",
            "responsable",
            "gerant",
            "gerante",
            "nom du gerant",
            "representant",
            "representante",
            "prenom et nom",
            "nom et prenom",
            "nom prenom",
            "prenom nom",
        ]
    ),
    Column.EMAIL: frozenset(
        [
            "adresse electronique",
            "email",
            "e mail",
            "mail",
            "courriel",
            "adresse mail",
            "adresse email",
            "adresse e mail",
            "mel",
            "adresse courriel",
            "courrier electronique",
            "email du contact",
            "mail du contact",
            "adresses electroniques",
        ]
    ),
}


class Fate(StrEnum):
    """What becomes of a good line when the list is imported."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Firm:
    """A member firm, as its cooperative's list says it. `town` and `contact` may be empty."""

    name: str
    siren: str
    siret: str | None
    town: str
    contact: str
    email: str


@dataclass(frozen=True)
class Line:
    """One line of the file: `firm` and its `fate`, or else the `reasons` why it is not kept."""

    number: int  # in the sheet
    typed: Mapping[Column, str]
    firm: Firm | None = None
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what was understood that was not written
    fate: Fate | None = None
    changes: tuple[tuple[str, str, str], ...] = ()  # of an updated line: what, from, to


@dataclass(frozen=True)
class Roster:
    """A file read. `faults` say why the whole of it could not be."""

    lines: tuple[Line, ...] = ()
    faults: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()  # headings that say nothing to us
    above: int = 0  # lines over the headings, that say something and were not read

    @property
    def good(self) -> tuple[Line, ...]:
        return tuple(each for each in self.lines if each.firm)

    @property
    def faulty(self) -> tuple[Line, ...]:
        return tuple(each for each in self.lines if not each.firm)

    def count(self, fate: Fate) -> int:
        return sum(each.fate == fate for each in self.lines)


def read(rows: Iterable[Row], *, listed: Mapping[str, Firm], own: str) -> Roster:
    """The list in these rows, against the firms already `listed`, by SIREN. `own` is the cooperative's SIREN."""
    told = [(number, tuple(map(one_line, cells))) for number, cells in rows]
    told = [(number, cells) for number, cells in told if any(cells)]
    if not told:
        return Roster(faults=(typeset("Ce fichier est vide. Remplissez le modèle et envoyez-le."),))
    place = next((at for at, (_, cells) in enumerate(told[:HEADINGS_WITHIN]) if _are_headings(columns_of(cells))), None)
    if place is None:
        return Roster(faults=(_no_headings(told),))
    headings = told[place][1]
    columns = columns_of(headings)
    known: dict[Column, int] = {column: at for at, column in columns.items()}
    ignored = tuple(each for at, each in enumerate(headings) if each and at not in columns)
    lines: list[Line] = []
    first: dict[str, int] = {}  # the line that holds each SIREN
    for number, cells in told[place + 1 :]:
        typed = {column: cells[at] if at < len(cells) else "" for column, at in known.items()}
        line = understand(typed, number, own=own)
        if line.firm:
            siren = line.firm.siren
            if siren in first:
                line = replace(line, firm=None, reasons=(_twice(siren, first[siren]),), notes=())
            else:
                first[siren] = number
                line = compared(line, listed.get(siren))
        lines.append(line)
    faults = () if lines else (typeset("Il n'y a aucune entreprise sous les titres des colonnes."),)
    return Roster(tuple(lines), faults, ignored, place)


# ── columns ──────────────────────────────────────────────────────────────────────────────────────────────────────


def columns_of(headings: Sequence[str]) -> dict[int, Column]:
    """What each column holds, by its place; those that say nothing to us are left out."""
    found: dict[int, Column] = {}
    doubtful: list[int] = []
    for at, heading in enumerate(headings):
        words = _folded(heading)
        column = next((column for column, names in SYNONYMS.items() if words in names), None)
        parts = set(words.split())
        if "siren" in parts:
            column = Column.SIREN
        elif "siret" in parts:
            column = Column.SIRET
        if words == "nom":
            doubtful.append(at)  # of the firm, or of a person: the other columns tell
        elif column and column not in found.values():
            found[at] = column
    for at in doubtful:
        column = next((each for each in (Column.NAME, Column.CONTACT) if each not in found.values()), None)
        if column:
            found[at] = column
    return found


def _are_headings(columns: Mapping[int, Column]) -> bool:
    there = set(columns.values())
    return Column.NAME in there and bool(there & {Column.SIREN, Column.SIRET})


def _no_headings(told: Sequence[tuple[int, Sequence[str]]]) -> str:
    best = max((set(columns_of(cells).values()) for _, cells in told[:HEADINGS_WITHIN]), key=len)
    wanting = [f"« {each.label} »" for each in (Column.NAME, Column.SIREN) if each not in best]
    if Column.SIRET in best:
        wanting = [each for each in wanting if "SIREN" not in each]
    which = "la colonne" if len(wanting) == 1 else "les colonnes"
    return typeset(
        f"Nous ne trouvons pas {which} {listing(wanting)}. Donnez à chaque colonne son titre, sur une même ligne, "
        "comme dans le modèle à télécharger."
    )


def _folded(heading: str) -> str:
    """Without accents, case or punctuation: « N° SIREN » is « n siren »."""
    letters = unicodedata.normalize("NFKD", heading.casefold())
    return " ".join(re.sub(r"[^a-z0-9]+", " ", "".join(c for c in letters if not unicodedata.combining(c))).split())


# ── one line ─────────────────────────────────────────────────────────────────────────────────────────────────────


def understand(typed: Mapping[Column, str], number: int = 0, *, own: str) -> Line:
    """One line by itself, from its cells; `own` is the SIREN of the cooperative."""
    reasons: list[str] = []
    notes: list[str] = []
    texts: dict[str, str] = {}
    for column in (Column.NAME, Column.TOWN, Column.CONTACT, Column.EMAIL):
        try:
            texts[column] = _text(column, typed.get(column, ""))
        except Misread as misread:
            reasons.append(str(misread))
    siren, siret = "", None
    try:
        siren, siret = _numbers(typed.get(Column.SIREN, ""), typed.get(Column.SIRET, ""), notes)
        if siren == own:
            raise Misread(
                f"Le SIREN {spaced(siren)} est celui de votre coopérative : mettez celui de l'entreprise adhérente, ou "
                "retirez cette ligne."
            )
    except Misread as misread:
        reasons.append(str(misread))
    if reasons:
        return Line(number, typed, reasons=tuple(reasons))
    return Line(number, typed, Firm(siren=siren, siret=siret, **texts), notes=tuple(notes))


def compared(line: Line, listed: Firm | None) -> Line:
    """A line beside that of the same firm that is listed already: what the file leaves empty stays."""
    if line.firm is None or listed is None:
        return replace(line, fate=Fate.NEW if line.firm else None)
    firm = replace(
        line.firm,
        siret=line.firm.siret or listed.siret,
        town=line.firm.town or listed.town,
        contact=line.firm.contact or listed.contact,
    )
    changes = tuple(
        (column.label, getattr(listed, column) or "", getattr(firm, column) or "")
        for column in (Column.NAME, Column.SIRET, Column.TOWN, Column.CONTACT, Column.EMAIL)
        if getattr(listed, column) != getattr(firm, column)
    )
    return replace(line, firm=firm, fate=Fate.UPDATED if changes else Fate.UNCHANGED, changes=changes)


def _twice(siren: str, other: int) -> str:
    return typeset(
        f"Le SIREN {spaced(siren)} est déjà à la ligne {other} : gardez une seule ligne par entreprise, ou corrigez le "
        "numéro de l'une des deux."
    )


def _text(column: Column, cell: str) -> str:
    text = readable(cell)
    if len(text) > LONGEST[column]:
        raise Misread(f"« {column.label} » a {len(text)} caractères : {LONGEST[column]} au plus. Raccourcissez.")
    if column is Column.NAME and not text:
        raise Misread("Le nom de l'entreprise manque : écrivez-le.")
    if column is Column.EMAIL:
        text = re.sub(r"^mailto:\s*", "", text, flags=re.IGNORECASE)
        if not text:
            raise Misread("L'adresse électronique manque : c'est par elle que l'entreprise sera invitée.")
        if not ADDRESS.fullmatch(text):
            raise Misread(
                f"« {text[:80]} » n'est pas une adresse électronique : écrivez-en une seule, par exemple "
                "contact@exemple.fr."
            )
    return text


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def spaced(code: str) -> str:
    """A SIREN or a SIRET as it is printed."""
    parts = (code[:3], code[3:6], code[6:9], code[9:])
    return NBSP.join(part for part in parts if part)


def _numbers(siren_cell: str, siret_cell: str, notes: list[str]) -> tuple[str, str | None]:
    """The SIREN, and the SIRET if it is given, from one cell or two."""
    codes = [_digits(cell, notes) for cell in (siren_cell, siret_cell) if cell]
    if not codes:
        raise Misread("Le SIREN manque : écrivez ses 9 chiffres, ou les 14 chiffres du SIRET.")
    for code in codes:
        _check(code)
    siren = codes[0][:9]
    for other in codes[1:]:
        if not other.startswith(siren):
            raise Misread(
                f"Le SIRET {spaced(other)} n'est pas d'un établissement du SIREN {spaced(siren)} : il devrait "
                "commencer par les mêmes 9 chiffres. Corrigez l'un des deux."
            )
    return siren, next((code for code in codes if len(code) == 14), None)


def _digits(cell: str, notes: list[str]) -> str:
    """The digits of a cell, as a spreadsheet may have left them: spaced, as a decimal, without its first zeros."""
    if re.fullmatch(r"[0-9]+[.,]?[0-9]*[eE]\+?[0-9]+", cell):
        raise Misread(
            f"Le tableur a arrondi ce numéro (« {cell} ») : mettez la colonne au format « Texte », puis retapez-le."
        )
    digits = re.sub(r"[\s.\-_/]", "", re.sub(r"^([0-9]+)[.,]0+$", r"\1", cell)).lstrip("'")
    if not re.fullmatch(r"[0-9]+", digits):
        raise Misread(f"« {cell[:40]} » n'est pas un SIREN : écrivez ses 9 chiffres, ou les 14 chiffres du SIRET.")
    for length, name, valid in ((9, "SIREN", sirens.is_valid), (14, "SIRET", _is_siret)):
        whole = digits.zfill(length)
        if length - 2 <= len(digits) < length and valid(whole):
            # Only its first zeros can be missing, for its key is right with them.
            notes.append(typeset(f"{name} lu {spaced(whole)} : un tableur retire les zéros du début. Vérifiez-le."))
            return whole
    return digits


def _is_siret(code: str) -> bool:
    return bool(sirens.is_valid(code[:9]) and sirets.is_valid(code))


def _check(code: str) -> None:
    """`Misread` unless it is a SIREN or a SIRET. Establishments of La Poste count otherwise, which stdnum knows."""
    if len(code) not in (9, 14):
        raise Misread(f"« {code[:40]} » a {len(code)} chiffres : un SIREN en a 9, un SIRET 14. Vérifiez-le.")
    siren = code[:9]
    if not sirens.is_valid(siren):
        start = "Le SIREN" if len(code) == 9 else "Dans ce SIRET, le SIREN"
        raise Misread(
            f"{start} {spaced(siren)} n'est pas valide : un de ses chiffres au moins est faux. Vérifiez-le auprès de "
            "l'entreprise."
        )
    if len(code) == 14 and not sirets.is_valid(code):
        raise Misread(
            f"Le SIRET {spaced(code)} n'est pas valide, mais il commence par un SIREN qui l'est : corrigez ses 5 "
            f"derniers chiffres, ou n'écrivez que le SIREN {spaced(siren)}."
        )


def one_line(cell: str) -> str:
    """A cell as one line: any run of spaces (no-break, tab, line end) is one, and what nobody sees goes."""
    seen = (" " if each.isspace() else each for each in cell if unicodedata.category(each) != "Cf")
    return re.sub(" +", " ", "".join(seen)).strip()
