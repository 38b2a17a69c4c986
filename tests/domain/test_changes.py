"""What a version changes: every change once, nothing else, whatever the order and the format."""

import copy
import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grantapp.domain.changes import Changes, as_json, changes, excerpts, in_short
from grantapp.domain.deposit import Deposit, freeze, thaw
from grantapp.domain.judgement import judge
from grantapp.domain.project import Project
from grantapp.domain.question import Piece
from grantapp.domain.sections.applicant import AccountingYear, Member
from grantapp.domain.sections.funding import Expense, Post
from grantapp.editions import get_edition
from grantapp.services import demonstration
from tests.domain.vocabulary import projects

EDITION = get_edition("ademe_2022")
AT = datetime(2022, 3, 15, 9, 30, tzinfo=UTC)
WHOLE = demonstration.project()


def frozen(project: Project, *, at: datetime = AT, number: int = 1, previous: Deposit | None = None) -> Deposit:
    return freeze(
        edition=EDITION,
        project=project,
        judgement=judge(EDITION, project, at),
        reference="A22-0001",
        number=number,
        by="Camille Exemple",
        at=at,
        previous=previous,
    )


def between(before: Project, after: Project) -> Changes:
    return changes(frozen(before).content, frozen(after).content)


def other(**answers: object) -> Project:
    return WHOLE.with_answers({anchor.replace("__", "."): each for anchor, each in answers.items()})


# ── laws ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(projects(), st.randoms(use_true_random=False))
def test_the_same_answers_make_no_change_in_whatever_order_they_stand(project: Project, chance: random.Random):
    content = json.loads(frozen(project).canonical)
    found = changes(content, shuffled(content, chance))
    assert found.is_empty
    assert not (found.amounts or found.verdicts or found.conclusion or found.edition or found.rules)
    assert in_short(as_json(found)) == ""


