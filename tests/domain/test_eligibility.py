"""How a rule concludes, and how findings make a conclusion."""

import pytest

from grantapp.domain.derived import FILED_AT, SIZE
from grantapp.domain.eligibility import (
    AllOf,
    AnyOf,
    Citation,
    Conclusion,
    Finding,
    Rule,
    Severity,
    Verdict,
    conclude,
    evaluate,
    met,
    not_met,
    unknown,
)
from grantapp.domain.project import anchors
from grantapp.domain.question import when

CITED = (Citation(text="Cahier des charges", at="2.3", url="https://exemple.fr/"),)
DOUBTED = (Citation(text="Page de 2021", at="2.3", url="https://exemple.fr/", verified=False, note="Autre édition."),)


def yes(anchor: str, **changes) -> Rule:
    def check(answer: bool):
        return met("C'est oui.") if answer else not_met(f"{anchor} : c'est non.")

    settings = {"code": "R99", "slug": "oui", "title": "Oui", "needs": (anchor,), "cites": CITED, "check": check}
    return Rule(**(settings | changes))


UNUSED, WORKS = yes("history.unused"), yes("history.needs_works")


def several(kind):
    return kind(code="R98", slug="plusieurs", title="Plusieurs", branches=(UNUSED, WORKS), cites=CITED)


def test_an_unanswered_question_is_named_and_never_counted_as_a_no():
    outcome = UNUSED.judge({})
    assert (outcome.verdict, outcome.missing) == (Verdict.UNKNOWN, ("history.unused",))
    assert "Le site est-il inutilisé aujourd’hui" in outcome.sentence


SIZE_ASKS = ("size.accounts", "size.public_quarter", "size.has_links", "size.links")


@pytest.mark.parametrize(
    ("answered", "missing"),
    [
        ((), SIZE_ASKS),
        (("size.accounts", "size.has_links"), ("size.public_quarter", "size.links")),
        (SIZE_ASKS, SIZE_ASKS),  # all answered, and still no size: one of them is to be looked at again
    ],
)
def test_a_computed_fact_that_is_missing_opens_the_questions_it_is_computed_from(answered, missing):
    rule = yes(SIZE)
    assert rule.judge(dict.fromkeys(answered, True)).missing == missing
    assert rule.anchors == SIZE_ASKS


def test_a_missing_day_of_filing_is_named_and_opens_nothing():
    outcome = yes(FILED_AT).judge({})
    assert outcome.missing == (FILED_AT,) and "la date de dépôt" in outcome.sentence


def test_the_column_of_a_table_is_named_with_its_table():
    assert "Plan de financement\u00a0: Montant" in unknown(["funding.sources.amount"]).sentence


def test_a_sentence_names_ten_questions_at_most_and_counts_the_others():
    many = [anchor for anchor in anchors() if anchor.startswith("organisation.")]
    assert "autres réponses" not in unknown(many[:10]).sentence
    outcome = unknown(many[:11])
    assert outcome.sentence.endswith("et 8 autres réponses.") and outcome.missing == tuple(many[:11])


def test_without_a_plot_the_plot_is_what_is_missing():
    (found,) = evaluate([UNUSED], {"request.site_found": False})
    assert (found.verdict, found.missing) == (Verdict.UNKNOWN, ("history.unused",))
    assert "terrain" in found.sentence and "inutilisé" not in found.sentence


@pytest.mark.parametrize(
    ("missing", "is_about_the_plot"),
    [
        (["pollution.pollutants"], True),  # asked when a plot is found and something is to be treated
        (["organisation.legal_form", "site.area_m2"], True),
        (["organisation.legal_form"], False),
        (["filing.at"], False),
    ],
)
def test_without_a_plot_only_what_is_asked_of_a_plot_waits_for_it(missing, is_about_the_plot):
    outcome = unknown(missing, {"request.site_found": False})
    assert outcome.missing == tuple(missing)
    assert ("quand un terrain sera trouvé" in outcome.sentence) is is_about_the_plot
    assert "quand un terrain" not in unknown(missing, {"request.site_found": True}).sentence
    assert "quand un terrain" not in unknown(missing).sentence


def test_the_date_of_filing_is_named_though_it_is_no_question():
    assert "la date de dépôt" in unknown(["filing.at"]).sentence


def test_what_is_missing_twice_is_named_once():
    outcome = unknown(["history.unused", "site.area_m2", "history.unused"])
    assert outcome.missing == ("history.unused", "site.area_m2")
    assert outcome.sentence.count("inutilisé") == 1


def test_a_citation_is_set_in_french_whole():
    cited = Citation(text="L'appel", at="l'article 2", url="https://exemple.fr/l'appel", note="C'est l'autre.")
    assert (cited.text, cited.at, cited.note) == ("L’appel", "l’article\u00a02", "C’est l’autre.")
    assert cited.url == "https://exemple.fr/l'appel"
    assert cited.verified


