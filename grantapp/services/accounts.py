"""Who is who: an account, its password, the person it stands for. How one comes in is `entering`."""

import unicodedata
from datetime import datetime
from functools import cache
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session
from stdnum.fr import siren as siren_number

from grantapp.domain.answer import Misread, readable
from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import LONGEST_PASSWORD, SHORTEST_PASSWORD, Membership, Person, Role
from grantapp.french import moment
from grantapp.services import journal, mailing
from grantapp.storage import people, queries
from grantapp.storage.models import MembershipRow, OrganisationRow, PersonRow

LONGEST_NAME = 200
NO_PASSWORD = "none"  # noqa: S105 - in the place of a hash: whoever came by an invitation has chosen none yet

# OWASP's parameters: about 30 ms a check, so that two cores stand a crowd at the closing hour.
_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)


def sign_up(
    session: Session, *, name: str, email: str, password: str, organisation: str, siren: str, now: datetime
) -> Person:
    """A person and the organisation in whose name that person acts, or `Refused`; nobody is written to."""
    person = create(session, name=name, email=email, password=password, organisation=organisation, siren=siren, now=now)
    session.commit()
    return person


def create(
    session: Session, *, name: str, email: str, password: str, organisation: str, siren: str, now: datetime
) -> Person:
    """The same, in the caller's transaction."""
    name, organisation = one_line(name), one_line(organisation)
    if not name or not organisation:
        raise Refused("Indiquez votre nom et celui de votre organisation.")
    siren = siren_number.compact(siren)
    if not siren_number.is_valid(siren):
        raise Refused("Ce numéro SIREN n'existe pas : vérifiez ses 9 chiffres.")
    password_hash = _hash_of(password)
    address = one_spelling(email)
    if queries.find_person_by_email(session, address):
        raise Refused("Un compte existe déjà avec cette adresse électronique : connectez-vous.")
    organisation_row = OrganisationRow(id=uuid4(), name=organisation, siren=siren, created_at=now)
    person_row = PersonRow(id=uuid4(), name=name, email=address, password_hash=password_hash, epoch=1, created_at=now)
    session.add_all(
        [
            organisation_row,
            person_row,
            MembershipRow(person=person_row, organisation=organisation_row, role=Role.MANAGER, created_at=now),
        ]
    )
    session.flush()
    person = as_person(person_row)
    journal.record(session, "signed_up", now=now, by=person)
    return person


def sign_in(session: Session, *, email: str, password: str) -> Person | None:
    """The person, or None: an unknown address and a wrong password take the same time and say the same. A pure read."""
    row = queries.find_person_by_email(session, one_spelling(email))
    password = _password(password)
    if len(password) > LONGEST_PASSWORD:
        return None
    return as_person(row) if _is_password(row, password) and row else None


def find_person(session: Session, person_id: UUID, epoch: int) -> Person | None:
    """The person, as long as it is still `epoch`; None once all that was opened before has ended."""
    row = queries.find_person(session, person_id)
    return as_person(row) if row and row.epoch == epoch else None


def find_person_at(session: Session, email: str) -> Person | None:
    """Whoever has this address. For the operator: a page never tells who has an account."""
    row = queries.find_person_by_email(session, one_spelling(email))
    return as_person(row) if row else None


def is_address_confirmed(session: Session, *, by: Person) -> bool:
    """Whether the person has followed a link sent to the present address."""
    row = people.find_confirmed_address(session, by.id)
    return row is not None and row.email == by.email


def is_password_of(session: Session, password: str, *, by: Person) -> bool:
    """A pure read, slow on purpose: count the try before (`entering.knock`)."""
    row = queries.find_person(session, by.id)
    password = _password(password)
    return len(password) <= LONGEST_PASSWORD and _is_password(row, password)


def has_password(session: Session, *, by: Person) -> bool:
    """Whether the person has chosen one; until then a link sent by mail is the way in."""
    return session.get_one(PersonRow, by.id).password_hash != NO_PASSWORD


def change_password(session: Session, password: str, *, visit_id: UUID, now: datetime, at: datetime, by: Person) -> int:
    """Another password, or `Refused`; every other visit and every link ends. Returns the job of the mail that tells."""
    password_hash = _hash_of(password)
    row = session.get_one(PersonRow, by.id)
    row.password_hash = password_hash
    row.epoch += 1
    if (visit := people.find_visit_of(session, visit_id, by.id)) is not None:
        visit.epoch = row.epoch
    journal.record(session, "password_changed", now=now, by=by)
    facts = {"change": "password", "at": moment(now)}
    number = mailing.write(session, "account_changed", name=row.name, email=row.email, facts=facts, now=now, at=at)
    session.commit()
    return number


def any_person(session: Session) -> bool:
    """Whether anybody has an account yet."""
    return queries.any_person(session)


def as_person(row: PersonRow) -> Person:
    """The value of a row, its organisations in the order they were joined."""
    roles: dict[UUID, list[MembershipRow]] = {}
    for each in sorted(row.memberships, key=lambda each: (each.created_at, each.organisation.name)):
        roles.setdefault(each.organisation_id, []).append(each)
    return Person(
        id=row.id,
        name=row.name,
        email=row.email,
        epoch=row.epoch,
        memberships=tuple(
            Membership(
                key, held[0].organisation.name, held[0].organisation.siren, frozenset(each.role for each in held)
            )
            for key, held in roles.items()
        ),
    )


def _hash_of(password: str) -> str:
    password = _password(password)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused(
            f"Choisissez un mot de passe de {SHORTEST_PASSWORD} caractères au moins : "
            "quatre mots sans rapport entre eux conviennent."
        )
    return _hasher.hash(password)


def one_line(typed: str) -> str:
    """A name on one line, or `Refused`: what no keyboard types is no name."""
    try:
        line = " ".join(readable(typed).split())
    except Misread as misread:
        raise Refused(str(misread)) from None
    if len(line) > LONGEST_NAME:
        raise Refused(f"Ce nom est trop long : {LONGEST_NAME} caractères au plus.")
    return line


def one_spelling(email: str) -> str:
    """One spelling for one address."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def _password(typed: str) -> str:
    """The same characters whatever the keyboard: « é » may come as one code point or as two."""
    return unicodedata.normalize("NFC", typed)


def _is_password(row: PersonRow | None, password: str) -> bool:
    """Nobody and somebody without a password take as long as somebody with another one."""
    known = row is not None and row.password_hash != NO_PASSWORD
    return _matches(row.password_hash if row and known else _nobody(), password) and known


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """The hash that is checked where there is none."""
    return _hasher.hash("nobody has this password")