def shuffled(content: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The same deposit with its sections, answers, rows, files, findings and keys in another order."""
    other = copy.deepcopy(content)
    chance.shuffle(other["sections"])
    for section in other["sections"]:
        chance.shuffle(section["answers"])
        for answer in section["answers"]:
            if "pieces" in answer:
                chance.shuffle(answer["pieces"])
            if answer.get("rows"):
                name = answer["anchor"].partition(".")[2]
                values = other["project"][section["name"]][name]
                places = list(range(len(values)))
                chance.shuffle(places)
                other["project"][section["name"]][name] = [values[place] for place in places]
                answer["rows"] = [answer["rows"][place] for place in places]
    for part in ("findings", "aid"):
        chance.shuffle(other["judgement"][part])
    keys = list(other)
    chance.shuffle(keys)
    return {key: other[key] for key in keys}


FREE = [
    answer["anchor"]
    for section in frozen(WHOLE).content["sections"]
    for answer in section["answers"]
    if answer["kind"] in ("line", "text")
]


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.sets(st.sampled_from(FREE)), st.booleans())
def test_k_answers_changed_make_k_entries_one_for_each(anchors: set[str], backwards: bool):
    changed = WHOLE.with_answers({anchor: f"Autre chose en {anchor}" for anchor in anchors})
    found = between(changed, WHOLE) if backwards else between(WHOLE, changed)
    assert {each.anchor for each in found.fields} == anchors
    assert len(found.fields) == len(anchors)
    assert not (found.tables or found.pieces)
    for each in found.fields:
        assert (each.before if backwards else each.after) == f"Autre chose en {each.anchor}"


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_k_rows_touched_make_k_rows_one_for_each(data: st.DataObject):
    """Among the ninety firms: some leave, some come, some change their town; then they stand in another order."""
    firms = WHOLE.members.firms or ()
    count = len(firms)
    gone = data.draw(st.sets(st.integers(0, count - 1), max_size=5))
    moved = data.draw(st.sets(st.integers(0, count - 1), max_size=5)) - gone
    come = data.draw(st.integers(0, 4))
    kept = [
        replace(firm, town="Ailleurs") if place in moved else firm
        for place, firm in enumerate(firms)
        if place not in gone
    ]
    kept += [Member(name=f"Nouvelle {n}", siren=demonstration.siren(5000 + n), town="Orange") for n in range(come)]
    after = data.draw(st.permutations(kept))
    found = between(WHOLE, other(members__firms=tuple(after)))
    rows = [row for table in found.tables for row in table.rows]
    assert sorted(row.what for row in rows) == ["added"] * come + ["changed"] * len(moved) + ["removed"] * len(gone)
    assert {row.was_row for row in rows if row.what == "removed"} == {place + 1 for place in gone}
    assert {row.was_row for row in rows if row.what == "changed"} == {place + 1 for place in moved}
    assert all(len(row.cells) == 1 and row.cells[0].after == "Ailleurs" for row in rows if row.what == "changed")
    assert not found.fields and not found.pieces


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(projects(), projects())
def test_going_back_undoes_what_going_forth_did(before: Project, after: Project):
    forth, back = between(before, after), between(after, before)
    assert {(each.anchor, each.before, each.after) for each in forth.fields} == {
        (each.anchor, each.after, each.before) for each in back.fields
    }
    assert {(each.rule, each.before, each.after) for each in forth.verdicts} == {
        (each.rule, each.after, each.before) for each in back.verdicts
    }
    assert (len(forth.fields), len(forth.tables), len(forth.pieces)) == (
        len(back.fields),
        len(back.tables),
        len(back.pieces),
    )


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(projects(), projects(), st.sampled_from([1, 2, 3, 4]), st.sampled_from([1, 2, 3, 4]))
def test_a_deposit_of_any_format_is_compared_with_one_of_any_other(
    before: Project, after: Project, older: int, newer: int
):
    found = changes(in_format(older, frozen(before)), in_format(newer, frozen(after)))
    assert found == between(before, after)


def in_format(number: int, deposit: Deposit) -> dict[str, Any]:
    """As a deposit of an earlier format was written."""
    content = json.loads(deposit.canonical) | {"format": number}
    if number < 4:
        del content["collective"]
        for section in content["sections"]:
            del section["origin"]
    if number < 3:
        for key in ("address", "previous", "changes"):
            del content[key]
    if number < 2:
        edition = content["edition"]
        for key in ("call", "title", "authority", "hour_note", "successor"):
            edition[key] = edition[key]["text"]
        for key in ("citations", "amendments"):
            del edition[key]
        content["texts"] = {name: passage["text"] for name, passage in content["texts"].items()}
        del content["judgement"]["computations"]
    return content


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def expenses(*lines: tuple[Post, str | None, int]) -> Project:
    return other(
        expenditure__lines=tuple(
            Expense(post=post, label=label, amount=Decimal(amount), claimed=True) for post, label, amount in lines
        )
    )


def test_a_row_is_recognised_by_its_name_and_shows_only_the_cells_that_differ():
    before = expenses((Post.STUDIES, "Plan de gestion", 60_000), (Post.DEMOLITION, "Cuves", 120_000))
    after = expenses((Post.DEMOLITION, "Cuves", 132_000), (Post.STUDIES, "Plan de gestion", 60_000))
    (table,) = between(before, after).tables
    (row,) = table.rows
    assert (row.what, row.was_row, row.is_row, row.matched_by) == ("changed", 2, 1, "Détail")
    (cell,) = row.cells
    assert (cell.label, cell.before, cell.after) == ("Montant", "120\u202f000\u00a0€", "132\u202f000\u00a0€")
    assert cell.delta == "+12\u202f000\u00a0€"
    (total,) = table.totals
    assert (total.before, total.after, total.delta) == (
        "180\u202f000\u00a0€",
        "192\u202f000\u00a0€",
        "+12\u202f000\u00a0€",
    )


def test_a_name_that_two_rows_bear_names_neither_and_likeness_decides():
    before = expenses((Post.STUDIES, "Lot", 1), (Post.DEMOLITION, "Lot", 2), (Post.LAND, "Lot", 3))
    after = expenses((Post.DEMOLITION, "Lot", 20), (Post.STUDIES, "Lot", 1))
    (table,) = between(before, after).tables
    assert [(row.what, row.was_row, row.is_row, row.matched_by) for row in table.rows] == [
        ("changed", 2, 1, "ressemblance"),
        ("removed", 3, None, ""),
    ]


def test_a_firm_whose_number_is_corrected_is_the_same_firm():
    firms = (Member(name="Plomberie", siren=demonstration.siren(1), town="Avignon"),)
    corrected = (Member(name="PLOMBERIE", siren=demonstration.siren(2), town="Avignon"),)
    (table,) = between(other(members__firms=firms), other(members__firms=corrected)).tables
    (row,) = table.rows
    assert (row.what, row.matched_by) == ("changed", "Entreprise")
    assert [cell.label for cell in row.cells] == ["Entreprise", "SIREN"]


def test_a_firm_that_takes_the_place_of_another_is_not_that_firm_renamed():
    firms = (Member(name="Plomberie", siren=demonstration.siren(1), town="Avignon"),)
    others = (Member(name="Menuiserie", siren=demonstration.siren(2), town="Avignon"),)
    (table,) = between(other(members__firms=firms), other(members__firms=others)).tables
    assert [row.what for row in table.rows] == ["added", "removed"]


def test_a_year_of_accounts_is_recognised_by_the_day_it_ends():
    years = WHOLE.size.accounts or ()
    changed = (*years[:-1], replace(years[-1], headcount=Decimal(99)))
    (table,) = between(WHOLE, other(size__accounts=changed)).tables
    assert [(row.what, row.matched_by) for row in table.rows] == [("changed", "Exercice clos le")]
    assert isinstance(years[-1], AccountingYear)


def test_an_added_row_shows_everything_it_says():
    before, after = expenses((Post.STUDIES, "Plan", 5)), expenses((Post.STUDIES, "Plan", 5), (Post.LAND, "Achat", 7))
    (table,) = between(before, after).tables
    (row,) = table.rows
    assert (row.what, row.was_row, row.is_row, row.title) == ("added", None, 2, "Achat du terrain · Achat")
    assert {cell.label: cell.after for cell in row.cells} == {
        "Poste": "Achat du terrain",
        "Détail": "Achat",
        "Montant": "7\u00a0€",
        "Aide demandée\u202f?": "Oui",
    }


# ── fields, pieces, what the rules made of it ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("anchor", "before", "after", "delta"),
    [
        ("site.area_m2", Decimal(10_000), Decimal(9_500), "−500\u00a0m²"),
        ("funding.value_after", Decimal(450_000), Decimal("450000.50"), "+0,50\u00a0€"),
        ("plan.jobs_created", 10, 22, "+12"),
        ("site.area_m2", None, Decimal(9_500), None),
        ("site.name", "Halle", "Halles", None),
    ],
)
def test_numbers_show_how_far_they_moved(anchor: str, before: object, after: object, delta: str | None):
    found = between(WHOLE.with_answers({anchor: before}), WHOLE.with_answers({anchor: after}))
    assert {each.anchor: each.delta for each in found.fields}[anchor] == delta


def test_a_question_that_is_not_asked_any_more_is_told_apart_from_an_answer_taken_away():
    found = between(WHOLE, other(request__site_found=False))
    gone = {each.anchor: each for each in found.fields}["site.area_m2"]
    assert (gone.was_asked, gone.is_asked, gone.after) == (True, False, None)
    emptied = {each.anchor: each for each in between(WHOLE, other(site__name=None)).fields}["site.name"]
    assert (emptied.was_asked, emptied.is_asked, emptied.after) == (True, True, None)


def piece(name: str, digit: str) -> Piece:
    return Piece(name, 100, digit * 64)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ((piece("plan.pdf", "a"),), (piece("plan.pdf", "b"),), [("replaced", "plan.pdf", "plan.pdf")]),
        ((piece("plan.pdf", "a"),), (piece("plan v2.pdf", "b"),), [("replaced", "plan.pdf", "plan v2.pdf")]),
        ((piece("plan.pdf", "a"),), (piece("plan v2.pdf", "a"),), [("renamed", "plan.pdf", "plan v2.pdf")]),
        ((), (piece("plan.pdf", "a"),), [("added", None, "plan.pdf")]),
        ((piece("plan.pdf", "a"),), (), [("removed", "plan.pdf", None)]),
        (
            (piece("a.pdf", "a"), piece("b.pdf", "b")),
            (piece("b.pdf", "c"), piece("c.pdf", "d"), piece("d.pdf", "e")),
            [
                ("replaced", "b.pdf", "b.pdf"),
                ("removed", "a.pdf", None),
                ("added", None, "c.pdf"),
                ("added", None, "d.pdf"),
            ],
        ),
    ],
)
def test_a_file_is_what_its_fingerprint_says(before, after, told):
    found = between(other(pieces__other=before or None), other(pieces__other=after or None))
    assert [
        (each.what, each.before and each.before.name, each.after and each.after.name) for each in found.pieces
    ] == told
    assert not found.fields


def test_verdicts_amounts_and_the_conclusion_that_turned_are_told():
    after = demonstration.ineligible()
    found = between(WHOLE, after)
    turned = {each.rule: (each.before, each.after) for each in found.verdicts}
    old, new = (
        {each.rule: each.verdict.value for each in judge(EDITION, project, AT).findings} for project in (WHOLE, after)
    )
    assert turned == {rule: (old.get(rule), new.get(rule)) for rule in old | new if old.get(rule) != new.get(rule)}
    assert found.conclusion is not None and found.conclusion.after == "ineligible"


def test_amounts_of_the_aid_move_with_their_delta():
    lines = list(WHOLE.funding.sources or ())
    lines[0] = replace(lines[0], amount=Decimal(562_000))
    found = {each.code: each for each in between(WHOLE, other(funding__sources=tuple(lines))).amounts}
    asked = found["requested_grant"]
    assert (asked.before, asked.after, asked.delta) == (
        "550\u202f000\u00a0€",
        "562\u202f000\u00a0€",
        "+12\u202f000\u00a0€",
    )


def test_another_version_of_the_rules_is_told_though_no_answer_changed():
    content = json.loads(frozen(WHOLE).canonical)
    content["edition"]["version"] = "2022.0"
    found = changes(content, frozen(WHOLE).content)
    assert found.is_empty
    assert found.rules is not None
    assert (found.rules.before, found.rules.after) == ("2022.0", EDITION.version)


def test_words_that_a_later_release_puts_otherwise_are_no_change():
    content = json.loads(frozen(WHOLE).canonical)
    for section in content["sections"]:
        for answer in section["answers"]:
            answer["label"] += " (reformulé)"
            if answer["kind"] == "one_of" and answer["text"]:
                answer["text"] += " (reformulé)"
    assert changes(content, frozen(WHOLE).content).is_empty


# ── frozen ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_version_holds_what_it_changes_and_to_what():
    first = frozen(WHOLE)
    after = other(site__name="Autre friche")
    second = frozen(after, at=AT + timedelta(days=1), number=2, previous=first)
    content = thaw(second.canonical).content
    assert content["previous"] == {
        "number": 1,
        "fingerprint": first.fingerprint,
        "deposited_at": first.content["deposited_at"],
    }
    assert content["changes"] == as_json(changes(first.content, second.content))
    assert [each["anchor"] for each in content["changes"]["fields"]] == ["site.name"]
    assert content == second.content


def test_a_first_version_says_that_there_was_none_before():
    assert (frozen(WHOLE).content["previous"], frozen(WHOLE).content["changes"]) == (None, None)


# ── told ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_changed_is_counted_in_one_sentence():
    before = other(pieces__other=(piece("a.pdf", "a"),))
    after = other(
        pieces__other=(piece("a.pdf", "b"),), site__name="Un", request__title="Deux", members__firms=(Member(name="X"),)
    )
    told = in_short(as_json(between(before, after))).replace("\u00a0", " ")
    firms = len(WHOLE.members.firms or ())
    assert told == f"2 réponses changées, 1 ligne ajoutée, {firms} lignes retirées et 1 pièce remplacée"


@given(st.text("abc \n", max_size=80), st.text("abc \n", max_size=20), st.text("abc \n", max_size=20))
def test_an_excerpt_keeps_all_that_differs(shared: str, one: str, two: str):
    before, after = shared + one + shared, shared + two + shared
    cut = excerpts(before, after, around=5)
    start = cut[0].removeprefix("[…] ").removesuffix(" […]"), cut[1].removeprefix("[…] ").removesuffix(" […]")
    assert start[0] in before and start[1] in after
    if before != after and (before.split() != after.split()):
        assert cut[0] != cut[1]


def test_a_long_text_is_shown_where_it_differs():
    words = " ".join(f"mot{n}" for n in range(200))
    before, after = excerpts(f"{words} ancien {words}", f"{words} tout neuf {words}")
    assert before.startswith("[…] mot") and before.endswith(" […]")
    assert "ancien" in before and "tout neuf" in after
    assert max(len(before), len(after)) < 200


def test_texts_that_share_nothing_come_back_whole():
    assert excerpts("Un texte", "autre chose") == ("Un texte", "autre chose")
