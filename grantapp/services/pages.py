"""What a page is given: frozen values, never a table row, so that no query can start from a template."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from grantapp.domain import sharing
from grantapp.domain.desk import Desk
from grantapp.domain.edition import Amendment, Edition, Window
from grantapp.domain.eligibility import AnyRule, Finding
from grantapp.domain.judgement import Judgement
from grantapp.domain.lifecycle import State
from grantapp.domain.project import Project, Section
from grantapp.domain.project_file import Fault
from grantapp.domain.question import Question
from grantapp.domain.reasoning import Reasoning
from grantapp.domain.wizard import Gap, StepState, questions_of
from grantapp.services.offered import Paper


@dataclass(frozen=True)
class FiledVersion:
    """The last version of a dossier that was filed: it stays so while the next one is prepared."""

    number: int
    deposited_at: datetime


@dataclass(frozen=True)
class SharedParts:
    """What a dossier in a collective one takes from its cooperative."""

    collective: str  # its reference
    cooperative: str
    sections: frozenset[str]  # those it inherits: without those it answers for itself
    overridden: Mapping[str, str]  # section → the reason to answer it otherwise
    saved_at: Mapping[str, datetime]  # section → when the cooperative last saved it

    def is_own(self, anchor: str) -> bool:
        """Whether the firm answers this question itself."""
        return sharing.is_own(anchor, self.sections)


@dataclass(frozen=True)
class Led:
    """The collective dossier that a dossier leads: whom its answers reach."""

    collective: str  # its reference
    firms: int  # that take part
    filed: int  # of them, those that filed: what they filed does not change


@dataclass(frozen=True)
class DossierHead:
    """What every page of a dossier shows at its top."""

    reference: str
    title: str  # the project's title, or « Projet sans titre »
    organisation: str
    state: State
    edition: Edition
    updated_at: datetime
    deposited_at: datetime | None = None
    filed: FiledVersion | None = None
    shared: SharedParts | None = None  # in a collective dossier
    only_filed: bool = False  # whoever looks may read what was filed, and nothing else
    organisation_id: UUID | None = None

    @property
    def number(self) -> int:
        """The version that these answers are, or will be when they are filed."""
        last = self.filed.number if self.filed else 0
        return last if self.state is State.DEPOSITED else last + 1


@dataclass(frozen=True)
class TaskLine:
    """One line of the task list."""

    section: Section
    state: StepState
    gaps: int
    is_shared: bool = False  # answered by the cooperative, and nothing in it is asked of the firm


@dataclass(frozen=True)
class OverviewPage:
    head: DossierHead
    tasks: tuple[TaskLine, ...]
    judgement: Judgement
    changed: tuple[Amendment, ...]  # errata of the call that a draft was not saved under, the newest first
    filed_under: str | None  # the version of the rules that the last deposit was judged under
    correction: str = ""  # what the cooperative asks to correct in the last filed version
    led: Led | None = None

    @property
    def own_tasks(self) -> tuple[TaskLine, ...]:
        """What this dossier asks of whoever fills it; for a member, without what cannot concern it."""
        tasks = (each for each in self.tasks if not each.is_shared)
        return tuple(each for each in tasks if self.head.shared is None or each.state is not StepState.NOT_ASKED)

    @property
    def shared_tasks(self) -> tuple[TaskLine, ...]:
        return tuple(each for each in self.tasks if each.is_shared)


@dataclass(frozen=True)
class AttachmentLine:
    id: UUID
    piece: str  # the question's name in the pieces section: management_plan, accounts…
    name: str
    media_type: str
    size: int
    sha256: str
    added_at: datetime
    pages: int | None = None  # of what was attached before pieces were opened
    thumbnail: str | None = None  # the SHA-256 of a small JPEG
    is_shared: bool = False  # given by the cooperative of a collective dossier


@dataclass(frozen=True)
class TakenOver:
    """Answers that nobody has typed in this draft: given by the organisation before, or said by its cooperative."""

    given_on: date
    cooperative: str | None


@dataclass(frozen=True)
class StepPage:
    """One section to fill. `record` holds the understood answers, `raw` what was typed, field by field."""

    head: DossierHead
    section: Section
    number: int  # its place among the steps asked, from 1
    count: int
    questions: tuple[Question, ...]
    record: Any
    raw: dict[str, list[str]] | None
    version: int
    saved_at: datetime | None
    previous: Section | None
    following: Section | None
    project: Project
    judgement: Judgement
    findings: tuple[Finding, ...]  # those that need an answer of this section
    attachments: tuple[AttachmentLine, ...] = ()
    saved_by: str = ""  # « Camille Exemple, de la Coopérative …, sous mandat », when the cooperative saved it
    given: "SectionAnswers | None" = None  # of a shared section, what the cooperative answered
    led: Led | None = None
    taken_over: TakenOver | None = None
    hint: str = ""  # something to look at twice, which prevents nothing

    @property
    def is_shared(self) -> bool:
        """The cooperative answers it; the firm, at most, the questions of the page that are its own."""
        return self.given is not None

    @property
    def reasonings(self) -> tuple[Reasoning, ...]:
        """The computations that begin with the answers of this section."""
        return tuple(each for each in self.judgement.reasonings if each.section == self.section.name)


@dataclass(frozen=True)
class ConflictingAnswer:
    """One question on which a stale save and the saved section differ; texts as a French reader sees them."""

    question: Question
    theirs: str
    yours: str


@dataclass(frozen=True)
class ConflictPage:
    step: StepPage  # as it is saved now: its version is the one to send back
    by: str
    at: datetime
    differences: tuple[ConflictingAnswer, ...]


@dataclass(frozen=True)
class MissingPage:
    """« Ce qui manque » : what stands between the draft and the filing, and what only deserves attention."""

    head: DossierHead
    answers: tuple[Gap, ...]
    pieces: tuple[Gap, ...]
    refusals: tuple[Finding, ...]  # blocking, not met
    undecided: tuple[Finding, ...]  # blocking, unknown
    warnings: tuple[Finding, ...]  # warnings not met or unknown: they do not prevent filing
    judgement: Judgement

    @property
    def is_clear(self) -> bool:
        return not (self.answers or self.pieces or self.refusals or self.undecided)

    @property
    def own_answers(self) -> tuple[Gap, ...]:
        return tuple(each for each in self.answers if self._is_own(each))

    @property
    def own_pieces(self) -> tuple[Gap, ...]:
        return tuple(each for each in self.pieces if self._is_own(each))

    @property
    def awaited(self) -> tuple[Gap, ...]:
        """What the cooperative has still to give: no line of the firm's own to-do."""
        return tuple(each for each in (*self.answers, *self.pieces) if not self._is_own(each))

    def _is_own(self, gap: Gap) -> bool:
        return self.head.shared is None or self.head.shared.is_own(gap.anchor)


