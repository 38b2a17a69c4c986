"""What limits a grant: each ceiling at its threshold, with an answer missing, and the lowest of several."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from grantapp.domain.aid import Advance, AidRules, statement
from grantapp.domain.derived import FILED_AT, SIZE
from grantapp.domain.eligibility import Citation, evaluate
from grantapp.domain.project import Project, facts_of
from grantapp.domain.question import when
from grantapp.domain.sections.applicant import Request, RequestKind
from grantapp.domain.sections.funding import Expenditure, Expense, Funding, Post, Source, SourceNature
from grantapp.domain.sections.site import History, Status
from grantapp.domain.size import SizeClass
from grantapp.french import PARIS, typeset
from grantapp.rules import ceilings

READ = (Citation(text="Un texte lu", at="page 1", url="https://example.org/lu"),)
DOUBTFUL = (
    Citation(text="Un autre texte", at="page 2", url="https://example.org/b", verified=False, note="Pas relu."),
)
WORKS = frozenset({Post.DECONTAMINATION, Post.DEMOLITION})
STUDIES = frozenset({Post.STUDIES})
RULES = AidRules(eligible_posts=WORKS | STUDIES, posts_cited=(), deficit_cited=(), rates=())

DEFICIT = ceilings.deficit(cites=READ)
ALL_WORKS = ceilings.posts_share(
    code="works", label="les travaux de remise en état", posts=WORKS, percent=Decimal(100), cites=READ
)
STUDIES_SHARE = ceilings.posts_share(
    code="studies", label="80 % des études", posts=STUDIES, percent=Decimal(80), cites=READ
)
LAND_VALUE = ceilings.article_45(posts=WORKS, cites=DOUBTFUL)
PUBLIC = ceilings.public_total(cites=READ)
PERCENTS = dict(zip(SizeClass, map(Decimal, (80, 80, 70, 60)), strict=True))

# The project of the demonstration: a deficit of 800 000 € under 1 410 000 € of remise en état.
SPENT = (
    (Post.DECONTAMINATION, 660_000, True),
    (Post.DEMOLITION, 750_000, True),
    (Post.STUDIES, 60_000, True),
    (Post.CONSTRUCTION, 2_130_000, False),
)
PLAN = (
    (SourceNature.REVENUE, 2_500_000),
    (SourceNature.OTHER_PUBLIC, 300_000),
    (SourceNature.GRANT, 800_000),
)


def facts(*, spent=SPENT, plan=PLAN, kind=RequestKind.WORKS, status=Status.FORMER_ICPE, at="2022-03-01", **funding):
    project = Project(
        request=Request(kind=kind, site_found=True),
        history=History(status=status),
        expenditure=Expenditure(
            lines=tuple(
                Expense(post=post, amount=None if amount is None else Decimal(amount), claimed=claimed)
                for post, amount, claimed in spent
            )
        ),
        funding=Funding(
            sources=tuple(
                Source(nature=nature, amount=None if amount is None else Decimal(amount)) for nature, amount in plan
            ),
            **funding,
        ),
    )
    found = facts_of(project)
    return found | {FILED_AT: datetime.fromisoformat(at).replace(tzinfo=PARIS)} if at else found


def stated(*limits, advance=None, known=None, **given):
    return statement(replace(RULES, ceilings=limits, advance=advance), (known or {}) | facts(**given))


def sentence(aid, code):
    return aid.line(code).explanation


# ── the balance of the operation ─────────────────────────────────────────────────────────────────────────────────


def test_the_grant_fills_the_deficit_and_no_more():
    aid = stated(DEFICIT)
    assert aid.amount("at_most_deficit") == aid.amount("largest_grant") == 800_000
    assert typeset("au plus le déficit de l'opération : 800 000 €") in sentence(aid, "at_most_deficit")


@pytest.mark.parametrize(("revenue", "room"), [(3_299_999, 1), (3_300_000, 0), (3_300_001, 0)])
def test_an_operation_in_balance_has_nothing_to_fill(revenue, room):
    aid = stated(DEFICIT, plan=((SourceNature.REVENUE, revenue), (SourceNature.OTHER_PUBLIC, 300_000)))
    assert aid.amount("largest_grant") == room
    assert ("pas de déficit à combler" in sentence(aid, "at_most_deficit")) is (room == 0)
    assert aid.amount("at_most_deficit") == room


def test_without_its_answers_the_deficit_waits_and_names_them():
    aid = stated(DEFICIT, spent=((Post.DECONTAMINATION, None, True),))
    assert (aid.amount("at_most_deficit"), aid.amount("largest_grant"), aid.binding) == (None, None, ())
    assert "Montant" in sentence(aid, "at_most_deficit")
    assert "À calculer" in sentence(aid, "largest_grant")


# ── a part of some expenses ──────────────────────────────────────────────────────────────────────────────────────


def test_a_share_is_written_with_its_figures():
    aid = stated(STUDIES_SHARE)
    assert aid.amount("studies") == 48_000
    assert sentence(aid, "studies").startswith(typeset("80 % de 60 000 € = 48 000 €."))


def test_only_the_lines_for_which_aid_is_asked_count_in_a_share():
    aid = stated(STUDIES_SHARE, spent=((Post.STUDIES, 60_000, True), (Post.STUDIES, 40_000, False)))
    assert aid.amount("studies") == 48_000


@pytest.mark.parametrize(("spent", "amount"), [(99_999, "69999.3"), (100_000, "70000"), (100_001, "70000")])
def test_a_base_may_be_capped(spent, amount):
    capped = ceilings.posts_share(
        code="studies",
        label="les études",
        posts=STUDIES,
        percent=Decimal(70),
        most_base=Decimal(100_000),
        cites=READ,
    )
    aid = stated(capped, spent=((Post.STUDIES, spent, True),))
    assert aid.amount("studies") == Decimal(amount)
    assert ("au plus" in sentence(aid, "studies")) is (spent > 100_000)


@pytest.mark.parametrize(("spent", "amount"), [(124_999, "99999.2"), (125_000, "100000"), (125_001, "100000")])
def test_the_aid_may_be_capped(spent, amount):
    capped = ceilings.posts_share(
        code="studies", label="les études", posts=STUDIES, percent=Decimal(80), most_aid=Decimal(100_000), cites=READ
    )
    aid = stated(capped, spent=((Post.STUDIES, spent, True),))
    assert aid.amount("studies") == Decimal(amount)
    assert ("ramenés à" in sentence(aid, "studies")) is (spent > 125_000)


@pytest.mark.parametrize("hole", [(None, 60_000, True), (Post.STUDIES, None, True), (Post.STUDIES, 60_000, None)])
def test_a_share_waits_for_the_post_the_amount_and_the_claim(hole):
    assert stated(STUDIES_SHARE, spent=(hole,)).amount("studies") is None


def test_nothing_claimed_is_a_share_of_zero():
    assert stated(STUDIES_SHARE, spent=((Post.STUDIES, 60_000, False),)).amount("studies") == 0


def test_a_request_for_studies_and_works_adds_its_parts():
    both = ceilings.sum_of(
        code="both",
        label="les études et les travaux",
        parts=(STUDIES_SHARE, ALL_WORKS),
        applies=when("request.kind", RequestKind.BOTH),
    )
    aid = stated(both, kind=RequestKind.BOTH)
    assert aid.amount("both") == 48_000 + 1_410_000
    assert typeset("48 000 € + 1 410 000 € = 1 458 000 €") in sentence(aid, "both")
    assert stated(both, kind=RequestKind.WORKS).line("both") is None
    assert stated(both, kind=RequestKind.BOTH, spent=((Post.STUDIES, None, True),)).amount("both") is None


FOR_WORKS = when("request.kind", RequestKind.WORKS)


@pytest.mark.parametrize(
    "ceiling",
    [
        ceilings.deficit(cites=READ, applies=FOR_WORKS),
        ceilings.posts_share(code="x", label="x", posts=WORKS, percent=Decimal(50), cites=READ, applies=FOR_WORKS),
        ceilings.by_size(code="x", label="x", posts=WORKS, percents=PERCENTS, cites=READ, applies=FOR_WORKS),
        ceilings.article_45(posts=WORKS, cites=READ, applies=FOR_WORKS),
        ceilings.public_total(cites=READ, applies=FOR_WORKS),
    ],
    ids=["deficit", "posts_share", "by_size", "article_45", "public_total"],
)
def test_a_ceiling_for_works_is_told_to_no_request_for_studies(ceiling):
    assert stated(ceiling, kind=RequestKind.WORKS).line(ceiling.code) is not None
    assert stated(ceiling, kind=RequestKind.STUDIES).line(ceiling.code) is None


def test_a_rule_of_share_for_works_is_no_rule_for_studies():
    rule = ceilings.asked_within_share(posts=WORKS, percent=Decimal(55), cites=READ, applies=FOR_WORKS)
    assert evaluate([rule], facts(kind=RequestKind.WORKS))
    assert not evaluate([rule], facts(kind=RequestKind.STUDIES))


def test_each_part_of_a_sum_is_told_with_its_arithmetic():
    both = ceilings.sum_of(code="both", label="tout", parts=(STUDIES_SHARE, ALL_WORKS), applies=())
    said = sentence(stated(both), "both")
    for words in ("80 % de 60 000 € = 48 000 €", "100 % de 1 410 000 € = 1 410 000 €"):
        assert typeset(words) in said


# ── a percentage that follows the size ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("size", "amount"),
    [
        (SizeClass.MICRO, 48_000),
        (SizeClass.SMALL, 48_000),
        (SizeClass.MEDIUM, 42_000),
        (SizeClass.LARGE, 36_000),
        (None, None),
    ],
)
def test_a_rate_follows_the_size_and_waits_for_it(size, amount):
    by_size = ceilings.by_size(code="studies", label="les études", posts=STUDIES, percents=PERCENTS, cites=READ)
    aid = stated(by_size, known={SIZE: size} if size else None)
    assert aid.amount("studies") == amount
    wanted = size.label if size else "la taille de l’entreprise"
    assert wanted in sentence(aid, "studies")


def test_only_the_lines_for_which_aid_is_asked_count_in_a_rate_by_size():
    by_size = ceilings.by_size(code="studies", label="les études", posts=STUDIES, percents=PERCENTS, cites=READ)
    spent = ((Post.STUDIES, 60_000, True), (Post.STUDIES, 40_000, False))
    assert stated(by_size, spent=spent, known={SIZE: SizeClass.LARGE}).amount("studies") == 36_000


def test_every_size_has_a_percentage():
    with pytest.raises(ValueError, match="no percentage for micro"):
        ceilings.by_size(code="x", label="x", posts=STUDIES, percents={SizeClass.LARGE: Decimal(1)}, cites=READ)


# ── article 45 ───────────────────────────────────────────────────────────────────────────────────────────────────

ESTIMATED = {"value_before": Decimal(100_000), "value_after": Decimal(400_000), "valued_by": "Mme Expert, 2021"}


def test_the_increase_in_land_value_is_deducted():
    aid = stated(LAND_VALUE, **ESTIMATED)
    assert aid.amount("article_45") == 1_410_000 - 300_000
    assert typeset("1 410 000 € de dépollution, moins 300 000 € de plus-value") in sentence(aid, "article_45")
    assert "son nom manque" not in sentence(aid, "article_45")


@pytest.mark.parametrize(("after", "left"), [(1_509_999, 1), (1_510_000, 0), (1_510_001, 0), (50_000, 1_410_000)])
def test_article_45_is_never_negative_and_a_loss_of_value_adds_nothing(after, left):
    aid = stated(LAND_VALUE, value_before=Decimal(100_000), value_after=Decimal(after))
    assert aid.amount("article_45") == left
    assert ("la plus-value paie la dépollution" in sentence(aid, "article_45")) is (after > 1_510_000)


def test_article_45_counts_the_whole_remediation_claimed_or_not():
    spent = ((Post.DECONTAMINATION, 600_000, True), (Post.DEMOLITION, 100_000, False))
    aid = stated(LAND_VALUE, spent=spent, value_before=Decimal(0), value_after=Decimal(0))
    assert aid.amount("article_45") == 700_000


def test_an_estimate_without_its_expert_says_so():
    estimated = {name: value for name, value in ESTIMATED.items() if name != "valued_by"}
    assert "son nom manque" in sentence(stated(LAND_VALUE, **estimated), "article_45")


@pytest.mark.parametrize("absent", ["value_before", "value_after"])
def test_without_an_estimate_article_45_waits(absent):
    aid = stated(LAND_VALUE, **{name: value for name, value in ESTIMATED.items() if name != absent})
    assert aid.amount("article_45") is None
    assert "il manque" in sentence(aid, "article_45")


@pytest.mark.parametrize(("at", "amount"), [("2023-06-30T23:59:59", 1_110_000), ("2023-07-01T00:00:00", None)])
def test_article_45_leaves_out_mines_since_the_first_of_july_2023(at, amount):
    aid = stated(LAND_VALUE, status=Status.FORMER_MINE, at=at, **ESTIMATED)
    assert aid.amount("article_45") == amount
    assert ("ne couvre plus" in sentence(aid, "article_45")) is (amount is None)
    assert stated(LAND_VALUE, at=at, **ESTIMATED).amount("article_45") == 1_110_000


def test_a_mine_waits_for_the_date_of_filing_and_another_site_does_not():
    assert stated(LAND_VALUE, at=None, **ESTIMATED).amount("article_45") == 1_110_000
    waiting = stated(LAND_VALUE, status=Status.FORMER_MINE, at=None, **ESTIMATED)
    assert waiting.amount("article_45") is None
    assert "date de dépôt" in sentence(waiting, "article_45")


def test_a_request_for_studies_has_no_article_45():
    assert stated(LAND_VALUE, kind=RequestKind.STUDIES).line("article_45") is None
    undecided = stated(LAND_VALUE, kind=None)
    assert undecided.amount("article_45") is None
    assert "il manque" in sentence(undecided, "article_45")


# ── all public aid together ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("other", "left"), [(1_469_999, 1), (1_470_000, 0), (1_470_001, 0)])
def test_all_public_aid_stays_within_the_expenditure_that_is_presented(other, left):
    plan = ((SourceNature.OTHER_PUBLIC, other), (SourceNature.GRANT, 1))
    aid = stated(PUBLIC, plan=plan)
    assert aid.amount("public_total") == left
    assert ("les autres aides publiques suffisent" in sentence(aid, "public_total")) is (other > 1_470_000)


def test_the_total_of_public_aid_waits_for_the_plan():
    assert stated(PUBLIC, plan=()).amount("public_total") is None


# ── the lowest of them ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_lowest_ceiling_gives_the_largest_grant_and_is_named():
    aid = stated(DEFICIT, ALL_WORKS, PUBLIC)
    assert (aid.amount("largest_grant"), aid.binding) == (800_000, ("at_most_deficit",))
    assert sentence(aid, "largest_grant") == typeset("Le plus bas des plafonds : le déficit de l'opération.")
    assert "C’est le plafond qui s’applique" in sentence(aid, "at_most_deficit")
    assert "qui s’applique" not in sentence(aid, "works")
    assert aid.line("largest_grant").citations == READ


def test_the_ceiling_that_binds_changes_with_the_figures():
    aid = stated(DEFICIT, ALL_WORKS, plan=((SourceNature.REVENUE, 1_000_000), (SourceNature.OTHER_PUBLIC, 300_000)))
    assert (aid.amount("largest_grant"), aid.binding) == (1_410_000, ("works",))


def test_equal_ceilings_are_both_named():
    aid = stated(DEFICIT, ALL_WORKS, plan=((SourceNature.REVENUE, 2_190_000),))
    assert aid.binding == ("at_most_deficit", "works")
    assert "le déficit de l’opération et les travaux" in sentence(aid, "largest_grant")


@pytest.mark.parametrize(("asked", "over"), [(799_999, None), (800_000, None), (800_001, 1)])
def test_what_is_asked_above_the_largest_grant_is_told(asked, over):
    plan = (*PLAN[:2], (SourceNature.GRANT, asked))
    aid = stated(DEFICIT, plan=plan)
    assert aid.amount("over_ceiling") == over
    assert aid.amount("own_share") == 3_600_000 - min(asked, 800_000)
    assert (aid.line("over_ceiling") is None) is (over is None)


def test_a_ceiling_that_waits_makes_the_largest_grant_provisional():
    aid = stated(ALL_WORKS, LAND_VALUE)
    assert aid.amount("largest_grant") == 1_410_000
    assert aid.line("largest_grant").label.endswith("à ce stade")
    assert "Provisoire" in sentence(aid, "largest_grant")
    assert "de quoi chiffrer la dépollution moins la plus-value" in sentence(aid, "largest_grant")


def test_a_doubtful_ceiling_that_binds_is_said_to_be_confirmed():
    aid = stated(ALL_WORKS, LAND_VALUE, **ESTIMATED)
    assert (aid.amount("largest_grant"), aid.binding) == (1_110_000, ("article_45",))
    assert aid.line("largest_grant").label.endswith("à confirmer")
    assert "règle à confirmer" in sentence(aid, "largest_grant")


def test_a_ceiling_without_an_amount_is_said_not_to_count():
    aid = stated(DEFICIT, LAND_VALUE, status=Status.FORMER_MINE, at="2024-01-01", **ESTIMATED)
    assert aid.amount("largest_grant") == 800_000
    assert "pas compté" in sentence(aid, "largest_grant")
    assert "à ce stade" not in aid.line("largest_grant").label


def test_doubtful_ceilings_alone_give_no_largest_grant_but_say_what_it_could_be():
    aid = stated(LAND_VALUE, **ESTIMATED)
    assert aid.amount("article_45") == 1_110_000
    assert aid.line("article_45").label.startswith(typeset("Plafond à confirmer «"))
    assert "s’il s’applique" in sentence(aid, "article_45")
    assert (aid.line("largest_grant"), aid.line("over_ceiling"), aid.binding) == (None, None, ())
    assert aid.amount("own_share") == 2_800_000


def test_a_doubtful_ceiling_gives_no_figure_while_the_ones_that_were_read_wait():
    aid = stated(PUBLIC, LAND_VALUE, plan=(), **ESTIMATED)
    assert aid.amount("article_45") == 1_110_000
    assert (aid.amount("largest_grant"), aid.binding) == (None, ())
    assert "le total des aides publiques" in sentence(aid, "largest_grant")


def test_a_doubtful_ceiling_beside_one_that_was_read_or_without_an_amount_promises_nothing():
    conditional = "s’il s’applique"
    assert conditional not in sentence(stated(DEFICIT, LAND_VALUE, **ESTIMATED), "article_45")
    assert conditional not in sentence(stated(LAND_VALUE), "article_45")
    doubtful = replace(ALL_WORKS, code="doubtful", cites=DOUBTFUL)
    assert conditional not in sentence(stated(doubtful, DEFICIT), "doubtful")


def test_a_doubtful_ceiling_equal_to_one_that_was_read_leaves_no_doubt():
    aid = stated(ALL_WORKS, replace(ALL_WORKS, code="doubtful", cites=DOUBTFUL))
    assert aid.binding == ("works", "doubtful")
    assert not aid.line("largest_grant").label.endswith("à confirmer")
    assert "règle à confirmer" not in sentence(aid, "largest_grant")


def test_only_the_questions_without_an_answer_are_named_by_a_ceiling_that_waits():
    said = sentence(stated(LAND_VALUE, value_before=Decimal(1)), "article_45")
    assert "Valeur estimée après" in said and "avant dépollution" not in said


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (550_000, "3 600 000 € de coût, moins 550 000 € d'aide demandée."),
        (800_000, "3 600 000 € de coût, moins 800 000 € d'aide demandée."),
        (900_000, "3 600 000 € de coût, moins 800 000 € d'aide, plafond compris."),
    ],
)
def test_what_is_left_to_finance_is_told_with_the_aid_that_counts(asked, said):
    plan = (*PLAN[:2], (SourceNature.GRANT, asked))
    assert sentence(stated(DEFICIT, plan=plan), "own_share") == typeset(said)


@pytest.mark.parametrize(
    ("revenue", "said"),
    [(2_500_000, "montrez ce qui relève le plafond"), (3_400_000, "il n’y a rien à aider en l’état")],
)
def test_what_is_asked_above_the_ceiling_is_told_what_to_do(revenue, said):
    plan = ((SourceNature.REVENUE, revenue), (SourceNature.OTHER_PUBLIC, 300_000), (SourceNature.GRANT, 900_000))
    over = sentence(stated(DEFICIT, plan=plan), "over_ceiling")
    assert said in over and over.count("rien à aider") == (revenue == 3_400_000)


def test_what_is_left_to_finance_without_a_plan_gives_no_figure():
    aid = stated(DEFICIT, plan=())
    assert aid.amount("own_share") is None and sentence(aid, "own_share") == typeset(
        "Coût total moins l'aide demandée."
    )


def test_an_edition_without_a_ceiling_shows_no_largest_grant():
    assert [line.code for line in stated().lines if line.code in ("largest_grant", "over_ceiling", "advance")] == []


# ── the advance ──────────────────────────────────────────────────────────────────────────────────────────────────

ADVANCE = Advance(percent=Decimal(15), cites=READ, note="davantage si c'est justifié")


@pytest.mark.parametrize(("asked", "amount"), [("10", 80_000), ("15", 120_000), ("15.01", 120_000), ("30", 120_000)])
def test_the_advance_is_a_part_of_the_grant_and_has_its_own_limit(asked, amount):
    aid = stated(DEFICIT, advance=ADVANCE, advance_percent=Decimal(asked))
    assert aid.amount("advance") == amount
    assert ("Vous demandez" in sentence(aid, "advance")) is (Decimal(asked) > 15)
    assert "davantage si c’est justifié" in sentence(aid, "advance")


def test_the_advance_is_counted_on_the_grant_that_is_possible():
    plan = (*PLAN[:2], (SourceNature.GRANT, 1_000_000))
    assert stated(DEFICIT, advance=ADVANCE, plan=plan, advance_percent=Decimal(15)).amount("advance") == 120_000


def test_an_advance_that_is_not_asked_is_not_counted_but_told():
    aid = stated(DEFICIT, advance=ADVANCE)
    assert aid.amount("advance") is None
    assert typeset("jusqu'à 120 000 €") in sentence(aid, "advance")


def test_an_advance_waits_for_the_grant_that_is_asked():
    assert stated(DEFICIT, advance=ADVANCE, plan=(), advance_percent=Decimal(10)).amount("advance") is None
