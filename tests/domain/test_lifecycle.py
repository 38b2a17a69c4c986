"""The moves a dossier may make."""

import pytest

from grantapp.domain.lifecycle import Move, Refused, State, move


def test_a_draft_may_be_saved_and_deposited():
    assert move(State.DRAFT, Move.SAVE) is State.DRAFT
    assert move(State.DRAFT, Move.DEPOSIT) is State.DEPOSITED


@pytest.mark.parametrize("wanted", Move)
def test_a_deposited_dossier_does_not_move_and_says_why(wanted):
    with pytest.raises(Refused, match="déposé"):
        move(State.DEPOSITED, wanted)
