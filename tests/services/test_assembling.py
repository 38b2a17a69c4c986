"""A collective dossier assembled: frozen once, told apart when a firm files again, read by those who agreed."""

import io
import json
from datetime import timedelta
from hashlib import sha256

import pikepdf
import pytest

from grantapp.domain.collective import Collective
from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person
from grantapp.services import assembling, compiling, jobs, printing, verifying
from grantapp.services.offered import PaperState
from grantapp.services.verdict import Verdict
from grantapp.storage.cooperative import AssemblyRow
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.models import DocumentKind, ProgressRow
from grantapp.storage.queries import NotFound
from tests import makers
from tests.gathered import Gathered
from tests.makers import ADDRESS, NOW

LATER = NOW + timedelta(days=1)
KNOWN = (makers.seal_key().certificate,)


@pytest.fixture
def gathered(sessions: Sessions, files: Files, camille: Person) -> Gathered:
    return Gathered(sessions, files, makers.make_director(sessions, camille)).begin()


def small_pdf() -> bytes:
    written = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(written, deterministic_id=True)
    return written.getvalue()


def handler(gathered: Gathered, *, made: list[str] | None = None, **changes) -> jobs.Long:
    """With dossiers of one page, for speed; `made` remembers whose were made."""

    def maker(shelf: printing.Shelf) -> bytes:
        if made is not None:
            made.append(shelf.deposit.content["reference"])
        return shelf.sealed(small_pdf())

    makers_ = {DocumentKind.DOSSIER: maker}
    return compiling.handler(gathered.sessions, gathered.files, makers.seal_key(), makers=makers_, **changes)


def frozen(gathered: Gathered, number: int = 1) -> Collective:
    with gathered.sessions.reading() as session:
        (row,) = session.query(AssemblyRow).filter_by(number=number)
        return Collective.thaw(row.canonical.encode())


# ── freezing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_shown_is_what_is_frozen(gathered: Gathered):
    gathered.file(1)
    gathered.file(2, agreed=False)
    gathered.choose(3)
    preview = gathered.overview().preview
    assert (preview.number, preview.taken_in, preview.total, preview.refusal) == (1, 1, 3, "")
    gathered.assemble()
    content = frozen(gathered).content
    assert [each["standing"] for each in content["firms"]] == ["taken_in", "not_agreed", "no_answer"]
    assert str(preview.expenditure) == content["totals"]["expenditure"] == "40100"
    (line,) = gathered.overview().versions
    assert (line.number, line.taken_in, line.firms, line.state) == (1, 1, 3, PaperState.WAITING)


def test_a_draft_that_was_touched_is_told_from_one_that_was_not(gathered: Gathered):
    gathered.file(1)
    gathered.choose(2)
    gathered.choose(3)
    untouched, begun = gathered.join(2), gathered.join(3)
    makers.save(gathered.sessions, begun, "organisation", {"town": "Orange"}, by=gathered.firms[3], now=LATER)
    gathered.assemble(now=LATER)
    assert [each["standing"] for each in frozen(gathered).content["firms"]] == ["taken_in", "not_begun", "draft"]
    assert untouched not in frozen(gathered).canonical.decode()


def test_nothing_is_assembled_without_a_filed_dossier(gathered: Gathered):
    with pytest.raises(Refused, match="Aucune entreprise n’est choisie"):
        gathered.assemble()
    gathered.file(1, agreed=False)
    with pytest.raises(Refused, match="Aucun dossier ne peut être repris"):
        gathered.assemble()


def test_nothing_new_is_not_assembled_again(gathered: Gathered):
    gathered.file(1)
    gathered.assemble()
    with pytest.raises(Refused, match="Rien n’a changé depuis la version 1"):
        gathered.assemble(2, now=LATER)


def test_two_people_who_assemble_at_once_make_one_version(gathered: Gathered):
    gathered.file(1)
    gathered.assemble()
    gathered.choose(2)
    with pytest.raises(Refused, match="entre-temps"):
        gathered.assemble(1)