@dataclass(frozen=True)
class AnswerLine:
    """One answer on the check-your-answers page: a text, or a table."""

    question: Question
    text: str | None
    rows: tuple[tuple[str | None, ...], ...] = ()
    totals: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class SectionAnswers:
    section: Section
    answers: tuple[AnswerLine, ...]


@dataclass(frozen=True)
class ReviewPage:
    """« Vérifier vos réponses »."""

    head: DossierHead
    sections: tuple[SectionAnswers, ...]
    attachments: tuple[AttachmentLine, ...]
    judgement: Judgement
    missing: MissingPage


@dataclass(frozen=True)
class PaperPage:
    """One paper of a dossier: of the version `number`, or of the draft."""

    head: DossierHead
    paper: Paper
    number: int | None
    is_of: datetime | None = None  # the instant at which the draft was printed
    is_stale: bool = False  # it would print otherwise now


@dataclass(frozen=True)
class FormPage:
    """The blank form of an edition; `retry_at` when it failed, and nobody may have it tried again before."""

    edition: Edition
    paper: Paper
    retry_at: datetime | None


@dataclass(frozen=True)
class ReceiptPage:
    """The proof of filing, shown at once; the PDF follows when the worker has made it."""

    head: DossierHead
    number: int
    deposited_at: datetime
    deposited_by: str
    fingerprint: str
    short_code: str
    pdf_ready: bool
    pdf_size: int | None
    pdf_failed: bool
    judgement: dict[str, Any]  # as frozen: services never judge a deposit again
    pieces: tuple[AttachmentLine, ...]
    papers: tuple[Paper, ...]
    versions: tuple["VersionLine", ...] = ()  # every one that was filed, the last first

    @property
    def is_last(self) -> bool:
        return not self.versions or self.versions[0].number == self.number


