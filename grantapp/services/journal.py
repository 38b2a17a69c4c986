"""What was done, by whom, when: one line a command. Never what was answered."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from grantapp.domain.people import Person
from grantapp.storage.models import DossierRow, JournalRow


def record(
    session: Session,
    act: str,
    *,
    dossier: DossierRow | None = None,
    detail: Mapping[str, object] | None = None,
    now: datetime,
    by: Person | None,
) -> None:
    """Add the line; it is committed with the act it tells of, or not at all. `by` is None for the worker."""
    session.add(
        JournalRow(
            at=now,
            person_id=by.id if by else None,
            dossier_id=dossier.id if dossier else None,
            act=act,
            detail=dict(detail or {}),
        )
    )
