"""The arithmetic of a project: nothing is counted as zero because it is not there yet."""

from dataclasses import replace
from decimal import Decimal

import pytest

from grantapp.domain.aid import Advance, AidLine, AidRules, Ceiling, Rate, statement
from grantapp.domain.eligibility import Citation
from grantapp.domain.project import Project, facts_of
from grantapp.domain.question import when
from grantapp.domain.sections.funding import Expenditure, Expense, Funding, Post, Source, SourceNature

RULES = AidRules(eligible_posts=frozenset({Post.DECONTAMINATION}), posts_cited=(), deficit_cited=(), rates=())


def aid(expenses=(), sources=()):
    lines = tuple(Expense(post=post, amount=amount, claimed=claimed) for post, amount, claimed in expenses)
    plan = tuple(Source(nature=nature, amount=amount) for nature, amount in sources)
    project = Project(expenditure=Expenditure(lines=lines or None), funding=Funding(sources=plan or None))
    return statement(RULES, facts_of(project))


def test_the_deficit_is_cost_minus_revenue_minus_other_public_aid():
    found = aid(
        [(Post.DECONTAMINATION, Decimal(3_600_000), True)],
        [(SourceNature.REVENUE, Decimal(2_500_000)), (SourceNature.OTHER_PUBLIC, Decimal(300_000))],
    )
    assert found.amount("deficit") == 800_000


def test_a_deficit_may_be_negative_and_is_said_so():
    found = aid(
        [(Post.DECONTAMINATION, Decimal(3_600_000), True)],
        [(SourceNature.REVENUE, Decimal(3_400_000)), (SourceNature.OTHER_PUBLIC, Decimal(300_000))],
    )
    assert found.amount("deficit") == -100_000


def test_only_claimed_lines_of_an_aided_post_make_the_base():
    found = aid(
        [
            (Post.DECONTAMINATION, Decimal("100.10"), True),
            (Post.DECONTAMINATION, Decimal(50), False),
            (Post.LAND, Decimal(70), True),
        ]
    )
    assert (found.amount("cost"), found.amount("eligible_base")) == (Decimal("220.10"), Decimal("100.10"))


def test_an_empty_plan_leaves_every_amount_waiting():
    found = aid()
    assert {line.amount for line in found.lines} == {None}


def test_a_missing_figure_leaves_its_sum_waiting():
    found = aid([(Post.DECONTAMINATION, Decimal(100), True), (Post.DECONTAMINATION, None, True)])
    assert found.amount("cost") is None


@pytest.mark.parametrize("unsaid", [(None, None), (Post.DECONTAMINATION, None), (None, True)])
def test_one_line_that_is_not_described_leaves_the_base_waiting_but_not_the_cost(unsaid):
    post, claimed = unsaid
    found = aid([(Post.DECONTAMINATION, Decimal(100), True), (post, Decimal(5), claimed)])
    assert (found.amount("eligible_base"), found.amount("cost")) == (None, 105)


def test_one_source_without_its_nature_leaves_every_nature_waiting():
    found = aid([(Post.DECONTAMINATION, Decimal(100), True)], [(SourceNature.GRANT, Decimal(40)), (None, Decimal(60))])
    assert {found.amount(code) for code in ("revenue", "other_public_aid", "requested_grant", "deficit")} == {None}


def test_a_deficit_waits_for_its_cost_and_for_its_revenue():
    lines, sources = [(Post.DECONTAMINATION, Decimal(100), True)], [(SourceNature.GRANT, Decimal(40))]
    assert aid(lines, sources).amount("deficit") == 100
    assert aid((), sources).amount("deficit") is None
    assert aid(lines, [*sources, (SourceNature.REVENUE, None)]).amount("deficit") is None
    assert aid(lines, [*sources, (SourceNature.OTHER_PUBLIC, None)]).amount("deficit") is None


def test_what_is_left_to_finance_waits_for_its_cost_and_for_the_aid():
    lines, sources = [(Post.DECONTAMINATION, Decimal(100), True)], [(SourceNature.GRANT, Decimal(40))]
    assert aid(lines, sources).amount("own_share") == 60
    assert aid((), sources).amount("own_share") is None
    assert aid(lines, [(SourceNature.GRANT, None)]).amount("own_share") is None


def test_a_plan_without_revenue_has_a_revenue_of_zero():
    found = aid([(Post.DECONTAMINATION, Decimal(100), True)], [(SourceNature.GRANT, Decimal(40))])
    assert (found.amount("revenue"), found.amount("requested_grant"), found.amount("own_share")) == (0, 40, 60)


def test_a_rate_is_told_only_for_the_requests_it_is_about():
    rate = Rate("studies_rate", "Taux des études", None, "À confirmer.", applies=when("request.kind", "studies"))
    rules = replace(RULES, rates=(rate,))

    def codes(facts):
        return [line.code for line in statement(rules, facts).lines]

    assert "studies_rate" not in codes({"request.kind": "works"})
    assert "studies_rate" in codes({"request.kind": "studies"})
    assert "studies_rate" in codes({})


def test_no_claimed_line_of_an_aided_post_is_a_base_of_nothing():
    assert aid([(Post.LAND, Decimal(100), True)]).amount("eligible_base") == 0
    assert aid([(Post.DECONTAMINATION, Decimal(100), False)]).amount("eligible_base") == 0


READ = Citation(text="Lu", at="page 1", url="https://lu.example")
DOUBTFUL = Citation(text="Lu", at="page 1", url="https://lu.example", verified=False, note="Pas relu.")


@pytest.mark.parametrize(("cites", "verified"), [((READ,), True), ((READ, DOUBTFUL), False), ((DOUBTFUL,), False)])
def test_a_ceiling_is_verified_when_all_that_it_cites_is(cites, verified):
    ceiling = Ceiling(code="x", label="l'aide", needs=(), limit=lambda _: None, cites=cites)
    assert ceiling.is_verified is verified
    assert ceiling.label == "l\u2019aide"


def test_a_line_is_typeset_whoever_wrote_it():
    assert AidLine("x", "Taux de l'aide", None, "Voir l'appel").label == "Taux de l\u2019aide"


@pytest.mark.parametrize(
    ("note", "said"),
    [("", "15\u00a0% de l\u2019aide."), ("davantage sur accord", "de l\u2019aide, davantage sur accord.")],
)
def test_an_advance_is_told_with_what_the_text_adds(note, said):
    assert Advance(percent=Decimal(15), cites=(READ,), note=note).sentence.endswith(said)
