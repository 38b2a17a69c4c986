"""A member firm on its telephone: the mail it got, and its own pages, each screen measured, each question counted."""

import re
import time
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from grantapp.domain.project import Project, Section
from grantapp.domain.wizard import steps
from grantapp.editions import get_edition
from grantapp.forms.steps import form_for
from grantapp.mail.carrying import Maildir
from grantapp.services import demonstration
from tests.browser.walk import Walker
from tests.makers import EDITION

OWN_PIECE = "accounts"
FEW = 40  # screens, beyond which a firm is lost
PATIENCE = 120.0  # seconds that the worker may take to deliver a mail, on a busy machine

# Every question of the page as it stands: what it is called, whether it must be answered, is answered, is seen.
QUESTIONS = """() => [...document.querySelectorAll('main form.ga-form .ga-question, main .ga-piece')].map(block => {
  const words = block.querySelector('legend, h2, label');
  const controls = [...block.querySelectorAll('input:not([type=hidden]):not([type=file]), select, textarea')];
  const given = each => ['radio', 'checkbox'].includes(each.type) ? each.checked : each.value.trim() !== '';
  return {
    words: words.innerText.trim(),
    name: (controls[0]?.name ?? '').split('-')[0],
    required: !words.innerText.includes('(facultatif)'),
    answered: controls.some(given) || block.querySelector('.ga-attachments') !== null,
    visible: block.checkVisibility(),
  };
})"""
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
    """Answers what must be and is not answered yet; follows only the way that its pages show."""

    def __init__(self, walker: Walker, project: Project) -> None:
        self.walker, self.page, self.project = walker, walker.page, project
        self.sections = {section.slug: section for section in steps(get_edition(EDITION))}
        self.screens: list[str] = []
        self.questions: list[tuple[str, str]] = []
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

    def go_to_the_filing(self) -> None:
        for _ in range(FEW):
            slug = self.slug
            self.see("liste" if slug.startswith("A22-") else "")
            if slug == "recepisse":
                return
            if slug == "pieces":
                self._attach()
                self._follow("Continuer")
            elif slug in self.sections:
                self._answer(self.sections[slug])
                self._leave(self.page.get_by_role("button", name="Enregistrer et continuer", exact=True).first)
            elif slug == "verification":
                self._follow("Tout est juste, passer au dépôt")
            elif slug == "depot":
                self._leave(self.page.get_by_role("button", name="Déposer le dossier"))
            else:
                self._leave(self.page.locator("main .ga-buttons a.govuk-button").first)
        raise AssertionError(f"lost: {self.screens}")

    def _answer(self, section: Section) -> None:
        before = {each["name"]: each for each in self.page.evaluate(QUESTIONS)}
        typed = form_for(section, record=getattr(self.project, section.name)).raw()
        for name, values in typed.items():
            question = before.get(name.split("-")[0])
            if question is None or question["answered"] or not question["required"]:
                continue
            if "-" in name:
                self.walker.make_room(name)
            if self.page.locator(f"main form.ga-form [name='{name}']").first.is_visible():
                self.walker.answer(name, values)
        for each in self.page.evaluate(QUESTIONS):
            if each["visible"] and each["required"] and not before[each["name"]]["answered"]:
                self.questions.append((section.slug, each["words"]))
                if not each["answered"]:
                    self.faults.append(f"{section.slug}: « {each['words']} » has no answer")
        self.walker.look(f"{len(self.screens):02d}-{section.slug}-rempli")

    def _attach(self) -> None:
        lacking = [each for each in self.page.evaluate(QUESTIONS) if each["required"] and not each["answered"]]
        self.questions.extend(("pieces", each["words"]) for each in lacking)
        form = self.page.locator(f"form[action$='/pieces/{OWN_PIECE}/ajouter']")
        content = demonstration.paper("Comptes (document de démonstration)")
        form.locator("[name=file]").set_input_files(
            {"name": "comptes.pdf", "mimeType": "application/pdf", "buffer": content}
        )
        self._leave(form.locator("button[type=submit]"))

    def _follow(self, words: str) -> None:
        self._leave(self.page.locator("main a.govuk-button", has_text=words).first)

    def _leave(self, control: Any) -> None:
        with self.page.expect_navigation():
            control.click()
        self.page.evaluate("document.fonts.ready.then(() => true)")
