"""The summary sheet names questions by their anchors: a renamed one must not leave it in silence."""

from datetime import UTC, datetime

import pypdfium2

from grantapp.documents.dossier import pdf as printed
from grantapp.documents.summary import KEY_ANSWERS
from grantapp.domain.project import is_anchor
from grantapp.editions import get_edition
from grantapp.services import demonstration
from grantapp.services.judging import Case, unfiled


def test_every_answer_of_the_summary_sheet_is_a_question_of_the_vocabulary():
    named = [anchor for column in KEY_ANSWERS for _, rows in column for _, found in rows for anchor in found]
    assert len(named) > 20
    assert [anchor for anchor in named if not is_anchor(anchor)] == []


def test_the_summary_sheet_of_the_demonstration_holds_on_its_page():
    """The reviewer's sheet is one page: every heading of it, and its last line, stand there."""
    now = datetime(2022, 3, 15, 11, tzinfo=UTC)
    case = Case(demonstration.project(), get_edition(demonstration.EDITION), now)
    document = pypdfium2.PdfDocument(printed(unfiled(case)))
    sheet = document[2].get_textpage().get_text_range()
    for words in ("Fiche de synthèse", "Qui", "Où", "Quoi", "Quand", "Combien", "À vérifier", "Jugé le"):
        assert words in sheet, words
    document.close()
