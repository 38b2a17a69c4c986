"""An erratum during the call: dated, shown to those it concerns, and without effect on what was filed."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup

from grantapp import editions
from grantapp.documents import dossier as printed
from grantapp.documents import pdf
from grantapp.domain.deposit import Deposit, thaw
from grantapp.domain.edition import Amendment, Edition, Passage
from grantapp.domain.eligibility import Rule, not_met
from grantapp.editions import all_editions, get_edition
from grantapp.services import calls, demonstration, printing
from grantapp.storage.models import DepositRow, DocumentKind
from tests.makers import PDF, make_deposit, seal_key
from tests.web.conftest import NOW
from tests.web.reader import plain

ERRATUM = get_edition("ademe_2022").texts["contact"].cites[0]
SAID = "Le projet doit aussi tenir un registre inventé."
FIRST = Amendment(
    on=date(2022, 3, 10), clause="clause 1", text=Passage("Une virgule inventée change.", cites=(ERRATUM,))
)
SECOND = Amendment(on=date(2022, 3, 20), clause="clause 7", text=Passage(SAID, cites=(replace(ERRATUM, at="page 2"),)))


def amended(edition: Edition) -> Edition:
    """The edition after its errata: one more rule, that nobody meets."""
    register = Rule(
        code="R99",
        slug="registre",
        title="Tenir un registre inventé",
        needs=("request.title",),
        cites=SECOND.cites,
        check=lambda _: not_met("Ce registre n'existe pas."),
    )
    return replace(edition, version="2022.2", rules=(*edition.rules, register), amendments=(FIRST, SECOND))


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`publish()`: from now on, the edition of 2022 is the amended one."""

    def published() -> Edition:
        new = amended(get_edition("ademe_2022"))
        others = tuple(new if each.id == new.id else each for each in all_editions())
        for module in (editions, calls):
            monkeypatch.setattr(module, "all_editions", lambda: others)
        return new

    return published


def changes(client: Any) -> list[str]:
    soup = client.read("/appels/ademe-2022").soup
    heading = soup.find(id="changements")
    return [plain(each.get_text(" ", strip=True)) for each in heading.find_next("ul").find_all("li")] if heading else []


# ── on the public page ──


def test_a_call_without_erratum_says_nothing_of_changes(anonymous):
    assert changes(anonymous) == []


def test_the_errata_are_shown_the_newest_first_with_their_notes(anonymous, publish, clock):
    publish()
    clock.at = datetime(2022, 3, 25, 9, tzinfo=UTC)
    newest, oldest = changes(anonymous)
    assert newest.startswith("20 mars 2022 , clause 7 : " + SAID)
    assert oldest.startswith("10 mars 2022 , clause 1 : Une virgule")
    assert anonymous.read("/appels/ademe-2022").says("version 2022.2")
    notes = anonymous.read("/appels/ademe-2022").soup.select_one(".ga-notes")
    assert "page 2" in notes.get_text()


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2022, 3, 9, 22, 59, tzinfo=UTC), 0),  # 23 h 59 in Paris, the day before
        (datetime(2022, 3, 9, 23, 0, tzinfo=UTC), 1),
        (datetime(2022, 3, 19, 22, 59, tzinfo=UTC), 1),
        (datetime(2022, 3, 19, 23, 0, tzinfo=UTC), 2),
    ],
)
def test_an_erratum_of_tomorrow_is_not_known_yet(anonymous, publish, clock, at, shown):
    publish()
    clock.at = at
    assert len(changes(anonymous)) == shown


# ── on a draft ──


@pytest.mark.parametrize(
    ("saved", "told"),
    [
        (datetime(2022, 3, 15, 9, tzinfo=UTC), True),
        (datetime(2022, 3, 20, 9, tzinfo=UTC), True),  # that very day: it may have come out after the save
        (datetime(2022, 3, 21, 9, tzinfo=UTC), False),
    ],
)
def test_a_draft_saved_before_an_erratum_is_told_to_read_its_eligibility_again(director, publish, clock, saved, told):
    clock.at = saved
    address = director.send("/dossiers", {"edition": "ademe_2022"}).response.headers["Location"]
    publish()
    clock.at = datetime(2022, 3, 25, 9, tzinfo=UTC)
    page = director.read(address)
    assert page.says("Les règles ont changé le 20 mars 2022 : relisez votre éligibilité.") is told
    assert page.says(SAID) is told
    assert not page.says("Les règles ont changé le 10 mars 2022")


