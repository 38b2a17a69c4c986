"""The eligibility report, from the frozen judgement alone."""

from grantapp.documents.ink import Ink
from grantapp.documents.report import report


def citation(text: str, *, note: str = "", at: str = "article 1") -> dict[str, object]:
    return {"text": text, "at": at, "url": f"https://{text}.example/", "verified": not note, "note": note}


def finding(rule: str, verdict: str, *citations: dict[str, object], severity: str = "blocking") -> dict[str, object]:
    return {"rule": rule, "title": rule, "verdict": verdict, "severity": severity, "sentence": "Dit."} | {
        "citations": list(citations)
    }


def judged(conclusion: str, *findings: dict[str, object], **others: object):
    company = {"size": None, "lines": [], "missing": ["size.accounts"], "citations": []}
    judgement = {"conclusion": conclusion, "findings": findings, "aid": [], "company": company, "routes": []}
    return report(judgement | others, {"size.accounts": "Vos comptes"}, Ink())


def test_a_source_has_one_number_wherever_it_is_cited():
    read = judged(
        "eligible",
        finding("R01", "met", citation("a"), citation("b")),
        finding("R02", "met", citation("b", at="article 2")),
    )
    assert [[place.number for place in each.references.places] for each in read.findings] == [[1, 2], [2]]
    assert [(source.number, source.text, source.cited_by) for source in read.sources] == [
        (1, "a", ("R01",)),
        (2, "b", ("R01", "R02")),
    ]


def test_the_same_doubt_is_said_once_with_its_sources():
    doubtful = finding("R01", "met", citation("a", note="À relire."), citation("b"), citation("c", note="À relire."))
    (found,) = judged("conditional", doubtful).findings
    assert [(doubt.note, doubt.numbers) for doubt in found.references.doubts] == [("À relire.", (1, 3))]


def test_each_conclusion_says_why():
    refused = finding("R13", "not_met")
    unknown = finding("R14", "unknown")
    assert "R13 n’est pas remplie" in judged("ineligible", refused, unknown).conclusion_sentence
    assert "R13 et R15" in judged("ineligible", refused, finding("R15", "not_met")).conclusion_sentence
    assert "juger 1\u00a0règle bloquante" in judged("undetermined", unknown).conclusion_sentence
    assert "vérifiée" in judged("eligible", finding("R01", "met")).conclusion_sentence
    reserves = judged("conditional", finding("R02", "not_met", citation("a", note="Non lue."), severity="warning"))
    assert "1\u00a0règle à signaler et 1\u00a0règle à confirmer" in reserves.conclusion_sentence


def test_what_the_size_lacks_is_named_by_its_question():
    assert judged("eligible").size.missing == ("Vos comptes",)


def test_a_computation_keeps_its_lines_and_its_sources():
    explained = {
        "title": "Un calcul",
        "sentence": "Il reste 12 €.",
        "lines": ["20 € − 8 € = 12 €."],
        "missing": ["size.accounts", "filing.at"],
        "citations": [citation("a")],
    }
    read = judged("eligible", finding("R01", "met", citation("a")), computations=[explained])
    (found,) = read.computations
    assert (found.sentence, found.lines, found.missing) == ("Il reste 12 €.", ("20 € − 8 € = 12 €.",), ("Vos comptes",))
    assert read.sources[0].cited_by == ("R01", "calculs")


def test_a_judgement_frozen_before_computations_were_explained_has_none():
    assert judged("eligible").computations == ()


def test_a_refusal_prints_the_answers_that_would_be_enough_and_an_old_deposit_none():
    other = {"anchor": "history.status", "label": "Le site ?", "text": "Une ancienne mine"}
    refused = finding("R13", "not_met", citation("a")) | {"enough": [other]}
    read = judged("ineligible", refused, finding("R14", "not_met", citation("a")))
    assert [each.enough for each in read.findings] == [(("Le site\u202f?", "Une ancienne mine"),), ()]


def test_a_refusal_by_rules_to_be_confirmed_only_says_so_and_another_does_not():
    doubtful, sure = (
        finding("R13", "not_met", citation("a", note="Lu en 2021.")),
        finding("R14", "not_met", citation("b")),
    )
    assert "confirmer" in judged("ineligible", doubtful).conclusion_sentence
    assert "confirmer" not in judged("ineligible", doubtful, sure).conclusion_sentence
