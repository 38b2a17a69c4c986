"""An invented edition, a project with every question answered, its deposit, and how to read a PDF back."""

import ctypes
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

import pikepdf
import pypdfium2
from PIL import Image

from grantapp.domain.aid import Advance, AidRules, Rate
from grantapp.domain.deposit import Deposit, freeze
from grantapp.domain.edition import Edition, Passage, Route, Window
from grantapp.domain.eligibility import Citation, Rule, Severity, met, not_met
from grantapp.domain.judgement import judge
from grantapp.domain.project import Project, sections
from grantapp.domain.question import Kind, Piece, Question
from grantapp.domain.sections import applicant, funding, works
from grantapp.domain.sharing import Together
from grantapp.rules import ceilings

FILED_AT = datetime(2022, 4, 29, 21, 59, 59, tzinfo=UTC)
CLAUSE = Citation(text="Cahier des charges inventé", at="article 3", url="https://appel.example/cahier.pdf")
DOUBTFUL = Citation(
    text="Foire aux questions inventée",
    at="question 12",
    url="https://appel.example/questions",
    verified=False,
    note="Lue pour une autre année.",
)
ADVICE = Passage("Commencer par des études", cites=(CLAUSE,))
ANSWERS = {
    "organisation.category": applicant.Category.BUSINESS,
    "request.kind": applicant.RequestKind.WORKS,
    "request.behalf": applicant.Behalf.MEMBERS,
    "plan.building_action": works.BuildingAction.REHABILITATE,
}
VALUES: dict[Kind, object] = {
    Kind.WHOLE: 1987,
    Kind.YEAR: 2009,
    Kind.AMOUNT: Decimal("1250.50"),
    Kind.AREA: Decimal(10_000),
    Kind.DECIMAL: Decimal("12.5"),
    Kind.PERCENT: Decimal(40),
    Kind.DAY: date(2022, 3, 1),
    Kind.YES_NO: True,
    Kind.CONFIRM: True,
    Kind.SIREN: "000010009",
    Kind.SIRET: "00000100800010",
    Kind.EMAIL: "contact@coop.example",
    Kind.PHONE: "04 90 00 00 00",
    Kind.POSTCODE: "84000",
    Kind.INSEE: "84007",
    Kind.PARCELS: ("AB0160",),
}

Typed = Callable[[str], str]


def rules() -> tuple[Rule, ...]:
    def title(text: str):
        return met(f"Le projet s'appelle « {text} ».")

    return (
        Rule(code="R01", slug="titre", title="Avoir un titre", needs=("request.title",), cites=(CLAUSE,), check=title),
        Rule(
            code="R02",
            slug="resume",
            title="Avoir un résumé court",
            needs=("request.summary",),
            cites=(CLAUSE, DOUBTFUL),
            check=lambda _: not_met("Le résumé est long : dix lignes suffisent."),
            severity=Severity.WARNING,
        ),
    )


def edition(*steps: str) -> Edition:
    return Edition(
        id="essai",
        version="2022.7",
        call=Passage("Appel inventé", cites=(CLAUSE,)),
        title=Passage("Édition d'essai", cites=(CLAUSE,)),
        authority=Passage("Bureau des essais", cites=(CLAUSE,)),
        window=Window(
            opens_on=date(2022, 2, 15),
            closes_on=date(2022, 4, 29),
            cites=(CLAUSE,),
            hour_note=Passage("À minuit.", cites=(DOUBTFUL,)),
        ),
        steps=steps or tuple(each.name for each in sections()),
        rules=rules(),
        aid=AidRules(
            eligible_posts=frozenset(funding.Post),
            posts_cited=(CLAUSE,),
            deficit_cited=(DOUBTFUL,),
            rates=(Rate("rate", "Taux", None, "Aucune source ne le donne.", (DOUBTFUL,)),),
            ceilings=(
                ceilings.deficit(cites=(CLAUSE,)),
                ceilings.posts_share(
                    code="share",
                    label="40 % des études",
                    posts=frozenset({funding.Post.STUDIES}),
                    percent=Decimal(40),
                    cites=(DOUBTFUL,),
                ),
            ),
            advance=Advance(percent=Decimal(15), cites=(CLAUSE,)),
        ),
        routes=(Route(code="etudes", title=ADVICE, advice=(Passage("Demandez-les.", cites=(CLAUSE,)),), applies=()),),
        successor=Passage(""),
        texts={"intro": Passage("L'appel aide les essais.", cites=(CLAUSE, DOUBTFUL))},
    )


