"""Projects drawn at random from the vocabulary itself: a strategy per kind of question, none written by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from stdnum import luhn

from grantapp.domain.answer import is_forbidden
from grantapp.domain.project import Project, Section, sections
from grantapp.domain.question import Kind, Piece, Question

LETTERS = st.characters(
    exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp"), exclude_characters="\u00a0\u202f\u2009"
).filter(lambda character: not is_forbidden(character))


def _normal(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFC", text).strip()


def texts(most: int) -> st.SearchStrategy[str]:
    return st.text(LETTERS, min_size=1, max_size=min(most, 40)).map(_normal).filter(lambda t: t and len(t) <= most)


def decimals(places: int, most: int, least: int = 0) -> st.SearchStrategy[Decimal]:
    scale = 10**places
    return st.integers(least * scale, most * scale).map(lambda n: Decimal(n) / scale)


def with_check_digit(length: int) -> st.SearchStrategy[str]:
    heads = st.integers(10 ** (length - 2), 10 ** (length - 1) - 1).filter(lambda n: not str(n).startswith("356000000"))
    return heads.map(lambda n: f"{n}{luhn.calc_check_digit(str(n))}")


def sirets() -> st.SearchStrategy[str]:
    """A SIRET holds a SIREN: both check digits must be right."""
    return st.builds(
        lambda siren, nic: f"{siren}{nic:04d}{luhn.calc_check_digit(f'{siren}{nic:04d}')}",
        with_check_digit(9),
        st.integers(0, 9999),
    )


def answers(question: Question) -> st.SearchStrategy[Any]:
    """Any well-formed answer to a question."""
    match question.kind:
        case Kind.YES_NO:
            return st.booleans()
        case Kind.CONFIRM:
            return st.just(True)
        case Kind.ONE_OF:
            return st.sampled_from(list(question.choices or ()))
        case Kind.SEVERAL_OF:
            chosen = st.sets(st.sampled_from(list(question.choices or ())), min_size=1)
            return chosen.map(lambda these: tuple(each for each in question.choices or () if each in these))
        case Kind.WHOLE:
            return st.integers(0, 10**9)
        case Kind.YEAR:
            return st.integers(1800, 2100)
        case Kind.AMOUNT:
            return decimals(2, 10**9, -(10**9))
        case Kind.AREA | Kind.DECIMAL:
            return decimals(2, 10**7)
        case Kind.PERCENT:
            return decimals(2, 100)
        case Kind.DAY:
            return st.dates(date(1900, 1, 1), date(2099, 12, 31))
        case Kind.SIREN:
            return with_check_digit(9)
        case Kind.SIRET:
            return sirets()
        case Kind.POSTCODE:
            return st.integers(1000, 98999).map(lambda n: f"{n:05d}")
        case Kind.INSEE:
            return st.one_of(st.integers(1000, 95999).map(lambda n: f"{n:05d}"), st.just("2A004"))
        case Kind.EMAIL:
            return st.integers(0, 999).map(lambda n: f"personne{n}@exemple.example")
        case Kind.PHONE:
            return st.integers(0, 99).map(lambda n: f"04 90 00 00 {n:02d}")
        case Kind.PARCELS:
            plot = st.builds(
                lambda letters, n: f"{letters}{n:04d}", st.sampled_from(["0A", "AB", "ZZ"]), st.integers(1, 9999)
            )
            whole = plot.map(lambda short: f"84007000{short}")
            return st.lists(st.one_of(plot, whole), min_size=1, max_size=3, unique=True).map(tuple)
        case Kind.TABLE:
            assert question.row is not None
            return st.lists(records(question.row, question.columns, some=True), min_size=1, max_size=3).map(tuple)
        case Kind.PIECES:
            piece = st.builds(
                Piece,
                texts(60),
                st.integers(0, 10**7),
                st.integers(0, 2**64).map(lambda n: f"{n:064x}"),
                st.none() | st.integers(1, 1_000),
            )
            return st.lists(piece, min_size=1, max_size=2).map(tuple)
        case _:
            return texts(question.limit)


def records(record: type, questions: tuple[Question, ...], *, some: bool = False) -> st.SearchStrategy[Any]:
    """A section or a row, each answer given or not; `some` asks for one answer at least."""
    drawn = st.fixed_dictionaries({}, optional={question.name: answers(question) for question in questions})
    return drawn.filter(lambda given: given or not some).map(lambda given: record(**given))


def section_records(section: Section) -> st.SearchStrategy[Any]:
    return records(section.record, section.questions)


def projects() -> st.SearchStrategy[Project]:
    return st.builds(Project, **{each.name: section_records(each) for each in sections()})
