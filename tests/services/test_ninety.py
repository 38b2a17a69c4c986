"""From an empty database: ninety firms imported, invited, answering; one collective dossier that names them all."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from grantapp.domain.collective import Collective
from grantapp.domain.project import section_named
from grantapp.domain.project_file import dump_section
from grantapp.services import assembling, belonging, board, compiling, drafting, jobs, versioning
from grantapp.storage import collectives
from grantapp.storage.database import Sessions
from grantapp.storage.files import Files
from grantapp.storage.models import DocumentKind, ProgressRow
from grantapp.storage.queries import NotFound
from tests import makers, ninety, sheets
from tests.makers import ADDRESS, NOW
from tests.ninety import A_MINUTE, DRAFT, FILE, REFUSE, Season

LATER = NOW + timedelta(days=2)


@pytest.fixture
def season(sessions: Sessions, files: Files) -> Iterator[Season]:
    yield Season(sessions, files)


def assemble(season: Season, number: int, now=NOW + A_MINUTE) -> tuple[Collective, int]:
    with season.sessions.writing() as session:
        _, job = assembling.assemble(
            session, season.reference, number=number, address=ADDRESS, now=now, by=season.director
        )
    with season.sessions.reading() as session:
        collective = collectives.get_collective(session, season.reference, season.director)
        return Collective.thaw(collectives.get_assembly(session, collective, number).canonical.encode()), job


def work(season: Season, job: int) -> list[tuple[int, int]]:
    """The job done turn after turn, and how far it said it was after each. A member's dossier is a small page here."""
    member = dict.fromkeys(DocumentKind, lambda shelf: makers.PDF)
    handler = compiling.handler(season.sessions, season.files, makers.seal_key(), turn=0.0, makers=member)
    seen = []
    while jobs.run(season.sessions, job, {assembling.ASSEMBLY: handler}, clock=lambda: NOW):
        with season.sessions.reading() as session:
            row = session.get_one(ProgressRow, job)
            seen.append((row.done, row.total))
    return seen


def test_ninety_firms_from_a_spreadsheet_to_one_collective_dossier(season: Season):
    season.open()
    season.share()
    taken = season.import_firms(sheets.ninety_and_five())
    assert (taken.new, taken.faulty) == (90, 5)
    assert season.invite() == 90
    firms = season.firms()
    for place, firm in enumerate(firms):
        if place >= FILE + DRAFT:
            season.refuse(firm, "Pas de projet cette année.")
            continue
        season.accept(place, firm)
        season.fill(place, firm)
        if place < FILE:
            season.file(place)

    with season.sessions.reading() as session:
        shown = board.board(session, season.reference, now=NOW, by=season.director)
    assert len(shown.lines) == 90

    frozen, job = assemble(season, 1)
    lines = frozen.content["firms"]
    assert [line["name"] for line in lines] == [firm.name for firm in firms]
    assert Counter(line["standing"] for line in lines) == {"taken_in": FILE, "draft": DRAFT, "refused": REFUSE}
    assert len({chapter["fingerprint"] for chapter in frozen.chapters}) == FILE
    expenditure = sum((ninety.cents(place) for place in range(FILE)), Decimal())
    assert Decimal(frozen.content["totals"]["expenditure"]) == expenditure
    assert sum(Decimal(each["amounts"]["expenditure"]) for each in frozen.chapters) == expenditure

    progress = work(season, job)
    assert [done for done, _ in progress] == sorted(done for done, _ in progress)
    assert progress[-1] == (FILE, FILE + 1)
    with season.sessions.reading() as session:
        made = assembling.read(session, season.files, season.reference, 1, by=season.director)
        assert made is not None and b"".join(made.content).startswith(b"%PDF-")


