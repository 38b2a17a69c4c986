"""The dossier: every answer once, in order, with its report, from the deposit alone."""

import os
import re
import subprocess
import sys
from datetime import date

import pytest

from grantapp.documents import dossier
from grantapp.documents.summary import shortened
from grantapp.domain.deposit import Deposit
from grantapp.domain.project import Project, sections
from grantapp.domain.question import Kind
from grantapp.domain.sections.applicant import Behalf, Member

PARTS = (
    "Fiche de synthèse",
    "Réponses",
    "Rapport d’éligibilité",
    "Pièces",
    "Déclarations et signature",
    "À propos de ce document",
)


def markers(project: Project) -> dict[str, str]:
    """The text typed in each free field, by its path."""
    found = {}
    for section in sections():
        for question in section.questions:
            value = project.answer(question.anchor)
            if question.kind in (Kind.LINE, Kind.TEXT):
                found[question.anchor] = value
            elif question.kind is Kind.TABLE:
                for number, row in enumerate(value):
                    for column in question.columns:
                        if column.kind is Kind.LINE:
                            found[f"{question.anchor}[{number}].{column.name}"] = getattr(row, column.name)
    return found


def unbroken(text: str) -> str:
    """Narrow cells may cut a long marker at the end of a line."""
    return re.sub(r"[\s\ufffe\u00ad\u200b]", "", text)


def test_every_free_answer_is_printed_exactly_once_among_the_answers(sample, project_with):
    _, printed = sample
    answers = unbroken(printed.part("2 Réponses", "3 Rapport d’éligibilité"))
    typed = markers(project_with())
    assert len(typed) > 30
    times = {path: len(re.findall(f"{re.escape(text)}(?![a-z])", answers)) for path, text in typed.items()}
    assert times == dict.fromkeys(typed, 1)


def test_every_question_that_was_asked_has_its_label_in_the_order_of_the_pages(sample):
    deposit, printed = sample
    text = unbroken(printed.part("2 Réponses", "6 À propos de ce document"))
    here = 0
    for section in sorted(deposit.content["sections"], key=lambda each: each["name"] in ("pieces", "declarations")):
        for answer in section["answers"]:
            here = text.index(unbroken(answer["label"]), here)


def test_the_parts_come_in_order_with_their_bookmarks(sample):
    deposit, printed = sample
    titles = [title for level, title in printed.bookmarks if level == 1]
    assert titles == [f"{number} {title}" for number, title in enumerate(PARTS, start=1)]
    under_answers = [title for level, title in printed.bookmarks if level == 2 and title.startswith("2.")]
    named = [each["title"] for each in deposit.content["sections"] if each["name"] not in ("pieces", "declarations")]
    assert [unbroken(title) for title in under_answers] == [
        unbroken(f"2.{number} {title}") for number, title in enumerate(named, start=1)
    ]


def test_the_table_of_contents_gives_the_page_of_each_part(sample):
    _, printed = sample
    contents = printed.pages[1]
    for number, title in enumerate(PARTS, start=1):
        page = next(index for index, text in enumerate(printed.pages[2:], start=3) if f"{number} {title}" in text)
        assert f"{number} {title} {page} " in f"{contents} ", title


def test_the_cover_and_the_foot_say_which_deposit_this_is(sample):
    deposit, printed = sample
    cover = printed.pages[0]
    for expected in ("F22-0042", "version 1", "29 avril 2022 à 23 h 59 min 59 s", "Camille Exemple", "version 2022.7"):
        assert expected in cover
    assert deposit.fingerprint in unbroken(cover)
    assert "service non officiel" in cover
    for number, page in enumerate(printed.pages[1:], start=2):
        assert f"F22-0042 v1 · {deposit.short_code}" in page
        assert f"Page {number} / {len(printed.pages)}" in page


def test_a_project_printed_from_its_file_claims_no_deposit(deposit_of, read):
    printed = read(dossier.pdf(deposit_of(Project(), steps=("request", "declarations"), number=0)))
    assert "non déposé" in printed.pages[0].lower()
    assert "rien n’a été déposé" in printed.text
    assert not re.search(r"Déposé (le|par)|déposé en ligne|v0", printed.text)


def test_the_summary_sheet_holds_on_one_page_even_when_every_answer_is_as_long_as_may_be(
    deposit_of, project_with, read
):
    project = project_with(lambda _: "Un texte aussi long que le formulaire l'accepte, et même davantage. " * 3, rows=1)
    printed = read(dossier.pdf(deposit_of(project)))
    assert "1 Fiche de synthèse" in printed.pages[2]
    assert printed.bodies[3].startswith("2 Réponses")


def test_each_finding_is_printed_with_its_words_and_its_sources(sample):
    _, printed = sample
    report = printed.part("3 Rapport d’éligibilité", "4 Pièces")
    assert "R02 Avoir un résumé court" in report
    assert "Non remplie · règle à signaler" in report
    assert "Le résumé est long : dix lignes suffisent." in report
    assert "[2] Règle à confirmer : Lue pour une autre année." in report
    assert "https://appel.example/cahier.pdf" in printed.text
    assert "https://appel.example/questions" in printed.text
    assert "Éligible sous réserve" in printed.pages[0]


def test_amounts_are_printed_with_what_they_rest_on_and_never_invented(sample):
    _, printed = sample
    amounts = printed.part("3.2 Montants", "3.3 Taille")
    assert "Coût total de l’opération Somme des dépenses, hors taxes. 2 501 €" in amounts
    assert "Aucune source ne le donne." in amounts


