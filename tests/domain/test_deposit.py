"""What is frozen: everything that will be printed, under one fingerprint, whatever changes later."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import HealthCheck, given, settings

from grantapp.domain.answer import as_text, parcel_text
from grantapp.domain.deposit import Deposit, freeze, thaw
from grantapp.domain.judgement import judge
from grantapp.domain.project import Project, facts_of, question_at
from grantapp.domain.sections.applicant import Behalf, Member, Members, Request
from grantapp.domain.sections.funding import Expenditure, Expense
from grantapp.domain.wizard import questions_of, steps
from grantapp.editions import get_edition
from grantapp.french import NBSP
from tests.domain.vocabulary import projects

EDITION = get_edition("ademe_2022")
AT = datetime(2022, 3, 15, 9, 30, tzinfo=UTC)


def frozen(project: Project, **changes) -> Deposit:
    settings = {"reference": "A22-0001", "number": 1, "by": "Camille Exemple", "at": AT}
    return freeze(edition=EDITION, project=project, judgement=judge(EDITION, project, AT), **(settings | changes))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(projects())
def test_a_deposit_read_back_has_the_same_bytes_and_the_same_fingerprint(project):
    deposit = frozen(project)
    again = thaw(deposit.canonical)
    assert (again.canonical, again.fingerprint) == (deposit.canonical, deposit.fingerprint)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(projects())
def test_every_answer_that_is_asked_is_frozen_once(project):
    content = frozen(project).content
    anchors = [answer["anchor"] for section in content["sections"] for answer in section["answers"]]
    assert len(anchors) == len(set(anchors))
    ours = {question.anchor for step in steps(EDITION) for question in questions_of(EDITION, step)}
    assert facts_of(project).keys() & ours <= set(anchors)


def test_any_change_of_an_answer_changes_the_fingerprint():
    one = frozen(Project(request=Request(title="Un")))
    other = frozen(Project(request=Request(title="Deux")))
    assert one.fingerprint != other.fingerprint
    assert one.fingerprint == frozen(Project(request=Request(title="Un"))).fingerprint


def test_the_instant_the_person_and_the_version_are_under_the_fingerprint():
    project = Project()
    prints = {
        frozen(project, **change).fingerprint
        for change in ({}, {"by": "Sacha"}, {"number": 2}, {"reference": "A22-0002"}, {"at": AT.replace(minute=31)})
    }
    assert len(prints) == 5


def test_the_deposit_holds_the_sentences_and_citations_it_will_print():
    found = frozen(Project()).content["judgement"]["findings"]
    assert found
    assert all(each["sentence"] and each["title"] and each["citations"] for each in found)


def test_the_canonical_form_is_sorted_compact_and_in_clear_utf_8():
    canonical = frozen(Project(request=Request(title="Dépôt"))).canonical
    content = json.loads(canonical)
    assert list(content) == sorted(content)
    assert "Dépôt".encode() in canonical and b'": ' not in canonical


def test_a_short_code_can_be_read_aloud():
    deposit = frozen(Project())
    assert deposit.short_code.replace(" ", "").lower() == deposit.fingerprint[:12]


def test_totals_stand_under_the_columns_that_ask_for_one():
    lines = (Expense(amount=Decimal("1000.50"), claimed=True), Expense(amount=Decimal(2)), Expense())
    sections = {
        each["name"]: each for each in frozen(Project(expenditure=Expenditure(lines=lines))).content["sections"]
    }
    (table,) = sections["expenditure"]["answers"]
    totals = dict(zip([column["name"] for column in table["columns"]], table["totals"], strict=True))
    assert totals["amount"] == "1\u202f002,50\u00a0€"
    assert [name for name, total in totals.items() if total] == ["amount"]


def test_what_was_typed_as_text_is_left_as_typed():
    assert as_text(question_at("request.title"), 'Un "titre" : oui !') == 'Un "titre" : oui !'


def test_parcels_and_numbers_are_spaced_for_the_eye():
    assert parcel_text("AB0160") == f"AB{NBSP}160"
    assert parcel_text("840070000A0012") == f"84007{NBSP}000{NBSP}A{NBSP}12"
    assert as_text(question_at("members.firms.siren"), "000010009") == f"000{NBSP}010{NBSP}009"
    assert as_text(question_at("history.ended_year"), 2009) == "2009"


def test_a_table_is_frozen_row_by_row():
    firms = (Member(name="Exemple", siren="000010009"),)
    project = Project(request=Request(behalf=Behalf.MEMBERS), members=Members(firms=firms))
    sections = {each["name"]: each for each in frozen(project).content["sections"]}
    (table,) = sections["members"]["answers"]
    assert table["rows"] == [["Exemple", f"000{NBSP}010{NBSP}009", None]]
