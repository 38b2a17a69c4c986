"""Undertaking in difficulty: the five tests of article 2(18), worked cases, and what no answer may undo."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grantapp.domain.derived import FILED_AT, SIZE
from grantapp.domain.difficulty import NEEDS, difficulty_of
from grantapp.domain.project import question_at
from grantapp.domain.sections.applicant import IndebtedYear, LegalForm
from grantapp.domain.size import SizeClass
from grantapp.french import PARIS, typeset
from tests.domain.vocabulary import answers

AT = datetime(2025, 6, 2, 12, tzinfo=PARIS)
SOUND = {
    "organisation.legal_form": LegalForm.COMPANY,
    "finances.created_on": date(2016, 3, 1),
    "finances.share_capital": Decimal(360_000),
    "finances.share_premium": Decimal(0),
    "finances.own_funds": Decimal(400_000),
    "finances.accumulated_losses": True,
    "finances.insolvency": False,
    "finances.rescue_aid": False,
    SIZE: SizeClass.SMALL,
    FILED_AT: AT,
}


def found(*without, **changes):
    named = {"size": SIZE, "form": "organisation.legal_form", "at": FILED_AT}
    facts = SOUND | {named.get(name, f"finances.{name}"): value for name, value in changes.items()}
    return difficulty_of({name: value for name, value in facts.items() if name not in without})


def trial(result, letter):
    return next(each for each in result.trials if each.letter == letter)


def year(end, debt, own_funds, ebitda, interest):
    figures = {"debt": debt, "own_funds": own_funds, "ebitda": ebitda, "interest": interest}
    given = {name: None if value is None else Decimal(value) for name, value in figures.items()}
    return IndebtedYear(closed_on=date(end, 12, 31), **given)


NINE_TIMES = (year(2024, 900, 100, 80, 100), year(2023, 900, 100, 80, 100))
LARGE = {"size": SizeClass.LARGE}


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        pytest.param(
            {"form": LegalForm.CRAFT_COOPERATIVE, "own_funds": Decimal(150_000)}, "a", id="1 a cooperative lost 58 %"
        ),
        pytest.param({"own_funds": Decimal(180_000)}, "", id="2 exactly half"),
        pytest.param(
            {"share_capital": Decimal(10_000), "own_funds": Decimal(-5_000), "created_on": date(2021, 6, 1)},
            "a",
            id="4 own funds below zero, four years old",
        ),
        pytest.param(
            {"share_capital": Decimal(100_000), "share_premium": Decimal(400_000), "own_funds": Decimal(240_000)},
            "a",
            id="6 the premium counts once",
        ),
        pytest.param({"debt_years": NINE_TIMES}, "", id="8 debt of nine times own funds, in an SME"),
        pytest.param({"created_on": date(2023, 6, 1), "insolvency": True}, "c", id="10 two years old, insolvent"),
    ],
)
def test_the_worked_cases(changes, held):
    result = found(**changes)
    assert "".join(each.letter for each in result.trials if each.holds) == held
    assert result.in_difficulty is bool(held)


def test_every_test_is_shown_with_its_verdict_and_its_figures():
    lines = found(own_funds=Decimal(150_000)).lines
    assert [line[:6] for line in lines[:5]] == ["Test a", "Test b", "Test c", "Test d", "Test e"]
    assert "\u00a0: oui." in lines[0] and all("\u00a0: non." in line for line in lines[1:5])
    for figure in ("360\u202f000", "150\u202f000", "210\u202f000", "180\u202f000"):
        assert figure in lines[0]


# ── which tests are about whom ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "n'est pas en difficulté, au sens européen : aucun des cinq tests"),
        ({"insolvency": True}, "d'après le test c (procédure collective)."),
        (
            {"insolvency": True, "rescue_aid": True},
            "d'après les tests c (procédure collective) et d (aide au sauvetage ou à la restructuration).",
        ),
        ({"insolvency": None}, "le test c ne peut pas être jugé."),
        ({"insolvency": None, "rescue_aid": None}, "les tests c et d ne peuvent pas être jugés."),
    ],
)
def test_the_result_names_the_tests_that_decide_it(changes, said):
    empty = [f"finances.{name}" for name, value in changes.items() if value is None]
    assert typeset(said) in found(*empty, **changes).sentence


def test_the_result_and_each_test_are_published():
    values = found(insolvency=True).values
    assert values["in_difficulty"] is True
    assert [values[f"test_{letter}"] for letter in "abcde"] == [False, False, True, False, False]


@pytest.mark.parametrize(("group", "said"), [(True, "au niveau du groupe"), (None, "n'est pas jugée ici"), (False, "")])
def test_the_situation_of_a_group_is_said_not_to_be_judged(group, said):
    result = found(*([] if group is not None else ["finances.consolidated"]), consolidated=group)
    assert bool(result.caveat) is bool(said) and said in result.caveat
    assert (typeset(result.caveat) in result.lines) is bool(said)


@pytest.mark.parametrize(("filed", "recalled"), [(2020, False), (2021, True), (2022, True), (2023, False)])
def test_the_health_crisis_is_recalled_for_the_years_it_was_about(filed, recalled):
    result = found(at=datetime(filed, 6, 2, 12, tzinfo=PARIS), own_funds=Decimal(0))
    assert any("Crise sanitaire" in line for line in result.lines) is recalled


def test_without_a_legal_form_a_whole_capital_is_safe_and_a_lost_one_waits_for_it():
    form = "organisation.legal_form"
    assert trial(found(form), "a").holds is False
    lost = trial(found(form, own_funds=Decimal(0)), "a")
    assert (lost.holds, lost.missing[0], lost.remedy) == (None, form, "")


def test_each_form_is_sent_to_the_test_that_concerns_it():
    assert "test a" in trial(found(), "b").working and not trial(found(), "b").concerns
    partnership = found(form=LegalForm.PARTNERSHIP)
    assert "test b" in trial(partnership, "a").working and not trial(partnership, "a").concerns


def test_a_young_sme_needs_no_figures_for_its_capital():
    young = trial(found("finances.own_funds", created_on=date(2024, 1, 1)), "a")
    assert young.holds is False and "moins de trois ans" in young.working


@pytest.mark.parametrize(("own_funds", "said"), [(360_000, "rien n'est perdu"), (359_999, "360 000 € de capital −")])
def test_what_is_lost_is_told_to_the_euro(own_funds, said):
    assert typeset(said) in typeset(trial(found(own_funds=Decimal(own_funds)), "a").working)


def test_what_would_be_enough_is_told_in_euros():
    lost = trial(found(own_funds=Decimal(150_000)), "a")
    assert typeset("Il suffirait de 180 000 € de capitaux propres à capital égal") in typeset(lost.remedy)
    assert typeset("une augmentation de capital de 60 000 €") in typeset(lost.remedy)
    half = trial(found(own_funds=Decimal(180_000)), "a")
    assert typeset("pas plus de la moitié (180 000 €)") in typeset(half.working)


@pytest.mark.parametrize(
    ("without", "said", "unsaid"),
    [
        ("finances.accumulated_losses", "si des pertes cumulées", "si c'est une PME"),
        ("finances.created_on", "si c'est une PME de moins de trois ans", "si des pertes cumulées"),
    ],
)
def test_a_lost_capital_that_cannot_be_judged_says_what_is_left_to_know(without, said, unsaid):
    lost = trial(found(without, own_funds=Decimal(0)), "a")
    assert lost.holds is None and said in lost.working and unsaid not in lost.working


@pytest.mark.parametrize("without", [SIZE, "finances.created_on"])
def test_only_what_is_known_to_be_young_and_small_is_exempt(without):
    young = {} if without == "finances.created_on" else {"created_on": date(2024, 1, 1)}
    assert trial(found(without, own_funds=Decimal(0), **young), "a").holds is None


def test_the_debt_concerns_large_companies_only():
    assert not trial(found(), "e").concerns
    assert not trial(found(form=LegalForm.ASSOCIATION, **LARGE), "e").concerns
    assert trial(found(debt_years=NINE_TIMES, **LARGE), "e").concerns


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (
            (900, 100, 80, 100),
            ["dettes 900 € / capitaux propres 100 € = 9", "excédent brut 80 € / intérêts 100 € = 0,8"],
        ),
        ((900, 1, 80, 1), ["dettes 900 € / capitaux propres 1 € = 900", "excédent brut 80 € / intérêts 1 € = 80"]),
        ((1, 0, 80, 0), ["compte comme supérieur à 7,5", "pas d'intérêts à payer"]),
        ((0, -5, 80, 100), ["ne compte pas, faute de dettes"]),
        ((None, None, None, None), ["Exercice clos le 31 décembre 2024 : aucun chiffre"]),
    ],
)
def test_each_year_of_debt_is_told_with_its_figures(figures, said):
    working = typeset(trial(found(debt_years=(year(2024, *figures),), **LARGE), "e").working)
    for words in said:
        assert typeset(words) in working


@pytest.mark.parametrize("order", [1, -1])
def test_the_last_two_years_are_found_in_any_order(order):
    bearable = year(2022, 1, 100, 100, 100)
    rows = (bearable, NINE_TIMES[1], NINE_TIMES[0])[::order]
    assert trial(found(debt_years=rows, **LARGE), "e").holds is True


def test_a_year_without_its_day_is_no_year():
    undated = replace(NINE_TIMES[1], closed_on=None)
    assert trial(found(debt_years=(NINE_TIMES[0], undated), **LARGE), "e").holds is None


def test_a_debt_of_an_unknown_size_is_told_when_it_is_too_much():
    working = trial(found(SIZE, debt_years=NINE_TIMES), "e").working
    assert "La taille n'est pas encore connue." in working and "dettes" in working


def test_the_premium_is_named_only_when_there_is_one():
    assert "prime" not in trial(found(), "a").working
    assert "comptée une seule fois" in trial(found(share_premium=Decimal(1)), "a").working


def test_a_partnership_loses_its_capital_by_test_b():
    result = found(form=LegalForm.PARTNERSHIP, own_funds=Decimal(150_000))
    assert (trial(result, "a").holds, trial(result, "b").holds) == (False, True)


@pytest.mark.parametrize("form", [LegalForm.ASSOCIATION, LegalForm.NATURAL_PERSON, LegalForm.PUBLIC_BODY])
def test_without_a_capital_only_insolvency_and_rescue_count(form):
    lost = {"own_funds": Decimal(-1), "debt_years": NINE_TIMES, **LARGE}
    assert found(form=form, **lost).in_difficulty is False
    assert found(form=form, rescue_aid=True, **lost).in_difficulty is True


def test_only_a_cooperative_is_told_about_its_variable_capital():
    assert any("Capital variable" in line for line in found(form=LegalForm.OTHER_COOPERATIVE).lines)
    assert not any("Capital variable" in line for line in found().lines)


# ── e: the debt of large undertakings ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("years", "held"),
    [
        (NINE_TIMES, True),
        ((year(2024, "750.01", 100, "99.99", 100), year(2023, "750.01", 100, "99.99", 100)), True),
        ((year(2024, 750, 100, 80, 100), NINE_TIMES[1]), False),  # 7.5 exactly
        ((year(2024, 900, 100, 100, 100), NINE_TIMES[1]), False),  # 1.0 exactly
        ((NINE_TIMES[0], year(2023, 100, 100, 80, 100)), False),  # one sound year is enough
        ((year(2024, 900, 0, 80, 100), year(2023, 900, -100, 80, 100)), True),  # own funds at or below zero
        ((year(2024, 0, -100, 80, 100), NINE_TIMES[1]), False),  # no debt at all
        ((year(2024, 900, 100, -80, 0), NINE_TIMES[1]), False),  # no interest to cover
        ((NINE_TIMES[0],), None),
        ((NINE_TIMES[0], year(2023, 900, 100, None, 100)), None),
        ((NINE_TIMES[0], year(2023, 700, 100, None, None)), False),  # one threshold settles it
        ((*NINE_TIMES, year(2022, 1, 100, 80, 1)), True),  # the year before them says nothing
        ((NINE_TIMES[0], year(2024, 800, 100, 80, 100)), None),  # the same year twice
    ],
)
def test_a_large_firm_is_judged_on_each_of_its_last_two_years(years, held):
    assert trial(found(debt_years=years, **LARGE), "e").holds is held


def test_a_large_firm_without_those_figures_waits_for_them_and_an_sme_does_not():
    assert found(**LARGE).missing == ("finances.debt_years",)
    assert found().in_difficulty is False


def test_an_unknown_size_leaves_the_debt_unjudged_unless_it_is_bearable():
    assert found(SIZE).in_difficulty is None and "size.accounts" in found(SIZE).missing
    assert found(SIZE, debt_years=(year(2024, 1, 100, 80, 1), NINE_TIMES[1])).in_difficulty is False


# ── groups, health crisis ────────────────────────────────────────────────────────────────────────────────────────


def test_the_health_crisis_is_recalled_only_to_those_it_may_help():
    lost, filed = {"own_funds": Decimal(0)}, {"at": datetime(2022, 4, 12, 12, tzinfo=PARIS)}
    assert any("Crise sanitaire" in line for line in found(**lost, **filed).lines)
    assert not any("Crise sanitaire" in line for line in found(**lost).lines)
    assert not any("Crise sanitaire" in line for line in found(**filed).lines)
    crisis = found(**lost, **filed).citations[-1]
    assert "2020/972" in crisis.text and not crisis.verified and crisis.note


# ── what holds for all ───────────────────────────────────────────────────────────────────────────────────────────


def values(need):
    if need == FILED_AT:
        return st.dates(date(2019, 1, 1), date(2030, 1, 1)).map(
            lambda on: datetime(on.year, on.month, on.day, tzinfo=PARIS)
        )
    return st.sampled_from(SizeClass) if need == SIZE else answers(question_at(need))


NO_TROUBLE = st.fixed_dictionaries({"finances.insolvency": st.just(False), "finances.rescue_aid": st.just(False)})
FULL = st.fixed_dictionaries({need: values(need) for need in NEEDS})


@settings(deadline=None)
@given(FULL, st.sets(st.sampled_from(NEEDS)), st.sampled_from(NEEDS), st.one_of(st.just({}), NO_TROUBLE))
def test_one_more_answer_never_undoes_a_verdict(facts, absent, added, sound):
    facts = facts | sound
    before = difficulty_of({need: facts[need] for need in NEEDS if need not in absent | {added}})
    after = difficulty_of({need: facts[need] for need in NEEDS if need not in absent - {added}})
    if before.in_difficulty is not None:
        assert after.in_difficulty is before.in_difficulty


AMOUNTS = st.decimals(-(10**9), 10**9, places=2)


@settings(deadline=None)
@given(AMOUNTS, AMOUNTS, AMOUNTS, st.decimals("0.01", 1000, places=2))
def test_counting_in_another_unit_changes_no_verdict(capital, premium, own_funds, factor):
    def verdict(unit):
        amounts = {"share_capital": capital * unit, "share_premium": premium * unit, "own_funds": own_funds * unit}
        return found(**amounts).in_difficulty

    assert verdict(factor) is verdict(Decimal(1))
