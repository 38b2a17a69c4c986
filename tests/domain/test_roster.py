"""A member list: each line kept, or told what to do; none lost, whatever a spreadsheet did to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantapp.domain.roster import Column, Fate, Firm, Line, columns_of, read
from grantapp.services import demonstration
from tests.makers import make_siren
from tests.web.reader import plain

OWN = make_siren()
HEADINGS = ("Entreprise", "SIREN ou SIRET", "Commune", "Contact", "Adresse électronique")
GOOD = ("Plomberie", make_siren(2000), "Avignon", "Sacha", "sacha@plomberie.example")


def rows(*lines: tuple[str, ...]) -> list[tuple[int, tuple[str, ...]]]:
    return list(enumerate(lines, start=1))


def one(*cells: str, listed: dict[str, Firm] | None = None, headings: tuple[str, ...] = HEADINGS) -> Line:
    """The only line of a list."""
    (line,) = read(rows(headings, cells), listed=listed or {}, own=OWN).lines
    return line


def with_number(number: str) -> Line:
    return one(GOOD[0], number, *GOOD[2:])


def reason(line: Line) -> str:
    assert line.firm is None
    return plain(" ".join(line.reasons))


# ── columns ──


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("ENTREPRISE", Column.NAME),
        ("Raison sociale", Column.NAME),
        ("Dénomination", Column.NAME),
        ("Nom de l’entreprise", Column.NAME),
        ("N° SIREN", Column.SIREN),
        ("siren/siret", Column.SIREN),
        ("Numéro de Siret", Column.SIRET),
        ("VILLE", Column.TOWN),
        ("Localité", Column.TOWN),
        ("Gérant(e)", None),
        ("Gérante", Column.CONTACT),
        ("Personne à contacter", Column.CONTACT),
        ("E-mail", Column.EMAIL),
        ("Courriel", Column.EMAIL),
        ("adresse electronique", Column.EMAIL),
        ("Téléphone", None),
        ("Adresse", None),
    ],
)
def test_a_heading_is_known_whatever_its_case_and_accents(heading: str, column: Column | None):
    assert columns_of((heading,)).get(0) == column


def test_name_alone_is_the_firm_s_unless_another_column_is():
    assert columns_of(("Nom", "SIREN")) == {0: Column.NAME, 1: Column.SIREN}
    assert columns_of(("Nom", "Entreprise", "SIREN"))[0] is Column.CONTACT


@given(st.permutations(range(5)))
def test_the_order_of_the_columns_does_not_matter(order: list[int]):
    line = one(*(GOOD[at] for at in order), headings=tuple(HEADINGS[at] for at in order))
    assert line.firm == Firm("Plomberie", make_siren(2000), None, "Avignon", "Sacha", "sacha@plomberie.example")


def test_headings_may_stand_under_a_title_which_is_counted():
    found = read(rows(("Nos adhérentes",), ("",), HEADINGS, GOOD), listed={}, own=OWN)
    assert (len(found.good), found.above, found.good[0].number) == (1, 1, 4)


def test_columns_that_say_nothing_to_us_are_named():
    found = read(rows((*HEADINGS, "Téléphone"), (*GOOD, "04")), listed={}, own=OWN)
    assert found.ignored == ("Téléphone",)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((), "vide"),
        ((("", " "),), "vide"),
        ((GOOD,), "« Entreprise » et « SIREN ou SIRET »"),
        ((("Entreprise", "Commune"), ("Plomberie", "Apt")), "la colonne « SIREN ou SIRET »"),
        ((("SIRET", "Commune"), ("x", "Apt")), "la colonne « Entreprise »"),
        ((HEADINGS,), "aucune entreprise"),
    ],
    ids=["nothing", "blanks", "no headings", "no number", "no name", "headings alone"],
)
def test_a_file_that_is_no_list_says_what_it_lacks(lines: tuple[tuple[str, ...], ...], words: str):
    found = read(rows(*lines), listed={}, own=OWN)
    assert not found.lines
    assert words in plain(found.faults[0])


# ── numbers ──


@pytest.mark.parametrize(
    "typed",
    ["{}", "{}.0", "{},0", " {} ", "{:.3}\u00a0{:.3}", "{}\u200b", "'{}"],
    ids=["plain", "float", "french float", "spaces", "no-break space", "zero-width", "apostrophe"],
)
def test_a_siren_is_read_as_a_spreadsheet_leaves_it(typed: str):
    siren = make_siren(55210055)
    typed = f"{siren[:3]}\u00a0{siren[3:6]}\u202f{siren[6:]}" if ":" in typed else typed.format(siren)
    line = with_number(typed)
    assert line.firm and line.firm.siren == siren and not line.notes


@pytest.mark.parametrize("lost", [1, 2])
def test_zeros_that_were_lost_come_back_when_the_key_holds_and_it_is_said(lost: int):
    siren = make_siren(1000)  # 000010009
    line = with_number(make_siren(1_000_000 // 10**lost)[lost:] if lost else siren)
    assert line.firm and line.firm.siren.startswith("0" * lost)
    assert "zéros" in plain(line.notes[0])


def test_a_short_number_whose_key_does_not_hold_gets_no_zero():
    siren = make_siren(1_234_567)  # 01234567x
    wrong = siren[1:-1] + str((int(siren[-1]) + 1) % 10)
    assert "a 8 chiffres" in reason(with_number(wrong))


def test_a_siret_gives_both_numbers_and_may_have_lost_its_zero():
    siret = demonstration.siret(1_000_000)  # 01 000 000…
    for typed in (siret, siret[1:], f"{siret[1:]}.0"):
        line = with_number(typed)
        assert line.firm and (line.firm.siren, line.firm.siret) == (siret[:9], siret)


def test_la_poste_s_establishments_count_otherwise():
    assert with_number("356 000 000 00048").firm  # its seat, by the ordinary key
    assert with_number("356 000 000 09075").firm  # the digits add up to a multiple of five
    assert "5 derniers chiffres" in reason(with_number("356 000 000 09076"))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Le SIREN manque"),
        ("en cours", "« en cours » n'est pas un SIREN"),
        ("000010008", "n'est pas valide : un de ses chiffres"),
        ("00001000800014", "Dans ce SIRET, le SIREN"),
        ("00001000900015", "il commence par un SIREN qui l'est"),
        ("1234567890", "a 10 chiffres"),
        ("5,52101E+13", "Le tableur a arrondi ce numéro"),
        ("5.52E13", "Le tableur a arrondi ce numéro"),
        (OWN, "celui de votre coopérative"),
    ],
)
def test_a_number_that_cannot_be_read_says_what_to_do(typed: str, words: str):
    assert words in reason(with_number(typed))


def test_two_columns_must_name_one_firm():
    headings = ("Entreprise", "SIREN", "SIRET", "E-mail")
    siren, siret = make_siren(1000), demonstration.siret(1000)
    line = one("Plomberie", siren, siret, "a@b.example", headings=headings)
    assert line.firm and line.firm.siret == siret
    assert one("Plomberie", "", siret, "a@b.example", headings=headings).firm
    other = one("Plomberie", siren, demonstration.siret(1001), "a@b.example", headings=headings)
    assert "n'est pas d'un établissement du SIREN" in reason(other)


# ── the rest of a line ──


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (("", *GOOD[1:]), "Le nom de l'entreprise manque"),
        (("x" * 201, *GOOD[1:]), "a 201 caractères : 200 au plus"),
        ((*GOOD[:4], ""), "L'adresse électronique manque"),
        ((*GOOD[:4], "sacha chez plomberie"), "n'est pas une adresse électronique"),
        ((*GOOD[:4], "a@b.example ; c@d.example"), "écrivez-en une seule"),
        ((*GOOD[:4], "a..b@c.example"), "n'est pas une adresse"),
        (("Plom\u0007berie", *GOOD[1:]), "Retirez le caractère invisible U+0007"),
    ],
)
def test_a_faulty_cell_says_what_to_do(cells: tuple[str, ...], words: str):
    assert words in reason(one(*cells))


def test_a_line_tells_all_its_faults_at_once():
    assert len(one("", "12", "", "", "x").reasons) == 3


def test_town_and_contact_may_be_left_empty_and_columns_may_lack():
    assert one(GOOD[0], GOOD[1], "", "", GOOD[4]).firm
    assert one(GOOD[0], GOOD[1], GOOD[4], headings=("Entreprise", "SIREN", "E-mail")).firm


def test_a_firm_written_twice_names_the_other_line():
    found = read(rows(HEADINGS, GOOD, ("",), ("Autre nom", *GOOD[1:])), listed={}, own=OWN)
    assert [line.number for line in found.good] == [2]
    assert "déjà à la ligne 2" in reason(found.faulty[0])


def test_a_faulty_line_does_not_stand_in_the_way_of_the_right_one():
    found = read(rows(HEADINGS, (*GOOD[:4], "?"), GOOD), listed={}, own=OWN)
    assert [line.number for line in found.good] == [3]


def test_a_firm_already_listed_is_updated_and_what_the_file_leaves_empty_stays():
    before = Firm("Plomberie", GOOD[1], demonstration.siret(2000), "Avignon", "Sacha", "vieux@plomberie.example")
    line = one(GOOD[0], GOOD[1], "", "", GOOD[4], listed={GOOD[1]: before})
    assert line.fate is Fate.UPDATED
    assert line.changes == (("Adresse électronique", "vieux@plomberie.example", GOOD[4]),)
    assert line.firm and (line.firm.town, line.firm.contact, line.firm.siret) == ("Avignon", "Sacha", before.siret)


def test_a_list_read_again_changes_nothing():
    first = one(*GOOD)
    assert first.fate is Fate.NEW and first.firm
    assert one(*GOOD, listed={GOOD[1]: first.firm}).fate is Fate.UNCHANGED


# ── laws ──

CELLS = st.sampled_from(
    ["", " ", "Plomberie", *GOOD, OWN, "000010008", "123456789.0", "x@y.example", "?", "=1+1", "\u0000", "é" * 300]
) | st.text(max_size=12)
LINES = st.lists(st.lists(CELLS, max_size=7).map(tuple), max_size=12)


@given(LINES)
def test_every_line_is_kept_or_has_its_reasons(lines: list[tuple[str, ...]]):
    found = read(rows(HEADINGS, *lines), listed={}, own=OWN)
    assert all(bool(line.firm) != bool(line.reasons) for line in found.lines)
    told = [at for at, cells in enumerate(lines, start=2) if _says_something(cells)]
    assert [line.number for line in found.lines] == told
    kept = [line.firm.siren for line in found.good if line.firm]
    assert len(kept) == len(set(kept))


def _says_something(cells: tuple[str, ...]) -> bool:
    read_alone = read([(1, HEADINGS), (2, cells)], listed={}, own=OWN)
    return bool(read_alone.lines)


@given(LINES, st.randoms(), st.integers(0, 3))
def test_neither_order_nor_blank_lines_change_who_is_kept(lines: list[tuple[str, ...]], random, blanks: int):
    moved = [*lines, *[("", "  ")] * blanks]
    random.shuffle(moved)

    def kept(some: list[tuple[str, ...]]) -> set[str]:
        return {line.firm.siren for line in read(rows(HEADINGS, *some), listed={}, own=OWN).good if line.firm}

    assert kept(lines) == kept(moved)
