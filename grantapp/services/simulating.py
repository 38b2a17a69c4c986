"""What if? Pure reads over a draft: nothing here is ever saved."""

from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from grantapp.domain.people import Person
from grantapp.domain.sensitivity import deciding_answers
from grantapp.services import drafting
from grantapp.services.pages import DecidingPage


def deciding(session: Session, reference: str, *, now: datetime, by: Person) -> DecidingPage:
    """« Ce qui décide » : the answers of which another one would change the conclusion."""
    overview = drafting.overview(session, reference, now=now, by=by)
    edition, project, at = drafting.judged(session, reference, now=now, by=by)
    effects = deciding_answers(edition, project, at)
    by_question = groupby(effects, key=lambda effect: effect.change.anchor)  # they come in the order of the questions
    return DecidingPage(
        head=overview.head,
        judgement=overview.judgement,
        questions=tuple(tuple(others) for _, others in by_question),
    )
