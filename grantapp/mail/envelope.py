"""A letter in its envelope: the headers, both forms of the text, an identity that does not change from try to try."""

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from grantapp.mail.writing import Letter


class BadAddress(Exception):  # noqa: N818 - it says what was given
    """Nothing can be sent to, or from, such an address."""


def seal(letter: Letter, *, row: UUID, name: str, email: str, sender: str, written_at: datetime) -> EmailMessage:
    """The message as it travels. Its Message-ID comes from the row: sent twice, it is recognised as the same one.

    A line break in an address or in the subject is an error (`BadAddress`, `ValueError`), never another header.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = _address("grantapp", sender)
    message["To"] = _address(name, email)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = f"<{row.hex}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # asks absence messages not to answer
    message["Content-Language"] = "fr"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


def _address(name: str, email: str) -> Address:
    local, at, domain = email.rpartition("@")
    if not local or not at or not domain or any(character.isspace() or character in "<>,;" for character in email):
        raise BadAddress(email)
    try:
        return Address(display_name=name, username=local, domain=domain)
    except (ValueError, MessageError):
        raise BadAddress(email) from None