def test_a_firm_that_files_again_appears_and_is_in_the_next_version(season: Season):
    season.open()
    season.share()
    season.import_firms([sheets.HEADINGS, *sheets.firms(3)])
    season.invite()
    for place, firm in enumerate(season.firms()):
        season.accept(place, firm)
        season.fill(place, firm)
        season.file(place)
    first, _ = assemble(season, 1)

    manager, dossier = season.managers[1], season.dossiers[1]
    with season.sessions.writing() as session:
        versioning.reopen(session, dossier, number=1, now=LATER, by=manager)
    changed = ninety.project_of(40, season.firms()[1])
    for section in ("expenditure", "funding"):
        answers = dump_section(section_named(section), getattr(changed, section))
        makers.save(season.sessions, dossier, section, answers, by=manager, now=LATER)
    season.file(1, now=LATER)

    with season.sessions.reading() as session:
        page = assembling.overview(session, season.reference, now=LATER, by=season.director)
    assert page.preview is not None and page.preview.refiled == (season.firms()[1].name,)
    second, _ = assemble(season, 2, now=LATER)
    assert second.content["previous"]["fingerprint"] == first.fingerprint
    before, after = (Decimal(each.content["totals"]["expenditure"]) for each in (first, second))
    assert after - before == ninety.cents(40) - ninety.cents(1)
    assert season.firms()[1].name in str(second.content["changes"])


def test_a_firm_leaves_the_cooperative_with_all_that_its_dossier_says(season: Season):
    season.open()
    season.share()
    season.import_firms([sheets.HEADINGS, *sheets.firms(2)])
    season.invite()
    for place, firm in enumerate(season.firms()):
        season.accept(place, firm)
    leaver, dossier = season.managers[0], season.dossiers[0]
    with season.sessions.reading() as session:
        before = drafting.review(session, dossier, now=NOW, by=leaver)
    firm = season.firms()[0]
    with season.sessions.writing() as session:
        belonging.leave_cooperative(
            session, leaver.memberships[0].organisation_id, firm.id, now=NOW + A_MINUTE, by=leaver
        )
    with season.sessions.reading() as session:
        after = drafting.review(session, dossier, now=NOW, by=leaver)
        assert after.head.shared is None
        assert [each.section.name for each in after.sections] == [each.section.name for each in before.sections]
        assert {gap.anchor for gap in after.missing.answers} == {gap.anchor for gap in before.missing.answers}
        with pytest.raises(NotFound):  # the cooperative's direction sees no more of it than of a stranger's
            drafting.overview(session, dossier, now=NOW, by=season.director)
        preview = assembling.overview(session, season.reference, now=NOW + 2 * A_MINUTE, by=season.director).preview
    assert preview is not None
    assert {each.label: each.count for each in preview.standings} == {
        "A quitté la coopérative": 1,
        "A accepté, pas commencé": 1,
    }


def test_a_firm_leaves_by_whoever_engages_it_and_nobody_else(season: Season):
    season.open()
    season.import_firms([sheets.HEADINGS, *sheets.firms(1)])
    season.invite()
    (firm,) = season.firms()
    season.accept(0, firm)
    with season.sessions.writing() as session, pytest.raises(NotFound):
        belonging.leave_cooperative(
            session, season.managers[0].memberships[0].organisation_id, firm.id, now=NOW, by=season.director
        )


def test_what_the_cooperative_asks_to_correct_is_read_on_the_dossier_until_it_is_filed_again(season: Season):
    season.open()
    season.share()
    season.import_firms([sheets.HEADINGS, *sheets.firms(1)])
    season.invite()
    (firm,) = season.firms()
    season.accept(0, firm)
    season.fill(0, firm)
    season.file(0)
    manager, dossier = season.managers[0], season.dossiers[0]
    with season.sessions.writing() as session:
        board.ask_correction(
            session, season.reference, firm.id, "Le devis manque.", now=LATER, at=LATER, by=season.director
        )
    with season.sessions.reading() as session:
        assert drafting.overview(session, dossier, now=LATER, by=manager).correction == "Le devis manque."
    with season.sessions.writing() as session:
        versioning.reopen(session, dossier, number=1, now=LATER + A_MINUTE, by=manager)
    changed = dump_section(section_named("funding"), ninety.project_of(0, firm).funding) | {"advance_percent": "10"}
    makers.save(season.sessions, dossier, "funding", changed, by=manager, now=LATER + A_MINUTE)
    season.file(0, now=LATER + 2 * A_MINUTE)
    with season.sessions.reading() as session:
        assert drafting.overview(session, dossier, now=LATER + 2 * A_MINUTE, by=manager).correction == ""
