"""What a page is given of what is only tried: other answers, another day, other editions. Nothing of it is saved."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from grantapp.domain.comparison import Comparison
from grantapp.domain.desk import Desk
from grantapp.domain.edition import Edition
from grantapp.domain.eligibility import Finding
from grantapp.domain.judgement import Judgement
from grantapp.domain.orientation import Orientation
from grantapp.domain.project import Section
from grantapp.domain.sensitivity import Effect
from grantapp.services.pages import DossierHead, StepPage


@dataclass(frozen=True)
class DecidingPage:
    """« Ce qui décide » : for each question that decides, what its other answers would do. Nothing of it is saved."""

    head: DossierHead
    judgement: Judgement
    questions: tuple[tuple[Effect, ...], ...]


@dataclass(frozen=True)
class PrecheckPage:
    """What a few answers already say."""

    edition: Edition
    is_open: bool
    judgement: Judgement
    refusals: tuple[Finding, ...]
    met: tuple[Finding, ...]
    refusing: tuple[Desk, ...]  # other editions that are open, and refuse


@dataclass(frozen=True)
class Amounts:
    """One line of the arithmetic, as it is and as it would be; euros."""

    label: str
    today: Decimal | None
    supposed: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.today is None or self.supposed is None else self.supposed - self.today


@dataclass(frozen=True)
class Change:
    """A dossier judged as it is and as it would be: the amounts, and the rules of which the verdict turns."""

    today: Judgement
    supposed: Judgement
    amounts: tuple[Amounts, ...]
    flipped: tuple[tuple[Finding | None, Finding | None], ...]  # a rule before and after; None where it does not apply


@dataclass(frozen=True)
class WhatIfPage:
    """« Et si… » : one section with other answers, beside the dossier as it is. Nothing of it is saved."""

    today: StepPage
    supposed: StepPage
    change: Change


@dataclass(frozen=True)
class OtherDayPage:
    """« Et si je déposais le… » : the dossier as it is, filed at another instant. Nothing of it is saved."""

    head: DossierHead
    at: datetime
    change: Change
    advice: str  # which desk, at that instant


@dataclass(frozen=True)
class Supposition:
    """A section to try other answers in, and what one learns there."""

    section: Section
    sentence: str


@dataclass(frozen=True)
class SuppositionsPage:
    """« Et si… » : what may be tried on a dossier."""

    head: DossierHead
    judgement: Judgement
    first: tuple[Supposition, ...]  # what moves the amounts and the dates
    others: tuple[Section, ...]


@dataclass(frozen=True)
class OrientationPage:
    """« Quel guichet aujourd'hui ? », for a few answers, or for a dossier."""

    orientation: Orientation
    sentence: str
    is_today: bool
    head: DossierHead | None


@dataclass(frozen=True)
class ComparisonPage:
    """One dossier by several editions; `offered` are those to choose from, in the order of the desks."""

    head: DossierHead
    comparison: Comparison
    offered: tuple[Edition, ...]
