"""The moves a dossier may make."""

import pytest

from grantapp.domain.lifecycle import Move, Refused, State, move


def test_a_draft_may_be_saved_and_deposited():
    assert move(State.DRAFT, Move.SAVE) is State.DRAFT
    assert move(State.DRAFT, Move.DEPOSIT) is State.DEPOSITED


def test_a_deposited_dossier_may_be_taken_up_again_and_that_given_up():
    assert move(State.DEPOSITED, Move.REOPEN) is State.DRAFT
    assert move(State.DRAFT, Move.RENOUNCE) is State.DEPOSITED


def test_a_draft_is_not_taken_up_again():
    with pytest.raises(Refused, match="modifiez ses réponses directement"):
        move(State.DRAFT, Move.REOPEN)


@pytest.mark.parametrize("wanted", sorted(set(Move) - {Move.REOPEN}))
def test_a_deposited_dossier_moves_no_other_way_and_says_why(wanted):
    with pytest.raises(Refused, match="déposé"):
        move(State.DEPOSITED, wanted)
