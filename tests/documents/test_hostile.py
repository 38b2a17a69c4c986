"""Whatever an applicant types, in any field, is printed as text: it reaches no network, no disk, no style."""

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from grantapp.documents import dossier, pdf
from grantapp.documents.originals import attached
from grantapp.domain.deposit import Deposit

SECRET = "un-secret-de-cette-machine"
# Where an element or an attribute could make the printer look; {web} and {file} are the witnesses of each test.
MARKUP = (
    '<img src="{file}"><img src="{web}1" srcset="{web}2 2x">',
    '<link rel="attachment" href="{file}"><a rel="attachment" href="{file}" download>x</a>',
    '<link rel="stylesheet" href="{web}3"><link rel="icon" href="{web}4">',
    "<style>@import url({web}5); @font-face {{ font-family: x; src: url({web}6) }}</style>",
    "<style>body {{ background: url({file}) }} @page {{ @top-left {{ content: url({web}7) }} }}</style>",
    '<svg><image href="{file}"/><use xlink:href="{web}8#x"/><style>@import "{web}9";</style></svg>',
    '<object data="{web}a"></object><embed src="{file}"><iframe src="{file}"></iframe>',
    '</title><base href="{web}b"><meta http-equiv="refresh" content="0;url={web}c">',
    '"><a href="javascript:alert(1)" style="content: url({file})">lien</a>',
    "' onload=fetch('{web}d') style=background:url({web}e) x='",
    "{{{{ config }}}}{{% include '{file}' %}}${{7*7}}{{{{ 7*7 }}}}",
    "]]><!--<script>fetch('{web}f')</script>--><?xml-stylesheet href=\"{web}g\"?>",
    "</text></svg></td></tr></table><p style='string-set: title \"x\"; position: running(x)'>fin</p>",
)
LOOKING = ("src", "srcset", "href", "xlink:href", "data", "style", "rel", "content", "http-equiv", "action", "poster")


class Witness:
    """A listener on loopback that counts who comes, and a file that nobody should read."""

    def __init__(self, listener: socket.socket, file: str) -> None:
        self.listener = listener
        self.web = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        self.file = file

    def visits(self) -> int:
        count = 0
        while True:
            try:
                visitor, _ = self.listener.accept()
            except BlockingIOError:
                return count
            visitor.close()
            count += 1

    def markup(self) -> list[str]:
        return [each.format(web=self.web, file=self.file) for each in MARKUP]


@pytest.fixture
def witness(tmp_path) -> Iterator[Witness]:
    (tmp_path / "secret.svg").write_text(f"<svg xmlns='http://www.w3.org/2000/svg'><text>{SECRET}</text></svg>")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield Witness(listener, (tmp_path / "secret.svg").as_uri())


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Every address that the printer is asked for."""
    addresses: list[str] = []
    fetch = pdf.OwnAssets.fetch

    def recording(self, url, headers=None):
        addresses.append(url)
        return fetch(self, url, headers)

    monkeypatch.setattr(pdf.OwnAssets, "fetch", recording)
    return addresses


def signed(deposit: Deposit, name: str) -> Deposit:
    return replace(deposit, content={**deposit.content, "deposited_by": name, "reference": f"F22-0042 {name}"})


def page_of(deposit: Deposit) -> BeautifulSoup:
    page = dossier.printed_dossier(deposit, attachments=attached(deposit, lambda _: None))
    return BeautifulSoup(pdf.environment().get_template("documents/dossier.html").render(dossier=page), "html5lib")


def test_a_visit_would_be_counted(witness):
    socket.create_connection(witness.listener.getsockname()).close()
    assert witness.visits() == 1
    assert witness.visits() == 0


@pytest.mark.parametrize("turn", range(len(MARKUP)))
def test_markup_adds_no_element_and_no_address_in_any_field(turn, deposit_of, project_with, witness):
    """As many turns as there are kinds of markup: each field has each of them once."""
    markup = witness.markup()
    paths: dict[str, int] = {}

    def typed(path: str) -> str:
        return markup[(paths.setdefault(path, len(paths)) + turn) % len(markup)]

    hostile = page_of(signed(deposit_of(project_with(typed, rows=1)), markup[turn]))
    harmless = project_with(lambda path: "x" * len(typed(path)), rows=1)
    plain = page_of(signed(deposit_of(harmless), "x" * len(markup[turn])))
    assert len(paths) > 30
    assert vocabulary(hostile) <= vocabulary(plain)
    assert addresses(hostile) <= addresses(plain)


def vocabulary(page: BeautifulSoup) -> set[tuple[str, str]]:
    """Every element with each of its attributes."""
    return {(each.name, name) for each in page.find_all(True) for name in ("", *each.attrs)}


def addresses(page: BeautifulSoup) -> set[str]:
    """What the printer could be led by: the name of an author and the title are read, and never followed."""
    return {
        str(each[name])
        for each in page.find_all(True)
        for name in LOOKING
        if name in each.attrs and each.get("name") not in ("author", "description")
    }


def test_markup_in_every_field_is_printed_as_text_and_fetches_nothing(
    deposit_of, project_with, read, asked, witness, caplog
):
    markup = witness.markup()
    turn = iter(markup * 40)
    deposit = signed(deposit_of(project_with(lambda _: next(turn), rows=3)), "".join(markup))
    printed = read(dossier.pdf(deposit))
    assert witness.visits() == 0
    assert set(asked) <= {*pdf.ASSETS, dossier.QR}
    text = "".join(printed.text.split())
    for typed in markup:
        assert "".join(typed.split()) in text
    assert SECRET not in printed.text and SECRET.encode() not in b"".join(printed.attached.values())
    assert set(printed.attached) == {"dossier.json"}
    assert printed.metadata["Title"].startswith("Dossier F22-0042")
    assert caplog.records == []


def test_the_same_markup_left_as_it_is_would_ask_and_be_refused(witness):
    for typed in witness.markup()[:5]:
        with pytest.raises(pdf.ForbiddenAddress):
            pdf.render(f'<html lang="fr"><title>x</title><body>{typed}</body></html>', identifier="0" * 32)
    assert witness.visits() == 0