@dataclass(frozen=True)
class VersionLine:
    """One filed version in the list of them."""

    number: int
    deposited_at: datetime
    deposited_by: str
    short_code: str
    pdf_ready: bool
    pdf_size: int | None
    changed: str  # « 2 réponses changées… », empty for the first version


@dataclass(frozen=True)
class ChangesPage:
    """What one version changes to the one before: filed, or as the draft would be if it were filed now."""

    head: DossierHead
    number: int
    deposited_at: datetime | None  # None for the version in preparation
    previous_number: int | None
    previous_at: datetime | None
    changes: Mapping[str, Any] | None  # as a deposit keeps them; None for a first version
    in_short: str
    saved_since: tuple[Section, ...] = ()  # of the version in preparation, the sections saved since the last filing
    seen: str = ""  # what this page was made from: giving up a version asks for it back
    window: Window | None = None  # in which the next version may be filed
    refusal: str = ""  # why the next version cannot be begun now

    @property
    def is_empty(self) -> bool:
        return not self.in_short


@dataclass(frozen=True)
class FoundPiece:
    """A file that a dossier to take up again names, and whether it came with it."""

    piece: str
    label: str
    name: str
    size: int
    is_there: bool


@dataclass(frozen=True)
class FoundPage:
    """« Reprendre un dossier depuis un fichier » : what the file holds, before anything is made of it."""

    name: str
    kind: str  # « archive PDF », « dépôt », « fichier de projet »
    title: str
    edition: str | None  # the title of the edition it names, when it is known
    version: str  # « A22-0001, version 2, déposée le … » for a deposit, else empty
    answers: int
    sections: tuple[tuple[str, int], ...]  # title, answers
    pieces: tuple[FoundPiece, ...]
    faults: tuple[Fault, ...]
    desks: tuple[Desk, ...]  # where a draft may be begun now


@dataclass(frozen=True)
class RuleLine:
    """A rule with the questions it looks at, for people who have no project yet."""

    rule: AnyRule
    title: str
    looks_at: tuple[str, ...]
    only_if: tuple[str, ...]  # the answers without which it is not judged
    is_verified: bool


@dataclass(frozen=True)
class EditionPage:
    """« L'appel » : what one edition wants, asks, cites, and does not know."""

    edition: Edition
    is_open: bool
    blocking: tuple[RuleLine, ...]
    warnings: tuple[RuleLine, ...]
    sections: tuple[Section, ...]  # what is asked, the pieces apart
    pieces: tuple[Question, ...]
    earlier_and_later: tuple[Edition, ...]  # the other editions, the most recent first

    @property
    def rules(self) -> tuple[RuleLine, ...]:
        return self.blocking + self.warnings

    def questions_of(self, section: Section) -> tuple[Question, ...]:
        return questions_of(self.edition, section)


# ── a dossier in a collective one ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class MandateLine:
    """A mandate that was given, to the letter."""

    wording: str
    given_at: datetime
    given_by: str
    revoked_at: datetime | None


@dataclass(frozen=True)
class MandatePage:
    """« Le mandat » : what the cooperative may do in this dossier, and until when."""

    head: DossierHead
    wording: str  # of the one in force, or of the one that would be given
    in_force: MandateLine | None
    past: tuple[MandateLine, ...]
    may_decide: bool  # whether this person engages the firm


@dataclass(frozen=True)
class OwnAnswersPage:
    """« Revenir à la partie commune » : what the firm answered otherwise, and what the cooperative answers."""

    head: DossierHead
    section: Section
    reason: str
    own: SectionAnswers
    shared: SectionAnswers


@dataclass(frozen=True)
class ParticipationPage:
    """« Votre participation » : what the firm agreed to, and how to leave."""

    head: DossierHead
    organisation: str
    agreed_at: datetime | None
    agreed_by: str
    assembled: tuple[int, ...]  # the versions of the collective dossier in which the firm stands already
    has_mandate: bool
    correction: str  # what the cooperative asks to correct; else empty
    may_decide: bool