def test_the_ceilings_are_printed_with_their_arithmetic_and_the_lowest_is_named(sample):
    _, printed = sample
    amounts = printed.part("3.2 Montants", "3.3 Taille")
    assert "40 % de 2 501 € = 1 000,40 €. C’est le plafond qui s’applique." in amounts
    assert "Le plus bas des plafonds : 40 % des études. Ce plafond est une règle à confirmer." in amounts
    assert "15 % de 1 000,40 € = 150,06 €. Au plus 15 % de l’aide. Vous demandez 40 %." in amounts


def test_the_summary_sheet_tells_the_largest_grant_and_leaves_the_ceilings_to_the_report(sample):
    _, printed = sample
    assert re.search(r"Aide la plus haute possible, à confirmer\s+1 000,40 €", printed.pages[2])
    assert re.search(r"Demandé au-delà du plafond\s+1 500,60 €", printed.pages[2])
    assert "Plafond «" not in printed.pages[2]


def test_each_computation_is_printed_line_by_line(sample):
    deposit, printed = sample
    text = unbroken(printed.part("3.4 Calculs expliqués", "3.5 Autres voies"))
    assert [each["code"] for each in deposit.content["judgement"]["computations"]] == [
        "difficulty",
        "de_minimis",
        "cumulation",
        "work_start",
    ]
    for each in deposit.content["judgement"]["computations"]:
        for said in (each["title"], each["sentence"], *each["lines"]):
            assert unbroken(said) in text


def test_a_deposit_frozen_before_computations_were_explained_still_prints(sample, read):
    deposit, _ = sample
    judgement = {name: value for name, value in deposit.content["judgement"].items() if name != "computations"}
    printed = read(dossier.pdf(Deposit({**deposit.content, "judgement": judgement})))
    assert "Calculs expliqués" not in printed.text
    assert "3.4 Autres voies" in printed.text and "3.5 Sources citées" in printed.text


def test_each_piece_is_printed_with_its_size_and_its_whole_fingerprint(sample):
    deposit, printed = sample
    pieces = unbroken(printed.part("4 Pièces", "5 Déclarations"))
    asked = next(each for each in deposit.content["sections"] if each["name"] == "pieces")["answers"]
    for answer in asked:
        assert pieces.count(answer["pieces"][0]["name"]) == 1
    assert pieces.count("0123456789abcdef" * 4) == len(asked)
    assert "12ko" in pieces


def test_an_unanswered_question_is_said_to_be(deposit_of, read):
    printed = read(dossier.pdf(deposit_of(Project(), steps=("request",))))
    answers = printed.part("2 Réponses", "3 Rapport")
    assert answers.count("— sans réponse") == 5
    assert "Projet sans titre" in printed.pages[0]


def test_a_total_is_printed_once_under_a_table_of_two_hundred_rows(deposit_of, project_with, read):
    project = project_with(rows=200)
    printed = read(dossier.pdf(deposit_of(project, steps=("expenditure",))))
    text = printed.part("2 Réponses", "3 Rapport")
    assert text.count("250 100,00") == 1
    assert all(f"Marqueexpenditurelines{row}label" in unbroken(text) for row in range(200))
    assert text.count("Date prévue") > 4  # the head of the table is repeated on each page


def test_the_ninety_members_keep_their_numbers(deposit_of, read):
    firms = tuple(Member(name=f"Firme {number:03}", siren="000010009", town="Avignon") for number in range(1, 91))
    project = Project().with_answers(
        {"request.behalf": Behalf.MEMBERS, "members.firms": firms, "request.title": "Quatre-vingt-dix"}
    )
    text = read(dossier.pdf(deposit_of(project, steps=("request", "members")))).part("2 Réponses", "3 Rapport")
    assert all(f"{number} Firme {number:03}" in text for number in range(1, 91))


def test_progress_is_told_in_french(deposit_of):
    told: list[str] = []
    dossier.pdf(deposit_of(Project(), steps=("request",)), progress=told.append)
    assert told[:2] == ["Préparation du dossier…", "Mise en pages…"]
    assert re.fullmatch(r"Dossier prêt\u00a0: \d+\u00a0ko\.", told[2])


def test_the_same_deposit_gives_the_same_bytes_in_another_process_on_another_day(sample, tmp_path):
    deposit, printed = sample
    stored = tmp_path / "deposit.json"
    stored.write_bytes(deposit.canonical)
    script = (
        "import sys; from pathlib import Path; from grantapp.documents import dossier;"
        "from grantapp.domain.deposit import thaw;"
        "sys.stdout.buffer.write(dossier.pdf(thaw(Path(sys.argv[1]).read_bytes())))"
    )
    environment = {"PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    other = subprocess.run(
        [sys.executable, "-c", script, str(stored)],
        capture_output=True,
        check=True,
        env=os.environ | environment,
    )
    assert other.stdout == printed.content


def test_dates_of_the_file_are_those_of_the_deposit(sample):
    _, printed = sample
    assert printed.metadata["CreationDate"].startswith("D:20220429215959")
    assert printed.metadata["ModDate"] == printed.metadata["CreationDate"]
    assert str(date.today().year) not in printed.metadata["CreationDate"]  # noqa: DTZ011 - whatever today is


@pytest.mark.parametrize("text", ["court", "x" * 300, "mot " * 100])
def test_a_shortened_text_never_passes_its_length(text):
    assert len(shortened(text, 80)) <= 80
    assert shortened("court", 80) == "court"
