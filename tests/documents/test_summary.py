"""The summary sheet names questions by their anchors: a renamed one must not leave it in silence."""

from grantapp.documents.summary import KEY_ANSWERS
from grantapp.domain.project import is_anchor


def test_every_answer_of_the_summary_sheet_is_a_question_of_the_vocabulary():
    named = [anchor for column in KEY_ANSWERS for _, rows in column for _, found in rows for anchor in found]
    assert len(named) > 20
    assert [anchor for anchor in named if not is_anchor(anchor)] == []
