"""A person at the keyboard: signs up, fills every page with a project, attaches, files, takes the PDF."""

from pathlib import Path
from typing import Any

from grantapp.domain.project import Project, Section
from grantapp.domain.question import Kind
from grantapp.domain.wizard import asked_steps, steps
from grantapp.editions import get_edition
from grantapp.forms.steps import form_for
from grantapp.services import demonstration
from grantapp.typesetting import typeset

PASSWORD = "un mot de passe assez long"


class Walker:
    """Drives one page; `look` is called on each page met."""

    def __init__(self, page: Any, address: str, look: Any) -> None:
        self.page, self.address, self.look = page, address, look

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.page.evaluate("document.fonts.ready.then(() => true)")  # a late font moves what is about to be pressed

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=typeset(words), exact=True).first.click()
        self.page.wait_for_load_state()

    def sign_up(self, email: str, organisation: str, siren: str) -> None:
        self.open("/inscription")
        self.look("inscription")
        for name, value in {
            "name": "Camille Exemple",
            "email": email,
            "password": PASSWORD,
            "organisation": organisation,
            "siren": siren,
        }.items():
            self.page.fill(f"main [name={name}]", value)
        self.page.locator("main form button[type=submit]").first.click()
        self.page.wait_for_url("**/dossiers")

    def sign_in(self, email: str, password: str) -> None:
        self.open("/connexion")
        self.page.fill("main [name=email]", email)
        self.page.fill("main [name=password]", password)
        self.page.locator("main form button[type=submit]").first.click()
        self.page.wait_for_url("**/dossiers")

    def start(self) -> str:
        """Starts a dossier; returns its path."""
        self.look("dossiers")
        self.page.locator("main form[action='/dossiers'] button[type=submit]").first.click()
        self.page.wait_for_url("**/dossiers/A22-*")
        return "/" + self.page.url.split("/", 3)[3]

    def fill(self, draft: str, project: Project) -> None:
        for section in asked_steps(get_edition("ademe_2022"), project):
            self.open(f"{draft}/{section.slug}")
            self.look(f"vide-{section.slug}")
            if section.name == "pieces":
                self.attach(draft)
            else:
                self.fill_step(section, project)

    def fill_step(self, section: Section, project: Project) -> None:
        record = getattr(project, section.name)
        typed = form_for(section, record=record).raw()
        kinds = {question.name: question.kind for question in section.questions}
        for name, values in typed.items():
            kind = kinds[name.split("-")[0]]
            if kind is Kind.TABLE:
                self.make_room(name)
            self.answer(name, values)
        self.look(f"rempli-{section.slug}")
        self.press("Enregistrer et continuer")

    def make_room(self, name: str) -> None:
        """« Ajouter des lignes » until the row is there; each press saves what was typed."""
        for _ in range(20):
            if self.page.locator(f"main [name='{name}']").count():
                return
            self.press("Ajouter des lignes")
        raise AssertionError(f"no row for {name}")

    def answer(self, name: str, values: list[str]) -> None:
        fields = self.page.locator(f"main form.ga-form [name='{name}']")
        first = fields.first
        if first.evaluate("e => e.tagName") == "SELECT":
            first.select_option(values[0])
        elif first.get_attribute("type") in ("radio", "checkbox"):
            for value in values:
                self.choose(self.page.locator(f"main form.ga-form [name='{name}'][value='{value}']"))
        else:
            first.fill(values[0])

    def choose(self, button: Any) -> None:
        """Waits until the button is still, as a hand does; a press that fell beside it is made again."""
        for _ in range(3):
            if not button.is_checked():
                button.click()
        assert button.is_checked()

    def attach(self, draft: str) -> None:
        for paper in demonstration.PAPERS:
            form = self.page.locator(f"form[action$='/pieces/{paper.piece}/ajouter']")
            content = demonstration.paper(paper.title)
            form.locator("[name=file]").set_input_files(
                {"name": paper.name, "mimeType": "application/pdf", "buffer": content}
            )
            form.locator("button[type=submit]").click()
            self.page.wait_for_load_state()
        self.look("rempli-pieces")

    def file(self, draft: str) -> None:
        for path, name in (
            ("", "liste"),
            ("/manques", "manques"),
            ("/verification", "verification"),
            ("/depot", "depot"),
        ):
            self.open(draft + path)
            self.look(name)
        self.page.locator(f"form[action='{draft}/depot'] button[type=submit]").click()
        self.page.wait_for_url("**/recepisse")

    def take_pdf(self, draft: str, folder: Path) -> bytes:
        """Waits at the receipt, as a person does, then takes the file."""
        for _ in range(60):
            link = self.page.locator(f"main a[href='{draft}/v1.pdf']")
            if link.count():
                break
            self.page.wait_for_timeout(1000)
            self.page.reload()
        self.look("recepisse")
        with self.page.expect_download() as started:
            link.first.click()
        path = folder / "dossier.pdf"
        started.value.save_as(path)
        return path.read_bytes()


SLUGS = [section.slug for section in steps(get_edition("ademe_2022"))]