def test_saving_again_puts_the_warning_away(director, publish, clock, draft):
    publish()
    clock.at = datetime(2022, 3, 25, 9, tzinfo=UTC)
    assert director.read(draft).says("Les règles ont changé")
    page = director.read(f"{draft}/site")
    director.send(f"{draft}/site", {"seen": page.seen, "site-name": "Fonderie"})
    assert not director.read(draft).says("Les règles ont changé")


# ── on a deposit ──


def html_of(deposit: Deposit) -> str:
    page = printed.printed_dossier(deposit)
    return str(pdf.environment().get_template("documents/dossier.html").render(dossier=page))


def test_a_deposit_keeps_the_version_it_was_judged_under(director, publish, clock, fill, platform):
    address = fill(demonstration.project())
    director.send(f"{address}/depot")
    receipt = director.read(f"{address}/recepisse").text
    with platform.sessions.reading() as session:
        row = session.query(DepositRow).one()
        filed, key = thaw(row.canonical.encode()), row.id
    before = html_of(filed)
    publish()
    clock.at = datetime(2022, 3, 25, 9, tzinfo=UTC)
    again = director.read(f"{address}/recepisse")
    assert without_token(again.text) == without_token(receipt)
    assert "R99" not in before and html_of(filed) == before
    given: list[Deposit] = []
    makers = {DocumentKind.DOSSIER: lambda shelf: given.append(shelf.deposit) or PDF}
    printing.print_deposit(platform.sessions, platform.files, key, key=seal_key(), now=clock.at, makers=makers)
    assert [each.canonical for each in given] == [filed.canonical]
    assert filed.content["edition"]["version"] == "2022.1"
    overview = director.read(address)
    assert overview.says("par la version 2022.1 des règles") and overview.says("version 2022.2")
    assert not overview.says("relisez votre éligibilité")


def without_token(text: str) -> str:
    soup = BeautifulSoup(text, "html5lib")
    for each in soup.find_all("input", attrs={"name": "csrf_token"}):
        each.decompose()
    return str(soup)


def test_what_was_in_force_at_the_filing_is_frozen_and_printed(publish, monkeypatch):
    new = publish()
    monkeypatch.setattr("tests.makers.get_edition", lambda _: new)
    deposit = make_deposit(at=datetime(2022, 3, 15, 9, tzinfo=UTC))
    assert deposit.content["edition"]["version"] == "2022.2"
    assert [each["on"] for each in deposit.content["edition"]["amendments"]] == ["2022-03-10"]
    rows = {
        plain(row.th.get_text()): plain(row.td.get_text(" "))
        for row in BeautifulSoup(html_of(deposit), "html5lib").find(id="lu").find_next("table").select("tbody tr")
    }
    assert rows["Changé le 10 mars 2022 : clause 1"].startswith("Une virgule inventée change.")
    assert not [heading for heading in rows if "20 mars" in heading]


def test_a_deposit_of_the_first_format_still_prints(publish):
    """It kept the words of the edition without their sources."""
    content = dict(make_deposit(at=NOW).content)
    plain_words = {name: each["text"] for name, each in content["texts"].items()}
    edition = {
        name: each["text"] if isinstance(each, dict) else each
        for name, each in content["edition"].items()
        if name not in ("citations", "successor", "amendments")
    }
    old = Deposit(content | {"format": 1, "edition": edition, "texts": plain_words})
    soup = BeautifulSoup(html_of(old), "html5lib")
    assert soup.find(id="lu") is None
    words = plain(soup.get_text(" "))
    assert plain(edition["call"]) in words and plain(edition["hour_note"]) in words
