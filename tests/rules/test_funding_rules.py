"""Money: each rule to the cent, on both sides, and with the answer missing."""

from decimal import Decimal

import pytest

from grantapp.domain.eligibility import Citation, Severity, Verdict, evaluate
from grantapp.domain.sections.applicant import Category, RequestKind
from grantapp.domain.sections.funding import Post, SourceNature
from grantapp.rules import funding

CITES = (Citation(text="Cahier des charges inventé", at="article 4", url="https://exemple.example"),)

# ── R44 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

POSTS = funding.only_aided_posts(
    posts={
        RequestKind.STUDIES: frozenset({Post.STUDIES}),
        RequestKind.WORKS: frozenset({Post.DECONTAMINATION}),
        RequestKind.BOTH: frozenset({Post.STUDIES, Post.DECONTAMINATION}),
    },
    cites=CITES,
)


@pytest.mark.parametrize(
    ("kind", "post", "verdict"),
    [
        (RequestKind.STUDIES, Post.STUDIES, Verdict.MET),
        (RequestKind.STUDIES, Post.DECONTAMINATION, Verdict.NOT_MET),
        (RequestKind.WORKS, Post.DECONTAMINATION, Verdict.MET),
        (RequestKind.WORKS, Post.LAND, Verdict.NOT_MET),
        (RequestKind.BOTH, Post.STUDIES, Verdict.MET),
    ],
)
def test_a_claimed_line_is_in_the_list_of_its_kind_of_request(kind, post, verdict):
    assert POSTS.check(kind, (post,), (True,)).verdict is verdict


def test_a_line_that_is_not_claimed_may_be_anything():
    assert POSTS.check(RequestKind.WORKS, (Post.DECONTAMINATION, Post.LAND), (True, False)).verdict is Verdict.MET


def test_one_refused_line_is_enough_and_is_named_once():
    outcome = POSTS.check(RequestKind.WORKS, (Post.LAND, Post.DECONTAMINATION, Post.LAND), (True, True, True))
    assert outcome.verdict is Verdict.NOT_MET
    assert outcome.sentence.count(Post.LAND.label) == 1


def test_a_request_claims_at_least_one_line():
    assert POSTS.check(RequestKind.WORKS, (Post.DECONTAMINATION,), (False,)).verdict is Verdict.NOT_MET


def test_a_line_that_does_not_say_whether_it_is_claimed_is_unknown():
    facts = {"request.kind": RequestKind.WORKS, "expenditure.lines.post": (Post.LAND,)}
    assert POSTS.judge(facts).missing == ("expenditure.lines.claimed",)


# ── R50 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("resources", "verdict", "said"),
    [
        ("3000.00", Verdict.MET, "équilibré"),
        ("2999.99", Verdict.NOT_MET, "manque 0,01\u00a0€"),
        ("3000.01", Verdict.NOT_MET, "dépassent les dépenses de 0,01\u00a0€"),
    ],
)
def test_the_plan_balances_to_the_cent(resources, verdict, said):
    rule = funding.balanced_plan(cites=CITES)
    outcome = rule.check((Decimal("1000.10"), Decimal("1999.90")), (Decimal(resources),))
    assert outcome.verdict is verdict and said in outcome.sentence


def test_a_plan_without_resources_is_unknown():
    outcome = funding.balanced_plan(cites=CITES).judge({"expenditure.lines.amount": (Decimal(1),)})
    assert outcome.missing == ("funding.sources.amount",)


# ── R52 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

LAND = funding.land_value_deducted(posts=frozenset({Post.DECONTAMINATION}), cites=CITES, severity=Severity.WARNING)
LINES = ((Post.DECONTAMINATION, Post.LAND), (Decimal(500), Decimal(9000)))


@pytest.mark.parametrize(
    ("after", "verdict"),
    [("1499.99", Verdict.MET), ("1500", Verdict.NOT_MET), ("1600", Verdict.NOT_MET), ("900", Verdict.MET)],
)
def test_something_is_left_after_the_increase_in_land_value(after, verdict):
    assert LAND.check(*LINES, Decimal(1000), Decimal(after)).verdict is verdict


def test_land_that_loses_value_adds_nothing_to_the_cost():
    assert "reste 500\u00a0€" in LAND.check(*LINES, Decimal(1000), Decimal(100)).sentence


def test_what_is_left_is_the_cost_less_the_increase():
    assert "reste 300\u00a0€" in LAND.check(*LINES, Decimal(1000), Decimal(1200)).sentence


@pytest.mark.parametrize("kind", RequestKind)
def test_the_value_and_the_cost_of_depollution_are_judged_for_works_only(kind):
    judged = bool(evaluate([LAND], {"request.kind": kind})), bool(evaluate([COST], {"request.kind": kind}))
    assert judged == (kind is not RequestKind.STUDIES,) * 2


def test_without_a_valuation_nothing_is_judged():
    facts = {"expenditure.lines.post": LINES[0], "expenditure.lines.amount": LINES[1]}
    assert LAND.judge(facts).missing == ("funding.value_before", "funding.value_after")


# ── R54 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

COST = funding.plausible_depollution_cost(usual_per_m2=Decimal(60), times=3, cites=CITES)


@pytest.mark.parametrize(
    ("amount", "verdict"),
    [
        ("2000", Verdict.MET),  # a third of 60 € on 100 m²
        ("1999.99", Verdict.NOT_MET),
        ("18000", Verdict.MET),
        ("18000.01", Verdict.NOT_MET),
        ("0", Verdict.NOT_MET),
        ("-1", Verdict.NOT_MET),
    ],
)
def test_a_cost_far_from_the_published_one_is_to_be_explained(amount, verdict):
    assert COST.check(Decimal(100), (Post.DECONTAMINATION,), (Decimal(amount),)).verdict is verdict


