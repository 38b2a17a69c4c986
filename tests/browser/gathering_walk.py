"""A member firm on its telephone: the mail it got, and its own pages, each screen measured."""

import re
import time
from email import message_from_bytes, policy
from pathlib import Path

from grantapp.mail.carrying import Maildir
from tests.browser.walk import Walker

PATIENCE = 120.0  # seconds that the worker may take to deliver a mail, on a busy machine

TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def mails_of(home: Path) -> dict[str, str]:
    """The last message to each reader, as text."""
    box, found = Maildir(home / "courrier"), {}
    for name in reversed(box.list_names()):
        message = message_from_bytes(box.read(name) or b"", policy=policy.default)
        body = message.get_body(("plain",))
        found[str(message["To"])] = str(body.get_content()) if body else ""
    return found


def invitation_to(home: Path, email: str) -> str:
    """The link of the invitation, once the worker has delivered it."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        text = next((text for to, text in mails_of(home).items() if email in to), "")
        if link := re.search(r"https?://\S+/invitations/\S+", text):
            return link[0]
        time.sleep(0.5)
    raise AssertionError(f"no invitation for {email}")


class Firm:
    """Follows only the way that its pages show; no screen may be wider than the telephone."""

    def __init__(self, walker: Walker) -> None:
        self.walker, self.page = walker, walker.page
        self.screens: list[str] = []
        self.faults: list[str] = []

    @property
    def slug(self) -> str:
        return str(self.page.url).rsplit("/", 1)[-1]

    def see(self, name: str = "") -> None:
        """One screen more."""
        self.screens.append(name or self.slug)
        self.walker.look(f"{len(self.screens):02d}-{self.screens[-1]}")
        if (wide := self.page.evaluate(TOO_WIDE)) > 0:
            self.faults.append(f"{self.screens[-1]}: {wide} px too wide")

    def accept(self, link: str) -> str:
        """From the mail to the firm's dossier: its path."""
        self.page.goto(link)
        self.see("invitation")
        self.page.locator("main [name=agreed]").check()
        self.walker.press("Accepter et ouvrir mon dossier")
        self.page.wait_for_url("**/dossiers/A22-*")
        return "/" + self.page.url.split("/", 3)[3]
