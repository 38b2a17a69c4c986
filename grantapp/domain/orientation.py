"""What to do at an instant, in one sentence: where to file, what stands in the way, what is not sure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from grantapp.domain.desk import Desk, Opening, desks
from grantapp.domain.edition import Edition
from grantapp.domain.eligibility import Citation, Conclusion, Verdict
from grantapp.domain.judgement import citations_as_json
from grantapp.domain.project import Project, question_at
from grantapp.french import PARIS, day, listing, plural, typeset


@dataclass(frozen=True)
class Note:
    """Something to know beside the sentence, with where it is written when a text says it."""

    text: str
    cites: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Orientation:
    """The desks in the order in which to go to them, and what to do."""

    at: datetime
    desks: tuple[Desk, ...]

    @property
    def open(self) -> tuple[Desk, ...]:
        return self._with(Opening.OPEN)

    @property
    def to_come(self) -> tuple[Desk, ...]:
        return self._with(Opening.TO_COME)

    @property
    def closed(self) -> tuple[Desk, ...]:
        return self._with(Opening.CLOSED)

    @property
    def admitting(self) -> tuple[Desk, ...]:
        """The open desks that do not refuse the project."""
        return tuple(desk for desk in self.open if not desk.refuses)

    def _with(self, opening: Opening) -> tuple[Desk, ...]:
        return tuple(desk for desk in self.desks if desk.opening is opening)

    def sentence(self, now: datetime) -> str:
        """What to do, said of today when `at` is the day of `now`, else of its own day."""
        filed_on = self.at.astimezone(PARIS).date()
        when = "Aujourd'hui" if filed_on == now.astimezone(PARIS).date() else f"Au {day(filed_on)}"
        return typeset(f"{when}, {self._advice()}")

    def _advice(self) -> str:
        if self.admitting:
            return self._where_to_file()
        if self.open:
            first = self.open[0]
            reasons = listing(f"« {each.title} »" for each in first.refusals)
            return f"aucun guichet ouvert n'admet le projet tel qu'il est décrit : à {_named(first)}, voyez {reasons}."
        if self.to_come:
            following = self.to_come[0]
            return f"aucun guichet n'est ouvert ; {_named(following)} ouvre le {day(following.window.opens_on)}."
        last = self.closed[0]
        return f"aucun guichet n'est ouvert : le dernier, {_named(last)}, s'est clos le {day(last.window.closes_on)}."

    def _where_to_file(self) -> str:
        first = self.admitting[0]
        if len(self.admitting) > 1 and first.precedes is None:
            names = listing(_named(desk) for desk in self.admitting)
            questions = listing((f"« {question_at(anchor).label} »" for anchor in first.undecided_by), "ou")
            return (
                f"{len(self.admitting)} guichets sont ouverts : {names}. "
                f"Pour savoir par lequel commencer, répondez à {questions}."
            )
        sentence = f"déposez à {_named(first)}, au plus tard le {day(first.window.closes_on)}"
        if first.judgement.conclusion is Conclusion.UNDETERMINED:
            unknown = len(first.judgement.of_verdict(Verdict.UNKNOWN))
            waiting = plural(unknown, "règle reste à juger", "règles restent à juger")
            sentence += f". Rien dans vos réponses ne s'y oppose, mais {waiting}"
        return f"{sentence}."

    @property
    def notes(self) -> tuple[Note, ...]:
        """Why that one first, what may follow, what is not confirmed."""
        notes = []
        for desk in self.admitting:
            if desk.precedes is not False and desk.edition.first_for and len(self.open) > 1:
                notes.append(Note(desk.edition.first_for.sentence, desk.edition.first_for.cites))
        notes += [Note(typeset(_not_confirmed(desk))) for desk in self.open if desk.edition.carried_from]
        if any(desk.region_decides for desk in self.desks):
            notes.append(
                Note(typeset("Certaines régions ont leurs propres dates : indiquez le code postal du terrain."))
            )
        if not self.open and not self.to_come:
            notes.append(Note(self.closed[0].edition.successor))
        return tuple(notes)


def orient(editions: Sequence[Edition], project: Project, at: datetime) -> Orientation:
    return Orientation(at, desks(editions, project, at))


def _named(desk: Desk) -> str:
    return f"« {desk.edition.title} » ({desk.edition.authority})"


def _not_confirmed(desk: Desk) -> str:
    origin = f"« {desk.carries.title} »" if desk.carries else "une édition précédente"
    return (
        f"Les règles de {_named(desk)} n'ont pas été trouvées : celles de {origin} sont reprises, sans confirmation. "
        "Appelez ce guichet avant de vous engager."
    )


def as_json(orientation: Orientation, now: datetime) -> dict[str, object]:
    """The published form: `grantapp guichet --json`."""
    first = orientation.admitting[0] if orientation.admitting else None
    return {
        "on": orientation.at.isoformat(),
        "sentence": orientation.sentence(now),
        "first": first.edition.id if first else None,
        "notes": [{"text": note.text, "citations": citations_as_json(note.cites)} for note in orientation.notes],
        "desks": [
            {
                "edition": desk.edition.id,
                "title": desk.edition.title,
                "authority": desk.edition.authority,
                "opening": desk.opening.value,
                "opens_on": desk.window.opens_on.isoformat(),
                "closes_on": desk.window.closes_on.isoformat(),
                "region_decides": desk.region_decides,
                "conclusion": desk.judgement.conclusion.value,
                "refusals": [each.rule for each in desk.refusals],
                "precedes": desk.precedes,
                "successor": desk.successor.id if desk.successor else None,
                "carried_from": desk.edition.carried_from or None,
            }
            for desk in orientation.desks
        ],
    }
