"""The rules of a group: at the threshold, on both sides, and with the answer missing."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from grantapp.domain.consolidation import Chapter, Group, Member, judge_group
from grantapp.domain.eligibility import Outcome, Verdict
from grantapp.domain.sections.applicant import AidState, Link, Relation
from grantapp.domain.sections.funding import Expense, Post, Source, SourceNature
from grantapp.rules.group import RULES
from tests.gathering import aid, firm_project, group_of
from tests.makers import NOW, make_siren

NOBODY = Group(members=(), chapters=(), lead=None)
BY_CODE = {rule.code: rule for rule in RULES}


def judged(code: str, group: Group) -> Outcome:
    return BY_CODE[code].judge(group)


def claims(amount: str, *, label: str | None = "Terres", **changes) -> tuple[Expense, ...]:
    usual = {"post": Post.DECONTAMINATION, "planned_on": NOW.date(), "claimed": True}
    return (Expense(**usual | {"amount": Decimal(amount), "label": label} | changes),)


def plan(*, grant: str = "15000", own: str = "0") -> tuple[Source, ...]:
    return (
        Source(nature=SourceNature.GRANT, funder="ADEME", amount=Decimal(grant)),
        Source(nature=SourceNature.OWN, funder="Nous", amount=Decimal(own)),
    )


def answering_for_itself(chapter: Chapter) -> Chapter:
    """The same, had the firm given a reason to describe another site than the shared one."""
    sections = [
        each | {"origin": {"kind": "own", "reason": "Un autre terrain."}} if each["name"] == "site" else each
        for each in chapter.content["sections"]
    ]
    return replace(chapter, deposit=replace(chapter.deposit, content=chapter.content | {"sections": sections}))


def test_every_rule_says_what_it_can_of_nobody():
    assert {each.verdict for each in judge_group(RULES, NOBODY)} == {Verdict.UNKNOWN}


def test_a_rule_that_no_text_gives_says_so():
    """None of them blocks, and none passes for verified."""
    for rule in RULES:
        assert rule.cites
        assert all(not each.verified and "confirmer" in each.note for each in rule.cites)
        assert rule.severity == "warning"


def test_nothing_read_says_that_a_collective_dossier_is_received():
    outcome = judged("G01", group_of(firm_project(1)))
    assert outcome.verdict is Verdict.UNKNOWN
    assert "service instructeur" in outcome.sentence


# ── the group ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_the_firms_chosen_or_the_others_counted():
    group = group_of(firm_project(1))
    assert judged("G02", group).verdict is Verdict.MET
    left = Member(name="Plomberie inventée", siren=make_siren(9), standing="Brouillon, non déposé", is_taken_in=False)
    one = judged("G02", replace(group, members=(*group.members, left)))
    assert one.verdict is Verdict.NOT_MET
    assert "Plomberie inventée" in one.sentence
    two = judged("G02", replace(group, members=(*group.members, left, left)))
    assert "2\u00a0entreprises sur 3" in two.sentence


def test_a_siren_has_one_dossier():
    siret = firm_project(1).organisation.siret
    assert judged("G03", group_of(firm_project(1), firm_project(2))).verdict is Verdict.MET
    twice = judged("G03", group_of(firm_project(1), firm_project(2, organisation__siret=siret)))
    assert twice.verdict is Verdict.NOT_MET
    assert siret[:9] in twice.sentence
    other_office = f"{siret[:9]}00028"
    assert (
        judged("G03", group_of(firm_project(1), firm_project(2, organisation__siret=other_office))).verdict
        is Verdict.NOT_MET
    )
    assert (
        judged("G03", group_of(firm_project(1), firm_project(2, organisation__siret=None))).verdict is Verdict.UNKNOWN
    )


def test_one_version_of_the_rules_for_all():
    group = group_of(firm_project(1), firm_project(2))
    assert judged("G04", group).verdict is Verdict.MET
    first, second = group.chapters
    edition = second.content["edition"] | {"version": "2022.0"}
    older = replace(second, deposit=replace(second.deposit, content=second.content | {"edition": edition}))
    outcome = judged("G04", replace(group, chapters=(first, older)))
    assert outcome.verdict is Verdict.NOT_MET
    assert "2022.0" in outcome.sentence


# ── the site ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_parcel_is_the_same_written_short_or_whole():
    whole = firm_project(1)
    short = firm_project(2, site__parcels=tuple(each[-6:] for each in whole.site.parcels))
    assert judged("G05", group_of(whole, short)).verdict is Verdict.MET


@pytest.mark.parametrize("changed", [{"site__insee_code": "84031"}, {"site__parcels": ("84007000ZZ9909",)}])
def test_another_commune_or_other_parcels_are_another_site_unless_the_firm_answered_for_itself(changed):
    group = group_of(firm_project(1), firm_project(2), firm_project(3, **changed))
    outcome = judged("G05", group)
    assert outcome.verdict is Verdict.NOT_MET
    assert "Entreprise inventée 03" in outcome.sentence
    own = replace(group, chapters=(*group.chapters[:2], answering_for_itself(group.chapters[2])))
    assert judged("G05", own).verdict is Verdict.MET
    assert "Entreprise inventée 03" in judged("G05", own).sentence


@pytest.mark.parametrize("missing", [{"site__insee_code": None}, {"site__parcels": None}])
def test_a_site_that_is_not_said_is_to_be_judged(missing):
    assert judged("G05", group_of(firm_project(1), firm_project(2, **missing))).verdict is Verdict.UNKNOWN


# ── money ────────────────────────────────────────────────────────────────────────────────────────────────────────


def two_claims(**second) -> Group:
    return group_of(
        firm_project(1, expenditure__lines=claims("1000")),
        firm_project(2, expenditure__lines=claims(**{"amount": "1000"} | second)),
    )


def test_the_same_expense_is_not_claimed_in_two_dossiers():
    outcome = judged("G06", two_claims())
    assert outcome.verdict is Verdict.NOT_MET
    assert "Terres" in outcome.sentence
    assert judged("G06", two_claims(amount="1000.00", label=" TERRES ")).verdict is Verdict.NOT_MET


@pytest.mark.parametrize(
    "other",
    [
        {"amount": "1000.01"},
        {"label": "Béton"},
        {"label": None},
        {"post": Post.LAND},
        {"planned_on": NOW.date() + timedelta(days=1)},
        {"claimed": False},
    ],
    ids=lambda each: next(iter(each)),
)
def test_an_expense_that_differs_by_one_thing_is_another(other):
    assert judged("G06", two_claims(**other)).verdict is Verdict.MET


@pytest.mark.parametrize("missing", ["post", "planned_on", "claimed"])
def test_an_expense_that_is_not_whole_is_to_be_judged(missing):
    assert judged("G06", two_claims(**{missing: None})).verdict is Verdict.UNKNOWN


def test_an_expense_is_not_compared_within_one_dossier():
    """Two lines of one firm are its own affair: its dossier tells."""
    assert judged("G06", group_of(firm_project(1, expenditure__lines=claims("1000") * 2))).verdict is Verdict.MET


@pytest.mark.parametrize(("grant", "verdict"), [("999.99", "met"), ("1000", "met"), ("1000.01", "not_met")])
def test_public_aid_may_reach_the_costs_of_the_group_and_not_a_cent_more(grant: str, verdict: str):
    group = group_of(
        firm_project(1, expenditure__lines=claims("1000"), funding__sources=plan(grant="1000")),
        firm_project(2, expenditure__lines=claims("1000"), funding__sources=plan(grant=grant)),
    )
    outcome = judged("G07", group)
    assert outcome.verdict == verdict
    assert ("0,01" in outcome.sentence) is (verdict == "not_met")


def test_other_public_aid_on_the_same_costs_counts():
    aids = (aid(amount=Decimal(1), granted_on=NOW.date(), state=AidState.REQUESTED, de_minimis=False),)
    full = {"expenditure__lines": claims("1000"), "funding__sources": plan(grant="1000")}
    assert judged("G07", group_of(firm_project(1, **full))).verdict is Verdict.MET
    more = firm_project(1, **full, public_aid__has_aid=True, public_aid__aids=aids)
    assert judged("G07", group_of(more)).verdict is Verdict.NOT_MET


def test_aid_that_a_dossier_could_not_add_up_is_to_be_judged():
    unsaid = firm_project(1, public_aid__has_aid=None)
    assert judged("G07", group_of(unsaid, firm_project(2))).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(("own", "verdict"), [("999.99", "not_met"), ("1000", "met"), ("1000.01", "not_met")])
def test_funding_is_expenditure_to_the_cent(own: str, verdict: str):
    balanced = firm_project(2)
    group = group_of(
        firm_project(1, expenditure__lines=claims("1000"), funding__sources=plan(grant="0", own=own)), balanced
    )
    assert judged("G08", group).verdict == verdict


def test_gaps_that_make_up_for_each_other_are_told_by_name():
    group = group_of(
        firm_project(1, expenditure__lines=claims("1000"), funding__sources=plan(grant="0", own="900")),
        firm_project(2, expenditure__lines=claims("1000"), funding__sources=plan(grant="0", own="1100")),
    )
    outcome = judged("G08", group)
    assert outcome.verdict is Verdict.NOT_MET
    assert "se compensent" in outcome.sentence
    assert "Entreprise inventée 01" in outcome.sentence


def test_an_amount_that_is_missing_leaves_the_balance_to_be_judged():
    line = (*claims("1000"), Expense(post=Post.LAND))
    assert judged("G08", group_of(firm_project(1, expenditure__lines=line))).verdict is Verdict.UNKNOWN


# ── de minimis ───────────────────────────────────────────────────────────────────────────────────────────────────


def with_aid(place: int, amount: str, *, linked_to: str | None = None, relation: Relation = Relation.LINKED):
    received = aid(
        amount=Decimal(amount), granted_on=NOW.date() - timedelta(days=30), state=AidState.PAID, de_minimis=True
    )
    held = Decimal(50)
    links = (Link(name=linked_to, relation=relation, capital_percent=held, votes_percent=held),)
    return firm_project(
        place,
        public_aid__has_aid=True,
        public_aid__aids=(received,),
        size__has_links=linked_to is not None,
        size__links=links if linked_to else None,
    )


@pytest.mark.parametrize(
    ("second", "verdict"), [("99999.99", "unknown"), ("100000", "unknown"), ("100000.01", "not_met")]
)
def test_linked_firms_share_one_room_and_names_alone_prove_no_link(second: str, verdict: str):
    group = group_of(with_aid(1, "100000"), with_aid(2, second, linked_to="ENTREPRISE inventée 01"))
    outcome = judged("G09", group)
    assert outcome.verdict == verdict
    assert "que par les noms" in outcome.sentence


def test_three_firms_in_a_row_share_one_room():
    group = group_of(
        with_aid(1, "80000"),
        with_aid(2, "80000", linked_to="Entreprise inventée 01"),
        with_aid(3, "80000", linked_to="Entreprise inventée 02"),
    )
    outcome = judged("G09", group)
    assert outcome.verdict is Verdict.NOT_MET
    assert "240\u202f000" in outcome.sentence


def test_firms_without_a_link_have_each_their_room():
    assert judged("G09", group_of(with_aid(1, "150000"), with_aid(2, "150000"))).verdict is Verdict.MET
    assert (
        judged("G09", group_of(with_aid(1, "150000"), with_aid(2, "150000", linked_to="Ailleurs"))).verdict
        is Verdict.MET
    )


@pytest.mark.parametrize(
    ("relation", "verdict"), [("linked", "not_met"), ("same_owner", "not_met"), ("partner", "met")]
)
def test_partners_keep_each_their_room(relation: str, verdict: str):
    second = with_aid(2, "150000", linked_to="Entreprise inventée 01", relation=Relation(relation))
    assert judged("G09", group_of(with_aid(1, "150000"), second)).verdict == verdict


def test_links_that_nobody_told_of_leave_it_to_be_judged():
    assert judged("G09", group_of(firm_project(1, size__has_links=None))).verdict is Verdict.UNKNOWN
