"""Laws of the largest grant, whatever the figures."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from grantapp.domain.aid import AidRules, Limit, paired, statement
from grantapp.domain.derived import SIZE
from grantapp.domain.eligibility import Citation
from grantapp.domain.sections.applicant import RequestKind
from grantapp.domain.sections.funding import Expense, Post, Source, SourceNature
from grantapp.domain.sections.site import Status
from grantapp.domain.size import SizeClass
from grantapp.rules import ceilings
from tests.domain.vocabulary import decimals

READ = (Citation(text="Un texte lu", at="page 1", url="https://example.org/lu"),)
DOUBTFUL = (replace(READ[0], verified=False, note="Pas relu."),)
AIDED = frozenset(Post) - {Post.LAND, Post.CONSTRUCTION, Post.OTHER}
SHARE = ceilings.posts_share(
    code="share",
    label="55 % de la dépollution",
    posts=AIDED,
    percent=Decimal(55),
    most_base=Decimal(1_500_000),
    cites=READ,
)
CEILINGS = (
    ceilings.deficit(cites=READ),
    SHARE,
    ceilings.by_size(
        code="by_size",
        label="les études",
        posts=AIDED,
        percents={size: Decimal(80 - 10 * rank) for rank, size in enumerate(SizeClass)},
        cites=DOUBTFUL,
    ),
    ceilings.article_45(posts=AIDED, cites=DOUBTFUL),
    ceilings.public_total(cites=READ),
)

AMOUNTS = decimals(2, 10**9)
expenses = st.builds(Expense, post=st.sampled_from(Post), amount=AMOUNTS, claimed=st.booleans())
expenses_with_holes = st.builds(
    Expense,
    post=st.none() | st.sampled_from(Post),
    amount=st.none() | decimals(2, 10**9, -(10**9)),
    claimed=st.none() | st.booleans(),
)
sources = st.builds(Source, nature=st.sampled_from(SourceNature), amount=AMOUNTS)
sources_with_holes = st.builds(
    Source, nature=st.none() | st.sampled_from(SourceNature), amount=st.none() | decimals(2, 10**9, -(10**9))
)
plans = st.lists(sources, min_size=1, max_size=5)
chosen = st.lists(st.sampled_from(CEILINGS), unique_by=lambda each: each.code).map(tuple)
other_facts = st.fixed_dictionaries(
    {},
    optional={
        "request.kind": st.sampled_from(RequestKind),
        "history.status": st.sampled_from(Status),
        "funding.value_before": AMOUNTS,
        "funding.value_after": AMOUNTS,
        SIZE: st.sampled_from(SizeClass),
    },
)


def aid(limits, spent, plan, known=None):
    rules = AidRules(eligible_posts=AIDED, posts_cited=(), deficit_cited=(), rates=(), ceilings=tuple(limits))
    return statement(rules, {**(known or {}), "expenditure.lines": tuple(spent), "funding.sources": tuple(plan)})


@given(chosen, st.lists(expenses_with_holes, max_size=5), st.lists(sources_with_holes, max_size=5), other_facts)
def test_the_largest_grant_exceeds_no_ceiling_that_is_shown_and_is_never_negative(limits, spent, plan, known):
    found = aid(limits, spent, plan, known)
    largest = found.amount("largest_grant")
    shown = [found.amount(each.code) for each in limits if found.amount(each.code) is not None]
    assert all(amount >= 0 for amount in shown)
    if largest is not None:
        assert 0 <= largest == min(shown)
        assert {found.amount(code) for code in found.binding} == {largest}
    else:
        assert found.binding == () and found.line("over_ceiling") is None


@given(st.lists(expenses, min_size=1, max_size=5), plans, st.integers(1, 10_000).map(lambda n: Decimal(n) / 100))
def test_all_amounts_times_a_factor_is_the_aid_times_that_factor(spent, plan, factor):
    limits = (ceilings.deficit(cites=READ), ceilings.public_total(cites=READ))

    def times(rows):
        return [replace(row, amount=row.amount * factor) for row in rows]

    before, after = aid(limits, spent, plan), aid(limits, times(spent), times(plan))
    assert after.amount("largest_grant") == before.amount("largest_grant") * factor
    assert after.binding == before.binding


@given(st.data(), st.lists(expenses_with_holes, max_size=5), st.lists(sources_with_holes, max_size=5), other_facts)
def test_the_order_of_the_rows_does_not_matter(data, spent, plan, known):
    other = aid(CEILINGS, data.draw(st.permutations(spent)), data.draw(st.permutations(plan)), known)
    assert other == aid(CEILINGS, spent, plan, known)


@given(st.lists(expenses_with_holes, max_size=5), st.sampled_from(Post), st.none() | AMOUNTS)
def test_one_more_expense_that_is_not_claimed_never_raises_a_share(spent, post, amount):
    assume(spent)  # an empty table waits
    before = aid((SHARE,), spent, ()).amount("share")
    after = aid((SHARE,), [*spent, Expense(post=post, amount=amount, claimed=False)], ()).amount("share")
    assert after == before


@given(st.lists(expenses, min_size=1, max_size=5), plans, st.sampled_from(["post", "amount", "claimed"]), st.data())
def test_a_missing_answer_leaves_nothing_or_what_it_was_and_never_zero(spent, plan, column, data):
    at = data.draw(st.integers(0, len(spent) - 1))
    holed = [replace(row, **{column: None}) if index == at else row for index, row in enumerate(spent)]
    whole, found = aid(CEILINGS, spent, plan), aid(CEILINGS, holed, plan)
    for each in CEILINGS:
        assert found.amount(each.code) in (None, whole.amount(each.code))


def test_two_statements_side_by_side_keep_the_lines_that_only_one_of_them_has():
    spent = (Expense(post=Post.DECONTAMINATION, amount=Decimal(100), claimed=True),)
    within, over = (
        aid((CEILINGS[0],), spent, [Source(nature=SourceNature.GRANT, amount=Decimal(amount))]) for amount in (90, 120)
    )
    told = {line.code: (line.amount, other.amount) for line, other in paired(within, over)}
    assert told["over_ceiling"] == (None, 20)
    assert told["requested_grant"] == (90, 120)
    back = {line.code: (line.amount, other.amount) for line, other in paired(over, within)}
    assert back["over_ceiling"] == (20, None)


def test_another_ceiling_that_applies_is_told_and_the_same_one_is_not():
    grant = Source(nature=SourceNature.GRANT, amount=Decimal(10))
    spent = (
        Expense(post=Post.DECONTAMINATION, amount=Decimal(100), claimed=True),
        Expense(post=Post.CONSTRUCTION, amount=Decimal(50), claimed=False),
    )
    share = aid((CEILINGS[0], SHARE), spent, [grant])
    deficit = aid((CEILINGS[0], SHARE), spent, [grant, Source(nature=SourceNature.REVENUE, amount=Decimal(120))])
    assert "change : 55 % de la dépollution aujourd" in share.turn_of_ceiling(deficit).replace("\u00a0", " ")
    assert ", le déficit de l’opération avec ces réponses." in share.turn_of_ceiling(deficit).replace("\u00a0", " ")
    assert share.turn_of_ceiling(share) == ""
    assert share.turn_of_ceiling(aid((), spent, [grant])) == ""


def test_a_clause_that_would_go_below_zero_stops_there():
    below = replace(CEILINGS[0], limit=lambda basis: Limit(Decimal(-1), "Moins que rien."))
    assert aid((below,), (), ()).amount("largest_grant") == 0
