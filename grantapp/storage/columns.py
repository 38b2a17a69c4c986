"""What tables are made of: the base, instants, enumerations kept by value, triggers that refuse."""

from datetime import UTC, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import CheckConstraint
from sqlalchemy.orm import DeclarativeBase


class Utc(sa.types.TypeDecorator[datetime]):
    """An instant. Refuses one without a zone; gives it back in UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: object) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: object) -> datetime | None:
        # SQLite keeps no zone; what it holds was written in UTC.
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


def stored(choices: type[StrEnum]) -> sa.Enum:
    """An enumeration kept by value, as text; its values are checked by a named CHECK of the table."""
    return sa.Enum(
        choices,
        native_enum=False,
        create_constraint=False,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


def one_of(column: str, choices: type[StrEnum]) -> CheckConstraint:
    values = ", ".join(f"'{choice.value}'" for choice in choices)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


class Base(DeclarativeBase):
    metadata = sa.MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )


def refuse(name: str, moment: str, table: str, reason: str, condition: str = "") -> None:
    """A trigger that refuses; the migration writes the same, word for word."""
    when = f" WHEN {condition}" if condition else ""
    trigger = f"CREATE TRIGGER {name} BEFORE {moment} ON {table}{when} BEGIN SELECT RAISE(ABORT, '{reason}'); END"
    ddl = sa.DDL(trigger).execute_if(dialect="sqlite")  # type: ignore[no-untyped-call]
    sa.event.listen(Base.metadata.tables[table], "after_create", ddl)
