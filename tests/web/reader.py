"""A client that reads every page strictly, before the test's own question: well-formed, labelled, set in French."""

import re
from typing import Any

import html5lib
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

PLAIN_SPACE = re.compile(r"\w [;:!?»]|« \w|\d €|\d %|[A-Za-zà-ÿ]'[A-Za-zà-ÿ]")
UNTYPESET = {"script", "style", "code", "pre", "textarea", "option"}


class Page:
    """An answer, as a person meets it."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.status: int = response.status_code
        self.text: str = response.get_data().decode(errors="replace")
        self.soup = BeautifulSoup(self.text, "html5lib")

    def field(self, label: str) -> Tag:
        for each in self.soup.find_all("label"):
            if label in each.get_text(" ", strip=True).replace("\u00a0", " ").replace("\u202f", " "):
                found = self.soup.find(id=each["for"])
                assert found is not None, f"« {label} » names a field that is not there"
                return found
        raise AssertionError(f"no field is labelled « {label} »")

    def value_of(self, label: str) -> str:
        found = self.field(label)
        return found.get_text() if found.name == "textarea" else str(found.get("value", ""))

    def error_of(self, label: str) -> str:
        described = str(self.field(label).get("aria-describedby", "")).split()
        return " ".join(
            found.get_text(" ", strip=True)
            for name in described
            if (found := self.soup.find(id=name)) is not None and "error" in " ".join(found.get("class") or [])
        )

    def says(self, words: str) -> bool:
        return words in plain(self.soup.get_text(" ", strip=True))

    @property
    def heading(self) -> str:
        return plain(self.soup.h1.get_text(" ", strip=True)) if self.soup.h1 else ""

    @property
    def seen(self) -> str:
        return str(self.soup.find("input", attrs={"name": "seen"})["value"])


def plain(text: str) -> str:
    """Typographic spaces and apostrophes made ordinary, so that a test can be typed."""
    return " ".join(text.replace("’", "'").split())


def read_strictly(page: Page) -> None:
    """What no page of ours may lack."""
    parser = html5lib.HTMLParser(strict=True)
    parser.parse(page.text)
    soup = page.soup
    assert soup.html and soup.html.get("lang") == "fr"
    assert len(soup.find_all("h1")) == 1, "one heading of first rank"
    title = soup.title.get_text(strip=True) if soup.title else ""
    assert title and title != "grantapp", "a title of its own"
    every_id = [each["id"] for each in soup.find_all(id=True)]
    identifiers = set(every_id)
    assert len(every_id) == len(identifiers), f"ids used twice: {_twice(every_id)}"
    labels = {each["for"] for each in soup.find_all("label", attrs={"for": True})}
    for each in soup.find_all(["input", "select", "textarea"]):
        if each.get("type") in ("hidden", "submit"):
            continue
        labelled = each.get("id") in labels or each.get("aria-label") or each.get("aria-labelledby")
        assert labelled, f"no label: {each}"
    for attribute in ("aria-describedby", "aria-labelledby", "aria-controls"):
        for each in soup.find_all(attrs={attribute: True}):
            for name in str(each[attribute]).split():
                assert name in identifiers, f"{attribute} names « {name} », which is not there"
    for each in soup.find_all(style=True):
        raise AssertionError(f"style in the page: {each}")
    for form in soup.find_all("form", attrs={"method": "post"}):
        assert form.find("input", attrs={"name": "csrf_token"}), f"a form without a token: {form.get('action')}"
    for text in soup.body.find_all(string=True) if soup.body else []:
        if text.parent.name not in UNTYPESET and not text.find_parent(class_="ga-typed"):
            found = PLAIN_SPACE.search(text)
            assert not found, f"not set in French: « {found.group(0)} » in « {text.strip()[:90]} »"


def _twice(names: list[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}


class Reader(FlaskClient):
    """The test client of every page: follows nothing by itself, reads all it is given."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        response = super().open(*args, buffered=True, **kwargs)
        if response.mimetype == "text/html" and not response.headers.get("Location"):
            page = Page(response)
            if "<html" in page.text:
                read_strictly(page)
        return response

    def read(self, address: str, status: int = 200) -> Page:
        page = Page(self.get(address))
        assert page.status == status, f"{address}: {page.status}, {page.heading}"
        return page

    def token(self) -> str:
        page = Page(self.get("/inscription"))
        return str(page.soup.find("input", attrs={"name": "csrf_token"})["value"])

    def send(self, address: str, data: dict[str, Any] | None = None, **kwargs: Any) -> Page:
        """A post with its token, not followed."""
        return Page(self.post(address, data={"csrf_token": self.token()} | (data or {}), **kwargs))
