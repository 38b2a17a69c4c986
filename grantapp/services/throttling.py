"""How often a password, a link or a code may be tried. Counted in the database: by every process, through a restart."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from sqlalchemy.orm import Session

from grantapp.domain.lifecycle import Refused
from grantapp.domain.throttle import Gate, wait
from grantapp.french import plural
from grantapp.storage import people
from grantapp.storage.models import AttemptRow

KEPT = timedelta(days=1)

SENTENCES = {
    Gate.SIGN_IN: "Trop d'essais avec cette adresse électronique. Réessayez dans {delay}, ou recevez un "
    "lien de connexion par courriel.",
    Gate.SIGN_IN_ORIGIN: "Trop d'essais depuis votre réseau. Réessayez dans {delay}.",
    Gate.LINK: "Plusieurs liens ont déjà été demandés pour cette adresse : cherchez-les dans vos messages, courrier "
    "indésirable compris. Vous pourrez en demander un autre dans {delay}.",
    Gate.LINK_ORIGIN: "Trop de liens demandés depuis votre réseau. Réessayez dans {delay}.",
    Gate.CODE: "Trop de codes faux. Réessayez dans {delay}.",
}


def take(session: Session, subjects: Mapping[Gate, str | None], *, at: datetime) -> None:
    """Count one try at each gate, and commit, so that it counts whatever follows; or `Refused`, which counts nowhere.

    A gate without a subject is open. `at` is the real time, whatever day the site shows.
    """
    asked = [(gate, _hidden(gate, subject)) for gate, subject in subjects.items() if subject is not None]
    for gate, subject in asked:
        delay = wait(gate, people.attempts(session, gate, subject, at - gate.within), at)
        if delay:
            raise Refused(SENTENCES[gate].format(delay=plural(ceil(delay / timedelta(minutes=1)), "minute")))
    session.add_all([AttemptRow(gate=gate, subject=subject, at=at) for gate, subject in asked])
    people.drop_old_attempts(session, at - KEPT)
    session.commit()


def forget(session: Session, gate: Gate, subject: str) -> None:
    """The right answer was given: the wrong ones before it do not count. In the caller's transaction."""
    people.forget_attempts(session, gate, _hidden(gate, subject))


def _hidden(gate: Gate, subject: str) -> str:
    return sha256(f"{gate}\0{subject}".encode()).hexdigest()
