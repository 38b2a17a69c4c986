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
    REOPEN = "reopen"  # a filed dossier becomes the draft of its next version
    RENOUNCE = "renounce"  # that draft is given up: the dossier is again what it was filed as


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """Something a person may not do now; its text says why and what to do, in French."""

    def __init__(self, sentence: str) -> None:
        super().__init__(typeset(sentence))

    @property
    def sentence(self) -> str:
        return str(self)


ALLOWED = {
    (State.DRAFT, Move.SAVE): State.DRAFT,
    (State.DRAFT, Move.DEPOSIT): State.DEPOSITED,
    (State.DEPOSITED, Move.REOPEN): State.DRAFT,
    (State.DRAFT, Move.RENOUNCE): State.DEPOSITED,
}
REFUSALS = {
    (State.DEPOSITED, Move.SAVE): (
        "Ce dossier est déposé : il ne se modifie plus. Pour le corriger, préparez-en une nouvelle version."
    ),
    (State.DEPOSITED, Move.DEPOSIT): "Ce dossier est déjà déposé.",
    (State.DRAFT, Move.REOPEN): "Ce dossier est en préparation : modifiez ses réponses directement.",
    (State.DEPOSITED, Move.RENOUNCE): "Aucune nouvelle version n'est en préparation : le dossier déposé est intact.",
}


def move(state: State, wanted: Move) -> State:
    """The state after a move, or `Refused`. Whether the call still receives, and whether a version was ever filed, are
    questions for the use case."""
    if (state, wanted) in ALLOWED:
        return ALLOWED[state, wanted]
    raise Refused(REFUSALS[state, wanted])
