"""The dossier, from a frozen deposit and from nothing else: cover, contents, summary, answers, report, pieces."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from grantapp import french
from grantapp.documents import pdf as printer
from grantapp.documents import qr
from grantapp.documents.answers import PrintedSection, printed_section
from grantapp.documents.changes import PrintedChanges, printed_changes
from grantapp.documents.charts import Charts, charts
from grantapp.documents.finishing import Attachment, Relationship
from grantapp.documents.ink import Ink, grouped
from grantapp.documents.originals import Originals, attached, attached_names
from grantapp.documents.report import Report, report
from grantapp.documents.summary import KeyFacts, key_facts, shortened
from grantapp.domain.deposit import Deposit

UNTITLED = "Projet sans titre"
NAMELESS = "Organisation sans nom"
LONGEST_TITLE = 300
# What an edition says of itself, printed at the end with its sources, in this order; the first come from the edition.
HEADINGS = (
    ("call", "Appel"),
    ("title", "Édition"),
    ("carried", "Règles reprises, non confirmées"),
    ("authority", "Adressé à"),
    ("intro", "Objet"),
    ("hour_note", "Heure de clôture"),
    ("filing", "Où déposer"),
    ("contact", "À qui parler"),
    ("payments", "Versement"),
    ("criteria", "Critères"),
    ("known", "Ce qui a été lu"),
    ("unknown", "Ce qui ne l'a pas été"),
    ("successor", "Ce qui a suivi"),
)
LONGEST_RUNNING_TITLE = 80
QR = "grantapp:images/qr.svg"


@dataclass(frozen=True)
class File:
    name: str
    pages: int | None  # None for an image, and for what was deposited before pieces were opened
    size: str
    sha256: tuple[str, ...]  # in groups of eight
    attached: str | None  # its name inside the PDF, where it is
    thumbnail: str | None  # the address of its image


@dataclass(frozen=True)
class Piece:
    """A supporting document that was asked for, with the files given."""

    anchor: str
    label: str
    required: bool
    files: tuple[File, ...]


@dataclass(frozen=True)
class PrintedCollective:
    """The collective dossier that this one stands in, and who filled it."""

    reference: str
    cooperative: str
    mandate: str | None  # to the letter
    given_on: str
    given_by: str
    filled: tuple[str, ...]  # the titles of the sections that the cooperative filled under a mandate


@dataclass(frozen=True)
class PrintedDossier:
    """What the template is given."""

    reference: str
    number: int
    title: str
    running_title: str
    applicant: str
    call: str
    edition: str
    edition_version: str
    authority: str
    window: str
    hour_note: str
    judged_on: str
    deposited_at: str
    deposited_at_iso: str
    deposited_by: str
    fingerprint: tuple[str, ...]  # in groups of eight
    short_code: str
    verify_address: str | None  # where a filed version is verified, as its QR code says it
    octets: int
    key_facts: tuple[tuple[KeyFacts, ...], ...]  # by column
    sections: tuple[PrintedSection, ...]
    declarations: PrintedSection | None
    pieces: tuple[Piece, ...]
    report: Report
    charts: Charts
    unanswered: tuple[str, ...]
    replaced: tuple[str, ...]
    changes: PrintedChanges | None  # to the version before, if there was one
    attached: int  # how many files of the applicant's the PDF carries
    collective: PrintedCollective | None

    @property
    def is_filed(self) -> bool:
        """False for a project printed from its file, which is number 0: the document must not claim a deposit."""
        return self.number > 0

    @property
    def verify_page(self) -> str | None:
        """The same page as a person types it."""
        return self.verify_address.partition("://")[2].partition("?")[0] if self.verify_address else None

    @property
    def files(self) -> int:
        return sum(len(piece.files) for piece in self.pieces)

    @property
    def missing_pieces(self) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.pieces if piece.required and not piece.files)


def pdf(
    deposit: Deposit,
    *,
    originals: Originals = lambda _: None,
    thumbnails: Originals = lambda _: None,
    progress: Callable[[str], None] | None = None,
) -> bytes:
    """The dossier's bytes, with `dossier.json` and the pieces inside.

    `originals` and `thumbnails` (JPEG) give bytes by the SHA-256 of a piece. The same deposit and the same pieces give
    the same bytes: nothing else is read but our own files.
    """
    tell = progress or (lambda _: None)
    tell("Préparation du dossier…")
    attachments = attached(deposit, originals)
    images = {
        f"grantapp:images/{sha256}.jpg": image
        for sha256 in attached_names(deposit)
        if (image := thumbnails(sha256)) is not None
    }
    page = printed_dossier(deposit, attachments=attachments, images=images)
    html = printer.environment().get_template("documents/dossier.html").render(dossier=page)
    tell("Mise en pages…")
    if page.verify_address:
        images[QR] = qr.svg(page.verify_address)
    written = printer.render(
        html, identifier=deposit.fingerprint[:32], deposit=deposit, attachments=attachments, images=images
    )
    tell(french.typeset(f"Dossier prêt : {french.size(len(written))}."))
    return written


def printed_dossier(
    deposit: Deposit, *, attachments: tuple[Attachment, ...] = (), images: Collection[str] = ()
) -> PrintedDossier:
    content = deposit.content
    names = attached_names(deposit)
    inside = {each.name for each in attachments}
    answers = {answer["anchor"]: answer for section in content["sections"] for answer in section["answers"]}
    texts = {anchor: answer.get("text") for anchor, answer in answers.items()}
    labels = {anchor: answer["label"] for anchor, answer in answers.items()}
    sections = {section["name"]: section for section in content["sections"]}
    ink = Ink()
    title = ink.text(shortened(texts.get("request.title") or UNTITLED, LONGEST_TITLE))
    edition = content["edition"]
    said = {name: _text(edition[name]) for name in ("call", "title", "authority", "hour_note")}
    opens, closes = (french.day(date.fromisoformat(edition[name])) for name in ("opens_on", "closes_on"))
    at = datetime.fromisoformat(content["deposited_at"])
    printed = tuple(printed_section(each) for name, each in sections.items() if name not in ("pieces", "declarations"))
    pieces = tuple(
        Piece(
            answer["anchor"],
            answer["label"],
            answer["required"],
            tuple(
                File(
                    name=ink.text(each["name"]),
                    pages=each.get("pages"),
                    size=french.size(each["size"]),
                    sha256=grouped(each["sha256"]),
                    attached=ink.text(name) if (name := names[each["sha256"]]) in inside else None,
                    thumbnail=address if (address := f"grantapp:images/{each['sha256']}.jpg") in images else None,
                )
                for each in answer["pieces"]
            ),
        )
        for answer in sections.get("pieces", {"answers": ()})["answers"]
    )
    judged = report(content["judgement"], labels, ink, _passages(content))
    return PrintedDossier(
        reference=content["reference"],
        number=content["number"],
        title=title,
        running_title=shortened(title, LONGEST_RUNNING_TITLE),
        applicant=ink.text(shortened(texts.get("organisation.name") or NAMELESS, LONGEST_TITLE)),
        call=said["call"],
        edition=said["title"],
        edition_version=edition["version"],
        authority=said["authority"],
        window=f"du {opens} au {closes}",
        hour_note=said["hour_note"],
        judged_on=french.day(at.astimezone(french.PARIS).date()),
        deposited_at=french.moment(at, seconds=True),
        deposited_at_iso=at.isoformat(timespec="seconds"),
        deposited_by=ink.text(content["deposited_by"]),
        fingerprint=grouped(deposit.fingerprint),
        short_code=deposit.short_code.replace(" ", french.NBSP),
        verify_address=deposit.verify_address,
        octets=len(deposit.canonical),
        key_facts=key_facts(answers, ink),
        sections=printed,
        declarations=printed_section(sections["declarations"]) if "declarations" in sections else None,
        pieces=pieces,
        report=judged,
        charts=charts(content),
        unanswered=tuple(gap["label"] for gap in content["unanswered"]),
        replaced=_all_replaced(printed, ink),
        changes=printed_changes(content),
        attached=sum(each.relationship is Relationship.SUPPLEMENT for each in attachments),
        collective=_collective(content.get("collective"), sections, ink),
    )


def _collective(
    kept: Mapping[str, Any] | None, sections: Mapping[str, Mapping[str, Any]], ink: Ink
) -> PrintedCollective | None:
    """None for a dossier on its own, and before format 4."""
    if kept is None:
        return None
    mandate = kept["mandate"]
    given_at = datetime.fromisoformat(mandate["given_at"]) if mandate else None
    return PrintedCollective(
        reference=kept["reference"],
        cooperative=ink.text(kept["cooperative"]),
        mandate=ink.text(mandate["wording"]) if mandate else None,
        given_on=french.day(given_at.astimezone(french.PARIS).date()) if given_at else "",
        given_by=ink.text(mandate["given_by"]) if mandate else "",
        filled=tuple(sections[name]["title"] for name in kept["filled"] if name in sections),
    )


def _text(passage: Any) -> str:
    """What the edition said; a deposit of format 1 kept the words alone."""
    return french.typeset(passage["text"] if isinstance(passage, Mapping) else passage)


def _passages(content: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What the edition said on the day of the deposit, and what had changed by then, where the citations were kept."""
    edition = content["edition"]
    frozen = content["texts"] | edition
    for name, heading in HEADINGS:
        if isinstance(passage := frozen.get(name), Mapping) and passage["text"]:
            yield french.typeset(heading), passage
        if name == "intro" and "citations" in edition:
            opens, closes = (french.day(date.fromisoformat(edition[each])) for each in ("opens_on", "closes_on"))
            yield "Dates", {"text": f"Du {opens} au {closes}.", "citations": edition["citations"]}
    for amendment in edition.get("amendments", ()):
        on = french.day(date.fromisoformat(amendment["on"]))
        yield french.typeset(f"Changé le {on} : {amendment['clause']}"), amendment


def _all_replaced(sections: tuple[PrintedSection, ...], ink: Ink) -> tuple[str, ...]:
    """Every character that could not be printed, once, in the order of the code points."""
    replaced = set(ink.replaced)
    for section in sections:
        for block in section.blocks:
            replaced.update(block.replaced)
    return tuple(sorted(replaced))
