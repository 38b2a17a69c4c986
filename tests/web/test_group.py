"""The company group on the page: drawn, told in a list, and never anybody else's words taken for ours."""

from decimal import Decimal

import pytest

from grantapp.domain.project import Project, section_named
from grantapp.domain.sections.applicant import Link, Relation, Size
from tests.web.reader import Page, plain

SLUG = section_named("size").slug


def link(name: str, relation: Relation = Relation.LINKED, percent: int = 60, to: str | None = None) -> Link:
    return Link(
        name=name,
        relation=relation,
        capital_percent=Decimal(percent),
        votes_percent=Decimal(percent),
        attached_to=to,
    )


def with_links(*links: Link) -> Project:
    return Project(size=Size(public_quarter=False, has_links=bool(links), links=links or None))


LINKS = (link("Bois & <b>Fils</b> : l'atelier ?"), link("Petite part", Relation.PARTNER, 2, to="1"))


@pytest.fixture
def page(director, fill):
    """`page(project, slug)`: the page of a section of the director's draft, or its overview."""

    def read(project: Project, slug: str = SLUG) -> Page:
        return director.read(f"{fill(project, declared=False)}/{slug}".rstrip("/"))

    return read


@pytest.mark.parametrize("slug", [SLUG, ""], ids=["the page of the accounts", "the overview"])
def test_the_group_is_drawn_and_told_where_the_size_is(page, slug):
    soup = page(with_links(*LINKS), slug).soup
    (drawing,) = soup.find_all("svg", role="img")
    title, description = (soup.find(id=name) for name in drawing["aria-labelledby"].split())
    assert title.get_text() == "Schéma du groupe"
    assert "1 comptée en entier et 1 non comptée" in plain(description.get_text())
    assert [each.get_text() for each in drawing.find_all("text", attrs={"font-weight": "600"})] == [
        "Votre organisation",
        "Bois & <b>Fils</b> : l'atelier ?",
        "Petite part",
    ]
    told = [plain(each.get_text()) for each in soup.select(".ga-group li")]
    assert told[0].startswith("Bois & <b>Fils</b> : l'atelier ? : lien direct, 60 % du capital et des voix.")
    assert told[1].startswith("Petite part : rattachée à « Bois & <b>Fils</b> : l'atelier ? », 2 %")


def test_what_an_undertaking_counts_for_is_written_in_its_box(page):
    drawing = page(with_links(*LINKS)).soup.find("svg", role="img")
    written = [plain(each.get_text()) for each in drawing.find_all("text")]
    assert written.count("comptée en entier") == written.count("non comptée") == 1


@pytest.mark.parametrize(
    "project", [with_links(), with_links(link("A", to="inconnue"))], ids=["nobody", "a group that cannot be read"]
)
def test_without_a_group_to_read_nothing_is_drawn(page, project):
    assert not page(project).soup.select(".ga-group")


def test_of_two_hundred_each_is_told(page):
    soup = page(with_links(*(link(f"Adhérente {n}", Relation.PARTNER, 1) for n in range(200)))).soup
    assert len(soup.select(".ga-group li")) == 200
    assert "et 188 autres, dans la liste" in soup.find("svg", role="img").get_text()


def test_the_drawing_follows_what_is_typed_before_it_is_saved(director, fill):
    draft = fill(with_links(), declared=False)
    typed = {
        "has_links": "oui",
        "links-0-name": "Nouvelle",
        "links-0-relation": "linked",
    }
    fresh = director.send(f"{draft}/{SLUG}/apercu", typed)
    assert fresh.status == 200
    assert "Nouvelle" in fresh.soup.find("svg", role="img").get_text()


def test_why_the_group_cannot_be_read_is_said_beside_its_rows(page):
    assert page(with_links(link("A", to="inconnue"))).says(
        "« inconnue » n'est ni le nom ni le numéro d'une autre ligne"
    )