def test_only_the_works_of_decontamination_count():
    assert COST.check(Decimal(100), *LINES).sentence.startswith(
        "Travaux de dépollution\u00a0: 500\u00a0€ pour 100\u00a0m²"
    )


def test_the_cost_of_a_square_metre_is_said():
    assert "soit 5\u00a0€ par\u00a0m²" in COST.check(Decimal(100), *LINES).sentence


@pytest.mark.parametrize(("amount", "gap"), [("1999.99", "inférieur"), ("18000.01", "supérieur")])
def test_a_gap_says_which_way_it_goes(amount, gap):
    assert gap in COST.check(Decimal(100), (Post.DECONTAMINATION,), (Decimal(amount),)).sentence


def test_a_plot_of_one_square_metre_is_judged():
    assert "60\u00a0€ pour 1\u00a0m²" in COST.check(Decimal(1), (Post.DECONTAMINATION,), (Decimal(60),)).sentence


def test_a_gap_says_that_it_is_no_refusal():
    assert COST.severity is Severity.WARNING
    assert "Un écart n’est pas un refus." in COST.check(Decimal(100), *LINES).sentence


@pytest.mark.parametrize("area", ["0", "0.000000000001", "0.99"])
def test_no_surface_is_no_division(area):
    assert "vérifiez sa surface" in COST.check(Decimal(area), *LINES).sentence


def test_an_unknown_surface_is_unknown():
    facts = {"expenditure.lines.post": LINES[0], "expenditure.lines.amount": LINES[1]}
    assert COST.judge(facts).missing == ("site.area_m2",)


# ── R40 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

AID = funding.works_aid_within_restoration(posts=frozenset({Post.DECONTAMINATION}), cites=CITES)


def aid_judged(grant, *, revenue="0", kind=RequestKind.WORKS, claimed=(True, True, True)):
    """Restoration 600 and studies 100 in expenses of 1 000."""
    return AID.check(
        kind,
        (Post.STUDIES, Post.DECONTAMINATION, Post.CONSTRUCTION),
        (Decimal(100), Decimal(600), Decimal(300)),
        claimed,
        (SourceNature.GRANT, SourceNature.REVENUE, SourceNature.OTHER_PUBLIC),
        (Decimal(grant), Decimal(revenue), Decimal(100)),
    )


@pytest.mark.parametrize(
    ("grant", "revenue", "verdict"),
    [
        ("600", "0", Verdict.MET),
        ("600.01", "0", Verdict.NOT_MET),
        ("400", "500", Verdict.MET),
        ("400.01", "500", Verdict.NOT_MET),
        ("0", "2000", Verdict.MET),
        ("0.01", "2000", Verdict.NOT_MET),
    ],
)
def test_works_aid_stays_within_the_restoration_and_within_the_deficit(grant, revenue, verdict):
    assert aid_judged(grant, revenue=revenue).verdict is verdict


def test_only_what_is_claimed_counts_and_a_request_for_both_counts_its_studies():
    assert aid_judged("600", claimed=(True, False, True)).verdict is Verdict.NOT_MET
    assert aid_judged("700", kind=RequestKind.BOTH).verdict is Verdict.MET
    assert aid_judged("700.01", kind=RequestKind.BOTH).verdict is Verdict.NOT_MET


def test_works_aid_beyond_says_how_much_to_ask():
    assert "demandez au plus 600\u00a0€, soit 50\u00a0€ de moins" in aid_judged("650").sentence
    assert "funding.sources.amount" in AID.judge({}).missing


# ── R49, R51 ─────────────────────────────────────────────────────────────────────────────────────────────────────

OWN = funding.own_share_of_a_local_authority(least_percent=Decimal(20), cites=CITES)


@pytest.mark.parametrize(
    ("own", "loan", "grant", "verdict"),
    [
        ("200", "0", "800", Verdict.MET),
        ("199.99", "0", "800.01", Verdict.NOT_MET),
        ("0", "200", "800", Verdict.MET),
        ("100", "100", "800", Verdict.MET),
        ("0", "0", "0", Verdict.MET),
    ],
)
def test_a_local_authority_brings_a_fifth_of_the_public_money(own, loan, grant, verdict):
    natures = (SourceNature.OWN, SourceNature.LOAN, SourceNature.GRANT, SourceNature.REVENUE, SourceNature.OTHER)
    amounts = tuple(Decimal(amount) for amount in (own, loan, grant, "9999", "9999"))
    assert OWN.check(natures, amounts).verdict is verdict


def test_the_other_aid_is_public_money_and_what_is_missing_is_said():
    outcome = OWN.check((SourceNature.OWN, SourceNature.OTHER_PUBLIC), (Decimal(150), Decimal(850)))
    assert outcome.verdict is Verdict.NOT_MET and "il manque 50\u00a0€" in outcome.sentence


@pytest.mark.parametrize("category", Category)
def test_only_a_local_authority_owes_its_share(category):
    assert bool(evaluate([OWN], {"organisation.category": category})) is (category is Category.LOCAL_AUTHORITY)


ADVANCE = funding.advance_within(most_percent=Decimal(15), cites=CITES)


@pytest.mark.parametrize(("wanted", "verdict"), [("0", Verdict.MET), ("15", Verdict.MET), ("15.0001", Verdict.NOT_MET)])
def test_an_advance_over_the_usual_part_is_to_be_justified(wanted, verdict):
    assert ADVANCE.check(Decimal(wanted)).verdict is verdict
    assert ADVANCE.severity is Severity.WARNING
    assert ADVANCE.judge({}).missing == ("funding.advance_percent",)