def _value(question: Question, typed: Typed, rows: int, path: str) -> object:
    if question.kind in (Kind.LINE, Kind.TEXT):
        return typed(path)
    if question.kind is Kind.ONE_OF:
        return next(iter(question.choices))
    if question.kind is Kind.SEVERAL_OF:
        return tuple(question.choices)
    if question.kind is Kind.PIECES:
        return (Piece(typed(path), 12_345, "0123456789abcdef" * 4),)
    if question.kind is Kind.TABLE:
        return tuple(
            question.row(**{c.name: _value(c, typed, rows, f"{path}[{row}].{c.name}") for c in question.columns})
            for row in range(rows)
        )
    return VALUES[question.kind]


@cache
def _marker(path: str) -> str:
    return "Marque" + re.sub(r"\W|_", "", path)


def full_project(typed: Typed = _marker, *, rows: int = 2) -> Project:
    """Every question answered; `typed` gives what the applicant wrote in each free field, by its path."""
    answers = {
        question.anchor: ANSWERS.get(question.anchor) or _value(question, typed, rows, question.anchor)
        for section in sections()
        for question in section.questions
    }
    return Project().with_answers(answers)


def deposit_of(
    project: Project | None = None,
    *,
    steps: tuple[str, ...] = (),
    number: int = 1,
    together: Together | None = None,
) -> Deposit:
    chosen = edition(*steps)
    project = full_project() if project is None else project
    return freeze(
        edition=chosen,
        project=project,
        judgement=judge(chosen, project, FILED_AT),
        reference="F22-0042",
        number=number,
        by="Camille Exemple",
        at=FILED_AT,
        address="https://depots.example",
        together=together,
    )


class Printed:
    """A PDF read back: its text page by page, its fonts, its bookmarks, the files inside it."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        with pypdfium2.PdfDocument(content) as document:
            self.pages = [_text(page) for page in document]
            self.bodies = [_text(page, bottom=66, top=768) for page in document]  # in points, without head and foot
            self.fonts = {font for page in document for font in _fonts(page)}
            self.bookmarks = [(item.level, item.get_title()) for item in document.get_toc()]
            self.metadata = document.get_metadata_dict()
        with pikepdf.open(io.BytesIO(content)) as document:
            self.attached = {name: file.get_file().read_bytes() for name, file in document.attachments.items()}

    def picture(self, page: int, dots_per_inch: int) -> Image.Image:
        """A page as it looks, in greys."""
        with pypdfium2.PdfDocument(self.content) as document:
            return document[page].render(scale=dots_per_inch / 72, grayscale=True).to_pil()

    @property
    def text(self) -> str:
        return " ".join(self.pages)

    def part(self, first: str, following: str) -> str:
        """The text between two headings, past the table of contents."""
        body = " ".join(self.bodies[2:])
        return body[body.index(first) : body.index(following)]


def _text(page: pypdfium2.PdfPage, **bounds: float) -> str:
    text = page.get_textpage()
    try:
        return " ".join(text.get_text_bounded(**bounds).split())
    finally:
        text.close()


def _fonts(page: pypdfium2.PdfPage) -> Iterator[tuple[str, bool]]:
    raw = pypdfium2.raw
    for item in page.get_objects([raw.FPDF_PAGEOBJ_TEXT]):
        font = raw.FPDFTextObj_GetFont(item.raw)
        name = ctypes.create_string_buffer(100)
        raw.FPDFFont_GetBaseFontName(font, name, 100)
        yield name.value.decode(), raw.FPDFFont_GetIsEmbedded(font) == 1
