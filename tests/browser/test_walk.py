"""From sign-up to the filed PDF in a real browser, with scripts and without, wide and on a phone."""

import subprocess
from pathlib import Path

import pypdfium2
import pytest

from grantapp.services import demonstration
from tests.browser.conftest import NARROW, WIDE, needs
from tests.browser.walk import SLUGS, Walker

pytestmark = pytest.mark.browser

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.mark.parametrize(("scripts", "viewport"), [(True, WIDE), (False, NARROW)], ids=["scripts-wide", "plain-phone"])
def test_a_person_signs_up_fills_files_and_takes_the_pdf(visit, tmp_path, scripts, viewport):
    number = 5_000 + scripts
    walker, _, complaints = visit(scripts=scripts, viewport=viewport, name="scripts" if scripts else "phone")
    walker.open("/")
    walker.look("accueil")
    walker.sign_up(f"personne{number}@exemple.example", "Coopérative d'exemple", demonstration.siren(number))
    draft = walker.start()
    walker.fill(draft, demonstration.project())
    walker.file(draft)
    content = walker.take_pdf(draft, tmp_path)
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    for words in (draft.rsplit("/", 1)[-1], "fonderie imaginaire", "Isolation de la Maquette", "règle à confirmer"):
        assert words.casefold() in text.replace("\u202f", " ").replace("\u00a0", " ").casefold(), words
    assert not complaints


def test_the_demonstration_is_reviewed_and_filed_by_its_director(visit, tmp_path):
    walker, _, complaints = visit(scripts=True, viewport=WIDE, name="demo")
    walker.sign_in(demonstration.DIRECTOR[1], demonstration.PASSWORD)
    walker.open("/dossiers/A22-0001/declarations")
    for name in ("truthful", "in_order", "entitled"):
        walker.answer(name, ["oui"])
    walker.press("Enregistrer et continuer")
    walker.file("/dossiers/A22-0001")
    assert walker.take_pdf("/dossiers/A22-0001", tmp_path).startswith(b"%PDF-")
    assert not complaints


def test_no_page_has_a_fault_that_a_machine_can_find(visit, site, node_modules, tmp_path):
    """axe on every page, wide and narrow, filled, faulty and empty; then the HTML of all of them through vnu."""
    axe = node_modules / "axe-core" / "axe.min.js"
    needs(axe.exists(), "axe-core is not installed (npm install axe-core@4)")
    walker, pages, _ = visit(scripts=True, viewport=WIDE, name="axe")
    faults: list[str] = []

    def examine(what: str, *, again: bool = True) -> None:
        """`again` asks for the page's source as it was served; what only a post shows is taken as it stands."""
        walker.look(what)
        if again:
            pages[what] = walker.page.request.get(walker.page.url).text()
        for size in (WIDE, NARROW):
            walker.page.set_viewport_size(size)
            walker.page.evaluate(axe.read_text())
            found = walker.page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", AXE_TAGS)
            faults.extend(
                f"{what} {size['width']}: {v['id']} {v['nodes'][0]['html'][:120]}" for v in found["violations"]
            )
            wide = walker.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                faults.append(f"{what} {size['width']}: {wide} px too wide")

    few = "legal_form=craft_cooperative&site_found=oui&status=former_icpe&treatment_needed=oui&postcode=84"
    public = (
        "/",
        "/verifier",
        "/guichet",
        f"/guichet?{few}",
        "/guichet?day=23/11/2026",
        "/appels/ademe-2020",
        "/appels/ademe-2020/formulaire",
        "/inscription",
        "/connexion",
        "/verifier-un-dossier",
        "/verifier-un-dossier?code=3F2A",
        "/verifier-un-dossier?code=3F2A90C47B1E",
        "/mentions",
        "/accessibilite",
    )
    for path in (*public, "/nulle-part"):
        walker.open(path)
        examine(f"public{path}")
    walker.sign_up("axe@exemple.example", "Coopérative d'exemple", demonstration.siren(5_100))
    draft = walker.start()
    for section in SLUGS:
        walker.open(f"{draft}/{section}")
        examine(f"vide-{section}")
    for section in ("demande", "site", "taille", "depenses", "organisation"):
        walker.open(f"{draft}/{section}")
        for field in walker.page.locator("main form.ga-form input[type=text]").all():
            if field.is_visible():
                field.fill("n'importe quoi")
        walker.press("Enregistrer et continuer")
        examine(f"fautes-{section}")
    walker.fill(draft, demonstration.project())
    for section in SLUGS:
        walker.open(f"{draft}/{section}")
        examine(f"rempli-{section}")
    walker.open(f"{draft}/et-si/financement")
    walker.page.fill("[name=lines-0-amount], [name=sources-0-amount]", "600 000")
    walker.press("Voir ce que cela changerait")
    examine("et-si", again=False)
    conflict(walker, f"{draft}/organisation")
    examine("deux-versions", again=False)
    walker.open(f"{draft}/organisation")
    walker.page.evaluate("document.querySelectorAll('[name=csrf_token]').forEach(e => { e.value = 'périmé' })")
    walker.press("Enregistrer et continuer")
    examine("session-perdue", again=False)
    other_day = "/et-si/date-de-depot?filed_on=30/04/2022&filed_hour=0+h+00"
    compared = "/comparer?edition=ademe-2020&edition=ademe-2022&dates=oui"
    desks = ("/guichet", "/guichet?day=hier", "/comparer", compared, "/et-si", other_day, "/et-si/date-de-depot")
    papers = ("/dossier-preparatoire",)
    for path in ("", "/manques", "/ce-qui-decide", "/et-si/depenses", *desks, *papers, "/verification", "/depot"):
        walker.open(draft + path)
        examine(f"dossier{path or '/'}")
    walker.file(draft)
    examine("recepisse")
    walker.open(f"{draft}/v1/fiche-d-instruction")  # not asked for: a page that waits would load itself again meanwhile
    examine("document")
    walker.open("/dossiers")
    examine("dossiers")
    assert not faults, "\n".join(faults)
    validate(pages, node_modules, tmp_path)


def conflict(walker: Walker, path: str) -> None:
    """The same page in two tabs, saved in both."""
    walker.open(path)
    other = walker.page.context.new_page()
    other.goto(walker.address + path)
    other.fill("[name=town]", "Orange")
    other.get_by_role("button", name="Enregistrer et continuer", exact=True).first.click()
    other.wait_for_load_state()
    other.close()
    walker.page.fill("[name=town]", "Apt")
    walker.press("Enregistrer et continuer")
    assert walker.page.locator("h1").inner_text().startswith("Cette page a changé")


def validate(pages: dict[str, str], node_modules: Path, folder: Path) -> None:
    jar = node_modules / "vnu-jar" / "build" / "dist" / "vnu.jar"
    needs(jar.exists(), "vnu-jar is not installed (npm install vnu-jar)")
    java = subprocess.run(["java", "-version"], check=False, capture_output=True)
    needs(java.returncode == 0, "Java is not installed (Debian: apt-get install default-jre-headless)")
    for number, (name, html) in enumerate(pages.items()):
        (folder / f"{number:03d}-{name.replace('/', '_')}.html").write_text(html)
    done = subprocess.run(
        ["java", "-jar", str(jar), "--errors-only", "--format", "gnu", str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[:4000]
    assert len(pages) > 50