def test_a_firm_that_files_again_appears_as_such_at_once_and_the_next_version_tells_it(gathered: Gathered):
    gathered.file(1)
    gathered.file(2)
    gathered.assemble()
    assert gathered.overview().preview.refiled == ()
    gathered.refile(1, now=LATER)
    preview = gathered.overview(now=LATER).preview
    assert preview.refiled == ("Entreprise inventée 01",)
    assert preview.changes == ("1\u00a0entreprise a déposé de nouveau",)
    gathered.assemble(2, now=LATER)
    (told,) = frozen(gathered, 2).content["changes"]["firms"]
    assert (told["what"], told["before"]["number"], told["after"]["number"]) == ("refiled", 1, 2)
    assert frozen(gathered, 2).content["previous"]["fingerprint"] == frozen(gathered).fingerprint
    assert gathered.overview(now=LATER).versions[0].changed == preview.changes


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_firm_that_agreed_reads_what_was_assembled_and_assembles_nothing(gathered: Gathered):
    gathered.file(1)
    gathered.work(gathered.assemble(), handler(gathered))
    firm = gathered.firms[1]
    page = gathered.overview(by=firm)
    assert (page.preview, len(page.versions)) == (None, 1)
    assert gathered.pdf(by=firm) == gathered.pdf()
    with pytest.raises(Refused, match="direction de la coopérative"):
        gathered.assemble(2, by=firm)


@pytest.mark.parametrize(
    "undo", [{"agreed_at": None, "agreed_by_id": None}, {"left_at": NOW}], ids=["agreement", "left"]
)
def test_a_firm_that_does_not_agree_or_left_finds_nothing(gathered: Gathered, undo: dict[str, object]):
    gathered.file(1)
    gathered.assemble()
    gathered.overview(by=gathered.firms[1])
    gathered.change(1, **undo)
    for read in (gathered.overview, gathered.pdf):
        with pytest.raises(NotFound):
            read(by=gathered.firms[1])


def test_a_stranger_finds_nothing(gathered: Gathered, sacha: Person):
    gathered.file(1)
    gathered.assemble()
    for read in (gathered.overview, gathered.pdf):
        with pytest.raises(NotFound):
            read(by=sacha)


# ── the PDF ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_pdf_carries_its_data_and_the_sealed_dossiers_of_its_members(gathered: Gathered):
    gathered.file(1)
    gathered.file(2)
    gathered.work(gathered.assemble(), handler(gathered))
    content = gathered.pdf()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        carried = {name: file.get_file().read_bytes() for name, file in pdf.attachments.items()}
    assert list(carried) == ["A22-0002-v1.pdf", "A22-0003-v1.pdf", "collectif.json"]
    assert sha256(carried["collectif.json"]).hexdigest() == frozen(gathered).fingerprint
    with gathered.sessions.reading() as session:
        for name in ("A22-0002-v1.pdf", "A22-0003-v1.pdf"):
            assert verifying.verify_file(session, carried[name], KNOWN).verdict is Verdict.FILED
    assert gathered.overview().versions[0].size == len(content)


def test_the_dossiers_that_are_missing_are_made_first_each_once_and_other_jobs_pass(gathered: Gathered):
    for place in (1, 2, 3):
        gathered.file(place)
    made: list[str] = []
    job = gathered.assemble()
    turns = gathered.work(job, handler(gathered, made=made, turn=-1.0))  # a turn ends with each dossier
    assert (turns, made) == (4, ["A22-0002", "A22-0003", "A22-0004"])
    with gathered.sessions.reading() as session:
        progress = session.get_one(ProgressRow, job)
        assert (progress.done, progress.total) == (3, 4)


def test_a_worker_killed_between_two_dossiers_loses_neither(gathered: Gathered, monkeypatch: pytest.MonkeyPatch):
    gathered.file(1)
    gathered.file(2)
    made: list[str] = []

    class Killed(BaseException):
        pass

    def dies(shelf: printing.Shelf) -> bytes:
        if made:
            raise Killed
        made.append(shelf.deposit.content["reference"])
        return shelf.sealed(small_pdf())

    job = gathered.assemble()
    dying = compiling.handler(gathered.sessions, gathered.files, makers.seal_key(), makers={DocumentKind.DOSSIER: dies})
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_give_back", lambda *_: None)
        gathered.work(job, dying)
    assert gathered.overview().versions[0].done == 1
    after = NOW + jobs.LEASE + timedelta(seconds=1)
    gathered.work(job, handler(gathered, made=made), now=after)
    assert made == ["A22-0002", "A22-0003"]
    assert gathered.overview().versions[0].state is PaperState.READY