@pytest.mark.parametrize(
    ("facts", "any_of", "all_of"),
    [
        ({}, Verdict.UNKNOWN, Verdict.UNKNOWN),
        ({"history.unused": True}, Verdict.MET, Verdict.UNKNOWN),
        ({"history.unused": False}, Verdict.UNKNOWN, Verdict.NOT_MET),
        ({"history.unused": True, "history.needs_works": False}, Verdict.MET, Verdict.NOT_MET),
        ({"history.unused": False, "history.needs_works": True}, Verdict.MET, Verdict.NOT_MET),
        ({"history.unused": False, "history.needs_works": False}, Verdict.NOT_MET, Verdict.NOT_MET),
        ({"history.unused": True, "history.needs_works": True}, Verdict.MET, Verdict.MET),
    ],
)
def test_or_needs_one_branch_and_and_needs_both(facts, any_of, all_of):
    assert several(AnyOf).judge(facts).verdict is any_of
    assert several(AllOf).judge(facts).verdict is all_of


def test_a_met_or_gives_the_reason_of_the_first_branch_and_a_met_and_of_all():
    def says(sentence):
        return yes("history.unused", check=lambda _: met(sentence))

    named = {"code": "R98", "slug": "plusieurs", "title": "Plusieurs", "cites": CITED}
    branches, facts = (says("Ceci."), says("Cela.")), {"history.unused": True}
    assert AnyOf(**named, branches=branches).judge(facts).sentence == "Ceci."
    assert AllOf(**named, branches=branches).judge(facts).sentence == "Ceci. Cela."


def test_a_refused_and_gives_the_refusals_only():
    sentence = several(AllOf).judge({"history.unused": True, "history.needs_works": False}).sentence
    assert sentence == "history.needs_works\u00a0: c’est non."


def test_a_question_that_two_branches_need_is_needed_once():
    assert several(AnyOf).all_needs == ("history.unused", "history.needs_works")
    twice = AnyOf(code="R", slug="r", title="R", branches=(UNUSED, several(AllOf)), cites=CITED)
    assert twice.all_needs == ("history.unused", "history.needs_works")


def test_a_refused_or_gives_the_reason_of_every_branch():
    sentence = several(AnyOf).judge({"history.unused": False, "history.needs_works": False}).sentence
    assert "history.unused" in sentence and "history.needs_works" in sentence


def test_a_rule_for_works_says_nothing_of_studies():
    rule = yes("history.unused", applies=when("request.kind", "works"))
    assert evaluate([rule], {"request.kind": "studies"}) == ()


def test_a_rule_whose_condition_is_undecided_is_unknown_and_not_skipped():
    rule = yes("history.unused", applies=when("request.kind", "works"))
    (found,) = evaluate([rule], {"history.unused": True})
    assert (found.verdict, found.missing) == (Verdict.UNKNOWN, ("request.kind",))


def test_a_rule_whose_condition_is_undecided_asks_for_the_condition_alone():
    when_works = (*when("request.kind", "works"), *when("request.site_found", True))
    (found,) = evaluate([yes("history.unused", applies=when_works)], {"request.site_found": True})
    assert found.missing == ("request.kind",)


def test_a_rule_that_applies_is_judged_and_carries_what_the_rule_says():
    rule = yes("history.unused", severity=Severity.WARNING, title="L'usage", applies=when("request.kind", "works"))
    found, alone = evaluate([rule, UNUSED], {"request.kind": "works", "history.unused": False})
    assert (found.rule, found.slug, found.title, found.anchor) == ("R99", "oui", "L’usage", "rule:R99")
    assert (found.severity, alone.severity) == (Severity.WARNING, Severity.BLOCKING)
    assert (found.verdict, found.sentence) == (Verdict.NOT_MET, "history.unused\u00a0: c’est non.")
    assert (found.missing, found.citations, found.enough) == ((), CITED, ())


def finding(verdict=Verdict.MET, severity=Severity.BLOCKING, cites=CITED, missing=()) -> Finding:
    return Finding(
        rule="R99",
        slug="oui",
        title="Oui",
        severity=severity,
        verdict=verdict,
        sentence="",
        missing=missing,
        citations=cites,
    )


@pytest.mark.parametrize(
    ("findings", "conclusion"),
    [
        ([finding()], Conclusion.ELIGIBLE),
        ([finding(), finding(cites=DOUBTED)], Conclusion.CONDITIONAL),
        ([finding(), finding(Verdict.NOT_MET, Severity.WARNING)], Conclusion.CONDITIONAL),
        ([finding(), finding(Verdict.UNKNOWN, Severity.WARNING)], Conclusion.CONDITIONAL),
        ([finding(), finding(Verdict.UNKNOWN, missing=("pieces.accounts",))], Conclusion.CONDITIONAL),
        ([finding(), finding(Verdict.UNKNOWN, missing=("site.area_m2",))], Conclusion.UNDETERMINED),
        ([finding(), finding(Verdict.UNKNOWN, missing=("pieces.accounts", "site.area_m2"))], Conclusion.UNDETERMINED),
        ([finding(), finding(Verdict.UNKNOWN, missing=("filing.at",))], Conclusion.UNDETERMINED),
        ([finding(), finding(Verdict.UNKNOWN)], Conclusion.UNDETERMINED),
        ([finding(), finding(cites=CITED + DOUBTED)], Conclusion.CONDITIONAL),
        ([finding(severity=Severity.WARNING, cites=DOUBTED)], Conclusion.CONDITIONAL),
        ([finding(Verdict.UNKNOWN, missing=("site.area_m2",)), finding(Verdict.NOT_MET)], Conclusion.INELIGIBLE),
    ],
)
def test_the_conclusion_is_the_worst_of_the_findings(findings, conclusion):
    assert conclude(findings) is conclusion
    assert conclude(reversed(findings)) is conclusion
