"""The papers beside the dossier: one page where one is promised, everything said once, conformant."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from grantapp.documents import acknowledgement, blank_form, eligibility_report, preparatory, review_sheet
from grantapp.documents.dossier import printed_dossier
from grantapp.domain.deposit import Deposit, freeze
from grantapp.domain.judgement import judge
from grantapp.domain.project import Project
from grantapp.domain.question import Kind, Piece
from grantapp.domain.questionnaire import Questionnaire
from grantapp.domain.wizard import questions_of, steps
from grantapp.editions import all_editions, get_edition
from grantapp.french import NARROW, NBSP
from grantapp.services import demonstration
from tests.documents.making import Printed, deposit_of, full_project
from tests.validating import FLAVOURS, broken_rules

FILED = {"acknowledgement": acknowledgement, "review_sheet": review_sheet, "eligibility_report": eligibility_report}
ONE_PAGE = ("acknowledgement", "review_sheet")
OUR_CODE = re.compile(r"[0-9A-F]{4}.[0-9A-F]{4}.[0-9A-F]{4}")


def plain(text: str) -> str:
    return " ".join(text.replace("’", "'").replace(NARROW, " ").replace(NBSP, " ").split())


def unbroken(text: str) -> str:
    return re.sub(r"[\s\ufffe\u00ad\u200b]", "", text.replace("’", "'"))


def wide(path: str) -> str:
    return "W" * 100 + " " + "M" * 99


def torture(path: str) -> str:
    return ("مرحبا 😀 e\u0301\u0323 " + "x" * 60 + " <b>&amp;</b> {{ 7*7 }} 漢字 \u200f") * 3


@cache
def demonstrated(number: int = 1, edition_id: str = demonstration.EDITION) -> Deposit:
    edition, project, at = get_edition(edition_id), demonstration.project(), datetime(2022, 3, 15, 11, tzinfo=UTC)
    return freeze(
        edition=edition,
        project=project,
        judgement=judge(edition, project, at),
        reference="A22-0001" if number else "Brouillon A22-0001",
        number=number,
        by="Camille Exemple",
        at=at,
        address="https://depots.example",
    )


def extreme(typed: Callable[[str], str]) -> Deposit:
    """500 member firms, the longest names, sixty pieces."""
    project = full_project(typed, rows=500)
    many = tuple(Piece(typed("pieces.other")[:150], 10**9, f"{number:064x}") for number in range(60))
    return deposit_of(replace(project, pieces=replace(project.pieces, other=many)))


@cache
def paper(name: str) -> Printed:
    return Printed(FILED[name].pdf(demonstrated()))


def refusals(content: bytes) -> list[str]:
    return [failure for flavour in FLAVOURS for failure in broken_rules(content, flavour)]


# ── those of a filed version ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", FILED)
def test_a_paper_says_which_version_it_is_of_and_who_does_not_speak(name):
    text = plain(paper(name).text)
    for words in ("A22-0001", "version 1", "Coopérative artisanale du Mistral imaginaire", "non officiel"):
        assert words in text, words
    assert OUR_CODE.search(text)


@pytest.mark.parametrize("name", FILED)
def test_every_page_says_what_it_is_and_where_to_verify_it(name):
    code = plain(demonstrated().short_code)
    for number, text in enumerate(paper(name).pages, start=1):
        assert f"A22-0001 v1 · {code} À vérifier sur depots.example/verifier-un-dossier" in plain(text), number


@pytest.mark.parametrize("name", FILED)
def test_the_same_deposit_gives_the_same_bytes(name):
    assert FILED[name].pdf(demonstrated()) == paper(name).content


@pytest.mark.parametrize("typed", [wide, torture])
@pytest.mark.parametrize("name", ONE_PAGE)
def test_a_paper_of_one_page_stays_one_whatever_was_typed(name, typed):
    content = FILED[name].pdf(extreme(typed))
    assert len(Printed(content).pages) == 1
    assert refusals(content) == []


@pytest.mark.parametrize("name", ONE_PAGE)
def test_a_paper_of_one_page_is_one_for_a_project_that_says_nothing(name):
    assert len(Printed(FILED[name].pdf(deposit_of(Project()))).pages) == 1


@pytest.mark.parametrize("edition", all_editions(), ids=lambda edition: edition.id)
def test_the_review_sheet_is_one_page_in_every_edition(edition):
    assert len(Printed(review_sheet.pdf(demonstrated(1, edition.id))).pages) == 1


@pytest.mark.parametrize("name", FILED)
def test_a_paper_can_be_archived_and_listened_to(name):
    assert refusals(paper(name).content) == []


def test_the_acknowledgement_gives_instant_person_fingerprint_and_pieces():
    deposit, text = demonstrated(), plain(paper("acknowledgement").text)
    assert "15 mars 2022 à 12 h 00 min 00 s (heure de Paris)" in text
    assert "Camille Exemple, depuis son compte" in text
    assert deposit.fingerprint in unbroken(text)
    for files in demonstration.project().pieces.__dict__.values():
        for piece in files or ():
            assert piece.name in text
            assert piece.sha256 in unbroken(text)


def test_the_acknowledgement_does_not_pass_for_that_of_the_administration():
    text = plain(paper("acknowledgement").text)
    for words in ("Ce qu'elle ne montre pas", "L. 112-11", "R. 112-11-1", "dix jours ouvrés", "À confirmer"):
        assert words in text, words
    assert "La demande officielle se fait sur la plateforme Démarches simplifiées" in text


def test_the_acknowledgement_counts_the_pieces_that_it_does_not_list():
    project = demonstration.project()
    many = tuple(Piece(f"photo-{number}.jpg", 1000, f"{number:064x}") for number in range(20))
    deposit = deposit_of(replace(project, pieces=replace(project.pieces, other=many)))
    text = plain(Printed(acknowledgement.pdf(deposit)).text)
    shown = len(re.findall(r"\.(?:pdf|jpg) [\d ]+(?:ko|octets)", text))
    assert 4 <= shown <= acknowledgement.MOST_PIECES
    assert f"Et {24 - shown} autres fichiers" in text and "partie 4 du dossier" in text


def test_the_review_sheet_answers_what_a_reviewer_asks_first():
    text = plain(paper("review_sheet").text)
    for words in (
        "000 001 008 00010 (clé de contrôle juste)",
        "15 mars 2022 à 12 h 00 min 00 s",
        "L'opération commence après le dépôt",
        "Petite entreprise",
        "12 ETP, CA 4 000 000 €, bilan 1 900 000 €",
        "Test a Non. 612 000 € de capitaux propres, pour 360 000 € de capital",
        "Assiette éligible 1 130 000 €",
        "550 000 €, soit 48,7 % de l'assiette",
        "850 000 €, soit 75,2 % de l'assiette",
        "Jugement de liquidation judiciaire",
        "jugement-de-liquidation.pdf (1 fichier)",
        "Plan local d'urbanisme (PLU)",
        "Pièces manquantes 0 aucune",
        "hors taxes",
        "déclaré par le porteur",
        "Service, instructeur",
        "défavorable",
        "Date et signature",
    ):
        assert words in text, words
    codes = [found.rule for found in printed_dossier(demonstrated()).report.to_confirm]
    assert codes and f"À confirmer {len(codes)} {', '.join(sorted(codes))}" in text


def test_the_review_sheet_says_what_is_missing_and_what_is_refused():
    project = demonstration.project().with_answers(
        {"pieces.accounts": None, "history.status": None, "organisation.siret": None}
    )
    edition, at = get_edition(demonstration.EDITION), datetime(2022, 3, 15, 11, tzinfo=UTC)
    judgement = judge(edition, project, at)
    deposit = freeze(
        edition=edition, project=project, judgement=judgement, reference="A22-0002", number=1, by="Camille", at=at
    )
    text = plain(Printed(review_sheet.pdf(deposit)).text)
    assert "Pièces manquantes 1 Comptes des derniers exercices clos ; 2 réponses demandées sans réponse" in text
    assert "SIRET —" in text
    assert "R13, à juger" in text


def test_a_text_that_is_cut_points_to_where_it_is_whole():
    text = plain(Printed(review_sheet.pdf(extreme(wide))).text)
    assert "W…" in text
    assert "Un texte coupé (…) est entier dans le dossier, à la partie indiquée" in text
    for part in ("partie 2", "partie 3.1", "partie 3.2", "partie 3.3", "partie 3.4"):
        assert part in text, part


def test_the_report_alone_is_numbered_from_one_without_a_hole():
    headings = [title for _, title in paper("eligibility_report").bookmarks]
    numbers = [title.split()[0] for title in headings if title[:1].isdigit()]
    assert numbers == ["1", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2"]


def test_the_report_alone_says_what_the_dossier_says():
    report = printed_dossier(demonstrated()).report
    text = unbroken(paper("eligibility_report").text)
    for found in report.findings:
        assert unbroken(found.title) in text
    for line in report.amounts:
        assert unbroken(line.label) in text


# ── the preparatory dossier ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def draft() -> Printed:
    return Printed(preparatory.pdf(demonstrated(0)))


def test_every_page_of_the_preparatory_dossier_says_that_nothing_is_filed(draft):
    assert len(draft.pages) > 10
    for number, text in enumerate(draft.pages, start=1):
        assert "BROUILLON, NON DÉPOSÉ" in text, number


def test_the_preparatory_dossier_has_no_code_and_no_fingerprint(draft):
    text = unbroken(draft.text)
    deposit = demonstrated(0)
    assert deposit.fingerprint not in text and unbroken(deposit.short_code) not in text
    assert "dossier.json" not in text
    assert deposit.fingerprint.encode() not in draft.content


def test_the_preparatory_dossier_is_whole_and_conformant(draft):
    text = plain(draft.text)
    for words in ("Fiche de synthèse", "Rapport d'éligibilité", "Déclarations et signature", "Plomberie du Pont rêvé"):
        assert words in text, words
    assert refusals(draft.content) == []


def test_the_overprint_is_a_drawing_that_nobody_reads_as_text():
    drawn = preparatory.overprint()
    assert "<text" not in drawn and "opacity" not in drawn
    assert drawn.count("<path") == sum(len(words) for words in preparatory.WORDS)
    assert drawn == preparatory.overprint.__wrapped__()


# ── the blank form ───────────────────────────────────────────────────────────────────────────────────────────────


@cache
def form(edition_id: str) -> Printed:
    return Printed(blank_form.pdf(Questionnaire.of(get_edition(edition_id))))


@pytest.mark.parametrize("edition", all_editions(), ids=lambda edition: edition.id)
def test_every_question_of_every_edition_is_found_once_with_its_reason(edition):
    """By its number and its wording: a condition names a question by its number alone."""
    laid_out = blank_form.blank_form(Questionnaire.of(edition))
    text = unbroken(form(edition.id).text)
    asked = [question for step in steps(edition) for question in questions_of(edition, step)]
    items = {item.anchor: item for part in (laid_out.pieces, *laid_out.parts) for item in part.items}
    assert set(items) == {question.anchor for question in asked}
    for question in asked:
        heading = unbroken(f"{items[question.anchor].number} {question.label}")
        assert text.count(heading) == 1, question.anchor
        for said in (question.hint, question.why):
            assert unbroken(said) in text, question.anchor
        for choice in question.choices or ():
            assert unbroken(choice.label) in text, question.anchor
        for column in question.columns:
            assert unbroken(column.label) in text, question.anchor
            for choice in column.choices or ():
                assert unbroken(choice.label) in text, question.anchor


@pytest.mark.parametrize("edition", all_editions(), ids=lambda edition: edition.id)
def test_every_blank_form_can_be_archived_and_listened_to(edition):
    assert refusals(form(edition.id).content) == []


def test_the_blank_form_is_to_be_read_and_not_sent_back():
    for number, text in enumerate(form("ademe_2022").pages, start=1):
        assert "À lire, pas à renvoyer" in plain(text), number
    assert "ne se renvoie pas" in plain(form("ademe_2022").text)


def test_the_blank_form_gives_the_calendar_and_its_sources():
    text = plain(form("fonds_vert_2025").text)
    for each in get_edition("fonds_vert_2025").rounds:
        assert plain(each.region.name_in_french) in text
    assert "relève du" in text
    assert "du 15 février 2022 au 29 avril 2022" in plain(form("ademe_2022").text)


def test_carried_over_rules_are_marked_as_such():
    carried, own = plain(form("fonds_vert_2026").text), plain(form("fonds_vert_2025").text)
    notice = plain(str(get_edition("fonds_vert_2026").texts["carried"]))
    assert notice in carried and notice not in own


def test_a_condition_names_a_question_by_its_number_on_this_paper():
    laid_out = blank_form.blank_form(Questionnaire.of(get_edition("ademe_2022")))
    items = {item.anchor: item for part in (laid_out.pieces, *laid_out.parts) for item in part.items}
    condition = items["size.links"].condition
    assert plain(condition) == f"Seulement si la réponse à {items['size.has_links'].number} est « Oui »."


def test_a_table_of_many_columns_keeps_them_all_in_tables_that_a_page_holds():
    laid_out = blank_form.blank_form(Questionnaire.of(get_edition("ademe_2022")))
    (links,) = [item for part in laid_out.parts for item in part.items if item.anchor == "size.links"]
    asked = next(
        question
        for step in steps(get_edition("ademe_2022"))
        for question in step.questions
        if question.anchor == "size.links"
    )
    assert asked.kind is Kind.TABLE
    assert sum(len(columns) for columns in links.tables) == len(asked.columns)
    assert {len(columns) for columns in links.tables} == {5}
