"""What messages say: once, in two forms, set in French, with nothing that a name could turn into markup."""

import pytest
from bs4 import BeautifulSoup

from grantapp.mail import writing
from tests.web.reader import PLAIN_SPACE, plain

SITE = "https://dossiers.example"
CLOSING: dict[str, object] = {
    "call": "Friches",
    "closes_on": "29\u00a0avril 2022",
    "today": "22\u00a0avril 2022",
}
SAMPLES: dict[str, list[dict[str, object]]] = {
    "sign_in_link": [
        {"goal": goal, "token": "abc.def", "minutes": 15} for goal in ("sign_in", "new_password", "confirm")
    ],
    "receipt": [
        {
            "reference": "A22-0001",
            "number": 2,
            "deposited_at": "15\u00a0mars 2022 à 10\u00a0h\u00a000",
            "short_code": "3F2A\u00a090C4\u00a07B1E",
            "code": "3f2a90c47b1e",
        }
    ],
    "reminder": [
        {
            "about": "draft",
            "organisation": organisation,
            "reference": "A22-0001",
            "filed": filed,
            "answers": answers,
            "pieces": pieces,
            "refusals": refusals,
            **CLOSING,
        }
        for organisation in ("Plomberie l'Œuvre", "")
        for filed in (0, 1)
        for answers, pieces, refusals in ((3, 1, 0), (0, 2, 1), (1, 0, 0), (0, 0, 1), (0, 0, 0))
    ]
    + [
        {"about": "invited", "token": "abc.def", "organisation": organisation, "firm": firm, **CLOSING}
        for organisation in ("Coopérative", "")
        for firm in ("Plomberie", "")
    ],
    "correction": [
        {
            "cooperative": cooperative,
            "reference": "A22-0001",
            "number": 1,
            "correction": "Le devis n° 3 manque\u202f: joignez-le.",
            "closes_on": "29\u00a0avril 2022",
        }
        for cooperative in ("Coopérative", "")
    ],
    "decision": [
        {
            "cooperative": cooperative,
            "call": "Friches",
            "decision": "Acceptée en partie",
            "decided_on": "1er\u00a0juin 2022",
            "note": note,
            "reference": "A22-0001",
        }
        for cooperative in ("Coopérative", "")
        for note in ("Réunion le 3\u00a0juin.", "")
    ],
    "welcome": [{"token": "abc.def", "minutes": 15}],
    "account_changed": [
        {"change": change, "at": "15\u00a0mars 2022 à 10\u00a0h\u00a000", "left": 3}
        for change in ("password", "second_factor_on", "second_factor_off", "recovery_code")
    ],
    "invitation": [
        {
            "token": "abc.def",
            "inviter": inviter,
            "organisation": organisation,
            "firm": firm,
            "call": call,
            "closes_on": "17\u00a0mai 2022",
            "role": "Lecture des dépôts",
            "days": 30,
        }
        for inviter, organisation, firm, call in (
            ("Camille Exemple", "Coopérative imaginaire", "Plomberie imaginaire", "Reconversion des friches"),
            ("Camille Exemple", "Coopérative imaginaire", "Plomberie imaginaire", ""),
            ("Camille Exemple", "Coopérative imaginaire", None, ""),
            ("", "", "", ""),  # names that look like addresses are not written
            ("", "", None, ""),
        )
    ],
}
EACH = [
    pytest.param(kind, facts, id=f"{kind} {number}")
    for kind, all_ in SAMPLES.items()
    for number, facts in enumerate(all_)
]


def test_every_message_has_its_sample():
    assert set(SAMPLES) == writing.KINDS


def said_in_html(letter: writing.Letter) -> BeautifulSoup:
    return BeautifulSoup(letter.html, "html5lib")


@pytest.mark.parametrize(("kind", "facts"), EACH)
def test_the_plain_text_says_all_that_the_html_says(kind: str, facts: dict[str, object]):
    letter = writing.write(kind, {"name": "Zoé", **facts}, site=SITE)
    text, page = plain(letter.text), said_in_html(letter)
    for paragraph in page.find_all("p"):
        words = plain(paragraph.get_text(" ", strip=True))
        assert words in text or words.startswith("Si le bouton ne s'ouvre pas") or page.find("a", string=words)
    for link in page.find_all("a"):
        assert link["href"] in letter.text
    assert page.h1.get_text(strip=True) == letter.subject == page.title.get_text(strip=True)
    assert "Service non officiel" in text


@pytest.mark.parametrize(("kind", "facts"), EACH)
def test_a_message_is_set_in_french_and_fetches_nothing(kind: str, facts: dict[str, object]):
    letter = writing.write(kind, {"name": "Zoé", **facts}, site=SITE)
    page = said_in_html(letter)
    for words in (letter.subject, letter.text.replace(SITE, ""), page.body.get_text(" ")):
        found = PLAIN_SPACE.search(words)
        assert not found, found
    assert not page.find(["img", "script", "link", "iframe", "form"]) and "url(" not in letter.html
    assert all(len(line) <= writing.WIDTH + 8 or line.startswith("https://") for line in letter.text.splitlines())
    assert page.html["lang"] == "fr"


@pytest.mark.parametrize(("kind", "facts"), EACH)
def test_links_lead_to_the_site_of_the_settings_only(kind: str, facts: dict[str, object]):
    letter = writing.write(kind, {"name": "Zoé", **facts}, site=SITE)
    assert {
        link["href"] == SITE or link["href"].startswith(f"{SITE}/") for link in said_in_html(letter).find_all("a")
    } == {True}


@pytest.mark.parametrize(("kind", "facts"), EACH)
def test_a_name_is_never_markup_nor_template(kind: str, facts: dict[str, object]):
    evil = "<zq'\"x>{{7*191}}"
    letter = writing.write(kind, {"name": evil, **facts}, site=SITE)
    assert "<zq" not in letter.html and "1337" not in letter.html + letter.text + letter.subject
    assert evil in letter.text


def test_what_is_not_told_is_an_error_and_never_a_hole():
    with pytest.raises(Exception, match="undefined"):
        writing.write("sign_in_link", {"name": "Zoé", "goal": "sign_in", "token": "x"}, site=SITE)


def test_without_a_name_the_greeting_stands_alone():
    letter = writing.write("welcome", {"name": "", "token": "x", "minutes": 15}, site=SITE)
    assert letter.text.startswith("Bonjour,\n")
