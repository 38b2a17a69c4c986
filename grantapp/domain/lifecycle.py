"""The life of a dossier: its states, the moves between them, and the sentence of each refusal."""

from enum import StrEnum

from grantapp.french import typeset


class State(StrEnum):
    DRAFT = "draft"
    DEPOSITED = "deposited"

    @property
    def label(self) -> str:
        return {"draft": "Brouillon, non déposé", "deposited": "Déposé"}[self.value]


class Move(StrEnum):
    SAVE = "save"
    DEPOSIT = "deposit"


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """Something a person may not do now; its text says why and what to do, in French."""

    def __init__(self, sentence: str) -> None:
        super().__init__(typeset(sentence))

    @property
    def sentence(self) -> str:
        return str(self)


ALLOWED = {(State.DRAFT, Move.SAVE): State.DRAFT, (State.DRAFT, Move.DEPOSIT): State.DEPOSITED}
REFUSALS = {
    (State.DEPOSITED, Move.SAVE): "Ce dossier est déposé : il ne se modifie plus.",
    (State.DEPOSITED, Move.DEPOSIT): "Ce dossier est déjà déposé.",
}


def move(state: State, wanted: Move) -> State:
    """The state after a move, or `Refused`."""
    if (state, wanted) in ALLOWED:
        return ALLOWED[state, wanted]
    raise Refused(REFUSALS[state, wanted])