def test_the_same_assembly_makes_the_same_bytes(gathered: Gathered, monkeypatch: pytest.MonkeyPatch):
    gathered.file(1)
    gathered.work(gathered.assemble(), handler(gathered))
    again = frozen(gathered)
    with gathered.sessions.reading() as session:
        kept = compiling._kept(session, again)
    digest, _ = compiling._compiled(again, kept, gathered.files, makers.seal_key(), lambda: None)
    assert digest == sha256(gathered.pdf()).hexdigest()


def test_what_is_too_heavy_to_attach_is_left_out_and_said(gathered: Gathered, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compiling, "MOST_ATTACHED", 100)
    gathered.file(1)
    gathered.work(gathered.assemble(), handler(gathered))
    with pikepdf.open(io.BytesIO(gathered.pdf())) as pdf:
        assert list(pdf.attachments) == ["collectif.json"]


def test_a_pdf_that_could_not_be_made_may_be_asked_for_again(gathered: Gathered):
    gathered.file(1)

    def fails(args, now, progress):
        raise ValueError

    gathered_job = gathered.assemble()
    for _ in range(5):
        gathered.work(gathered_job, jobs.Long(fails))
    assert gathered.overview().versions[0].state is PaperState.FAILED
    with gathered.sessions.writing() as session:
        job = assembling.ask_again(session, gathered.reference, 1, now=NOW, by=gathered.director)
        assert assembling.ask_again(session, gathered.reference, 1, now=NOW, by=gathered.director) is None
    gathered.work(job, handler(gathered))
    assert gathered.overview().versions[0].state is PaperState.READY


# ── verified ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def made(gathered: Gathered) -> bytes:
    gathered.file(1)
    gathered.work(gathered.assemble(), handler(gathered))
    return gathered.pdf()


def verified(gathered: Gathered, content: bytes) -> Verdict:
    with gathered.sessions.reading() as session:
        return verifying.verify_file(session, content, KNOWN)


def changed(content: bytes) -> bytes:
    """One byte of the first page's resources, in the middle of the file."""
    place = content.find(b"/Type /Page")
    return content[:place] + b"/Tipe" + content[place + 5 :]


def test_an_assembly_is_told_from_a_filing(gathered: Gathered, made: bytes):
    found = verified(gathered, made)
    assert (found.verdict, found.filed.reference, found.filed.is_assembly) == (Verdict.ASSEMBLED, "A22-C001", True)
    assert "ne vaut pas dépôt" in found.advice[0]
    data = verified(gathered, frozen(gathered).canonical)
    loose = verified(gathered, json.dumps(frozen(gathered).content, indent=1).encode())
    assert data.verdict is loose.verdict is Verdict.ASSEMBLED
    with gathered.sessions.reading() as session:
        code = verifying.read_code(frozen(gathered).short_code)
        assert verifying.verify_code(session, code).verdict is Verdict.ASSEMBLED


def test_a_changed_assembly_is_known_for_what_it_was_and_not_for_a_dossier_it_carries(gathered: Gathered, made: bytes):
    for content in (changed(made), frozen(gathered).canonical.replace(b"Avignon", b"Orange ")):
        found = verified(gathered, content)
        assert (found.verdict, found.filed.reference) == (Verdict.ALTERED, "A22-C001")


def test_a_former_assembly_is_replaced(gathered: Gathered, made: bytes):
    gathered.refile(1, now=LATER)
    gathered.assemble(2, now=LATER)
    found = verified(gathered, made)
    assert (found.verdict, found.filed.replaced_by) == (Verdict.REPLACED, (2, LATER))


def test_the_seal_alone_tells_an_assembly_too(made: bytes):
    found = verifying.verify_file(None, made, KNOWN)
    assert found.verdict is Verdict.ASSEMBLED
    assert verifying.verify_file(None, made, ()).verdict is Verdict.UNKNOWN


def test_an_answer_names_nobody_and_shows_no_amount(gathered: Gathered, made: bytes):
    said = str(verified(gathered, made))
    for word in ("Entreprise inventée", "Camille", "40", ADDRESS):
        assert word not in said.replace(frozen(gathered).fingerprint, "").replace(frozen(gathered).short_code, "")
