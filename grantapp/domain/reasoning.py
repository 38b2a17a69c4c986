"""A computation explained: its result, the lines that lead to it, what is missing, where it is written."""

from collections.abc import Mapping
from dataclasses import dataclass

from grantapp.domain.eligibility import Citation
from grantapp.french import typeset


@dataclass(frozen=True, kw_only=True)
class Reasoning:
    """What is shown on the page of the section it is about, printed in the dossier and told in the terminal."""

    code: str
    section: str  # the section whose answers it reads first
    title: str
    sentence: str
    lines: tuple[str, ...]
    missing: tuple[str, ...]  # anchors of the questions without which it is not finished
    citations: tuple[Citation, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", typeset(self.title))
        object.__setattr__(self, "sentence", typeset(self.sentence))
        object.__setattr__(self, "lines", tuple(typeset(line) for line in self.lines))
        object.__setattr__(self, "missing", tuple(dict.fromkeys(self.missing)))

    @property
    def values(self) -> Mapping[str, object]:
        """The results as values (`bool`, `Decimal`, `date`, text or None), for whoever computes with them."""
        return {}
