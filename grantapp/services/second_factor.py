"""A second proof at sign-in: a code of the person's telephone (TOTP, RFC 6238), or a recovery code, each once."""

import base64
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

import pyotp
from sqlalchemy.orm import Session

from grantapp.domain.lifecycle import Refused
from grantapp.domain.people import Person
from grantapp.domain.throttle import Gate
from grantapp.french import moment
from grantapp.services import journal, mailing, throttling
from grantapp.storage import people
from grantapp.storage.models import RecoveryCodeRow, SecondFactorRow

CODES = 10
WRONG = (
    "Ce code n'est pas le bon, ou il a déjà servi. Attendez le suivant sur votre téléphone, ou prenez un code de "
    "secours."
)
NOT_ON = "La double vérification n'est pas activée."


@dataclass(frozen=True)
class Enrolment:
    """What a telephone needs to know, while the second factor is being set up."""

    secret: str  # base32, in groups of four
    address: str  # otpauth://…, what the QR code says


@dataclass(frozen=True)
class State:
    is_on: bool
    since: datetime | None
    codes_left: int
    enrolment: Enrolment | None


def state(session: Session, *, by: Person) -> State:
    row = people.find_second_factor(session, by.id)
    return State(
        is_on=row is not None and row.confirmed_at is not None,
        since=row.confirmed_at if row else None,
        codes_left=people.count_recovery_codes(session, by.id),
        enrolment=_enrolment(row, by) if row and row.confirmed_at is None else None,
    )


def is_asked(session: Session, person_id: UUID) -> bool:
    """Whether this person has to give a code at sign-in."""
    row = people.find_second_factor(session, person_id)
    return row is not None and row.confirmed_at is not None


def prepare(session: Session, *, now: datetime, by: Person) -> None:
    """Make a secret, which is asked of nobody until a first code shows that the telephone has it."""
    row = people.find_second_factor(session, by.id)
    if row is not None and row.confirmed_at is not None:
        raise Refused("La double vérification est déjà activée. Retirez-la d'abord pour changer de téléphone.")
    if row is None:
        row = SecondFactorRow(person_id=by.id, last_step=0)
        session.add(row)
    row.secret, row.made_at = pyotp.random_base32(), now
    journal.record(session, "second_factor_prepared", now=now, by=by)
    session.commit()


def confirm(session: Session, typed: str, *, now: datetime, at: datetime, by: Person) -> tuple[tuple[str, ...], int]:
    """Turn it on with a first code; the recovery codes, shown this once, and the job of the mail that tells of it."""
    row = people.find_second_factor(session, by.id)
    if row is None or row.confirmed_at is not None:
        raise Refused("Commencez par préparer la double vérification dans « Mon compte ».")
    throttling.take(session, {Gate.CODE: str(by.id)}, at=at)
    if not _spend_step(row, _plain(typed), at):
        raise Refused(
            "Ce code n'est pas celui de votre téléphone. Vérifiez qu'il est à l'heure, puis tapez le suivant."
        )
    throttling.forget(session, Gate.CODE, str(by.id))
    row.confirmed_at = now
    codes = _new_codes(session, by)
    journal.record(session, "second_factor_on", now=now, by=by)
    number = _tell(session, "second_factor_on", now=now, at=at, by=by)
    session.commit()
    return codes, number


def renew_codes(session: Session, typed: str, *, now: datetime, at: datetime, by: Person) -> tuple[str, ...]:
    """Other recovery codes, after a right code; the former ones open nothing any more."""
    _demand(session, typed, now=now, at=at, by=by)
    codes = _new_codes(session, by)
    journal.record(session, "recovery_codes_renewed", now=now, by=by)
    session.commit()
    return codes


def remove(session: Session, typed: str, *, now: datetime, at: datetime, by: Person) -> int:
    """Turn it off, after a right code; the job of the mail that tells of it."""
    _demand(session, typed, now=now, at=at, by=by)
    return _drop(session, by, now=now, at=at, by=by)


def remove_for(session: Session, person: Person, *, now: datetime, at: datetime) -> int:
    """By the operator, for somebody who has lost both telephone and recovery codes, and was recognised otherwise."""
    if not is_asked(session, person.id):
        raise Refused(NOT_ON)
    return _drop(session, person, now=now, at=at, by=None)


def spend(session: Session, typed: str, *, now: datetime, at: datetime, by: Person) -> None:
    """Use a code up, of the telephone or of recovery, in the caller's transaction; `Refused` if it is not right."""
    plain = _plain(typed)
    row = people.find_second_factor(session, by.id)
    if row is not None and row.confirmed_at is not None:
        if _spend_step(row, plain, at):
            return
        if people.use_up_recovery_code(session, by.id, _hashed(plain), at):
            journal.record(session, "recovery_code_used", now=now, by=by)
            _tell(session, "recovery_code", now=now, at=at, by=by)
            return
    raise Refused(WRONG)


def _demand(session: Session, typed: str, *, now: datetime, at: datetime, by: Person) -> None:
    if not is_asked(session, by.id):
        raise Refused(NOT_ON)
    throttling.take(session, {Gate.CODE: str(by.id)}, at=at)
    spend(session, typed, now=now, at=at, by=by)
    throttling.forget(session, Gate.CODE, str(by.id))


def _drop(session: Session, person: Person, *, now: datetime, at: datetime, by: Person | None) -> int:
    people.drop_second_factor(session, person.id)
    journal.record(session, "second_factor_off", detail={"account": str(person.id)}, now=now, by=by)
    number = _tell(session, "second_factor_off", now=now, at=at, by=person)
    session.commit()
    return number


def _spend_step(row: SecondFactorRow, code: str, at: datetime) -> bool:
    """Whether the code is that of now, of the step before or of the next one, and of none that was accepted before."""
    if not re.fullmatch(r"[0-9]{6}", code):
        return False
    totp = pyotp.TOTP(row.secret)
    present = totp.timecode(at)
    for step in (present - 1, present, present + 1):
        if step > row.last_step and compare_digest(totp.generate_otp(step), code):
            row.last_step = step
            return True
    return False


def _new_codes(session: Session, by: Person) -> tuple[str, ...]:
    people.drop_recovery_codes(session, by.id)
    codes = [base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(CODES)]
    session.add_all([RecoveryCodeRow(person_id=by.id, code_hash=_hashed(code)) for code in codes])
    return tuple(_grouped(code) for code in codes)


def _enrolment(row: SecondFactorRow, by: Person) -> Enrolment:
    address = pyotp.TOTP(row.secret).provisioning_uri(name=by.email, issuer_name="grantapp")
    return Enrolment(secret=_grouped(row.secret, " "), address=address)


def _grouped(code: str, mark: str = "-") -> str:
    return mark.join(code[start : start + 4] for start in range(0, len(code), 4))


def _plain(typed: str) -> str:
    """As it was given, whatever spaces and dashes stand between."""
    return re.sub(r"[\s\u2010-\u2015-]", "", unicodedata.normalize("NFKC", typed[:100])).upper()


def _hashed(code: str) -> str:
    return sha256(code.encode("utf-8", "replace")).hexdigest()


def _tell(session: Session, change: str, *, now: datetime, at: datetime, by: Person) -> int:
    session.flush()
    facts = {"change": change, "at": moment(now), "left": people.count_recovery_codes(session, by.id)}
    return mailing.write(session, "account_changed", name=by.name, email=by.email, facts=facts, now=now, at=at)
