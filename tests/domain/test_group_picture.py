"""The group drawn: no box over another, no undertaking forgotten, whatever the links."""

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantapp.domain.group import group_of
from grantapp.domain.group_picture import (
    DETAIL_SIZE,
    GAP,
    MOST_BOXES,
    NAME_SIZE,
    WIDTH,
    Count,
    Node,
    Tie,
    advance,
    nodes_of,
    picture_of,
    wrapped,
)
from grantapp.domain.judgement import as_json, judge
from grantapp.domain.project import Project
from grantapp.domain.sections.applicant import Link, Relation, Size
from grantapp.editions import get_edition
from tests.makers import NOW


def link(name, relation=Relation.LINKED, capital="60", votes="60", *, to=None, **others):
    percents = {"capital_percent": capital and Decimal(capital), "votes_percent": votes and Decimal(votes)}
    return Link(name=name, relation=relation, attached_to=to, **percents, **others)


def drawing(*links):
    return picture_of(nodes_of(group_of(links)))


def plain(text):
    return " ".join(text.replace("’", "'").split())


def words(picture):
    return {entry.name: plain(entry.text) for entry in picture.entries}


def boxes(picture):
    """Each box in words, from top to bottom, two spaces for a step to the right."""
    return [
        "  " * (box.x // 16) + plain(" | ".join(line.text for line in (*box.names, *box.details)))
        for box in picture.boxes
    ]


def test_a_group_of_nobody_draws_nothing():
    assert drawing().boxes == drawing().entries == ()


def test_one_undertaking_stands_under_ours():
    found = drawing(link("Menuiserie"))
    assert boxes(found) == ["Votre organisation", "  Menuiserie | 60 % du capital et des voix | comptée en entier"]
    assert words(found) == {
        "Menuiserie": "lien direct, 60 % du capital et des voix. Entreprise liée, comptée en entier."
    }
    assert plain(found.summary).startswith("Entreprises du groupe : 1 comptée en entier.")


def test_each_says_how_it_counts_and_is_drawn_under_what_it_is_attached_to():
    found = drawing(
        link("Mère", capital="80", votes="90"),
        link("Partenaire", Relation.PARTNER, "32.5", "20", to="mère"),
        link("Fille du partenaire", to="Partenaire", capital="100", votes="100"),
        link("SCI", Relation.SAME_OWNER, None, None),
        link("Commune", Relation.PUBLIC_BODY, "10", "0"),
        link("Petite part", Relation.PARTNER, "2", "2"),
        link("Consolidée", to="1", consolidated=True),
        link("Sans parts", capital=None, votes=None),
    )
    assert boxes(found) == [
        "Votre organisation",
        "  Mère | 80 % du capital, 90 % des voix | comptée en entier",
        "    Partenaire | 32,5 % du capital, 20 % des voix | comptée à 32,5 %",
        "      Fille du partenaire | 100 % du capital et des voix | comptée à 32,5 %",
        "    Consolidée | 60 % du capital et des voix | déjà consolidée",
        "  SCI | à la même personne, même marché | comptée en entier",
        "  Commune | organisme public, 10 % du capital | non comptée",
        "  Petite part | 2 % du capital et des voix | non comptée",
        "  Sans parts | majorité ou contrôle | comptée en entier",
    ]
    said = words(found)
    assert said["Fille du partenaire"] == (
        "rattachée à « Partenaire », 100 % du capital et des voix. Liée à « Partenaire », comptée avec elle : 32,5 %."
    )
    assert said["Petite part"].endswith("Non comptée : moins de 25 % du capital et des voix.")
    assert said["Consolidée"].endswith("Déjà dans des comptes consolidés : rien n'est ajouté.")
    filled = {box.look: box.filled / box.height for box in found.boxes}
    assert filled["whole"] == 1
    assert filled["part"] == pytest.approx(0.325, abs=0.02)
    assert filled["none"] == filled["consolidated"] == 0


def test_a_second_tie_is_not_drawn_but_said():
    found = drawing(
        link("Mère"), link("Fille", to="Mère", capital="30", votes="30"), link("Fille", capital="5", votes="5")
    )
    assert boxes(found)[2] == "  Fille | 5 % du capital et des voix | comptée en entier | un autre lien, dans la liste"
    assert words(found)["Fille"].startswith(
        "lien direct, 5 % du capital et des voix ; aussi rattachée à « Mère », 30 % du capital et des voix."
    )


def test_the_two_ways_of_a_cross_holding_are_one_tie_the_greater():
    found = drawing(link("Sœur", Relation.PARTNER, "10", "30"), link("Sœur", Relation.PARTNER, "26", "5"))
    assert boxes(found)[1:] == ["  Sœur | 26 % du capital, 30 % des voix | comptée à 30 %"]


def test_a_ring_is_gone_round_once():
    found = drawing(link("A"), link("B", to="A"), link("C", to="B"), link("A", to="C"))
    assert [line.split(" | ")[0] for line in boxes(found)] == ["Votre organisation", "  A", "    B", "      C"]
    assert "aussi rattachée à « C »" in words(found)["A"]


def test_what_counts_is_drawn_and_the_others_are_told_in_the_list():
    members = [link(f"Adhérente {n}", Relation.PARTNER, "1", "1") for n in range(198)]
    found = drawing(*members, link("Partenaire", Relation.PARTNER, "10", "10"), link("Liée", to="Partenaire"))
    assert boxes(found)[-1] == "  et 188 autres, dans la liste"
    assert len(found.boxes) == MOST_BOXES + 2
    assert len(found.entries) == 200
    with_linked = drawing(*members, link("Partenaire", Relation.PARTNER, "30", "30"), link("Liée", to="Partenaire"))
    assert {"Partenaire", "Liée"} <= {line.split(" | ")[0].strip() for line in boxes(with_linked)}


def test_thirteen_are_all_drawn_rather_than_one_other():
    found = drawing(*(link(f"Fille {n}") for n in range(MOST_BOXES + 1)))
    assert len(found.boxes) == MOST_BOXES + 2
    assert all(box.look != "others" for box in found.boxes)


def test_a_chain_of_two_hundred_stays_narrow_and_is_told_whole():
    found = drawing(*(link(f"E{n}", to=None if n == 0 else f"E{n - 1}") for n in range(200)))
    assert min(box.width for box in found.boxes) > WIDTH // 2
    assert boxes(found)[-1] == "  et 195 autres, dans la liste"
    assert [entry.name for entry in found.entries] == [f"E{n}" for n in range(200)]


def test_a_group_that_cannot_be_read_is_not_drawn():
    assert drawing(link("A", to="inconnue")).boxes == ()


def test_a_long_name_is_cut_in_its_box_and_whole_in_the_list():
    name = "Société coopérative artisanale de production, de commercialisation et d'essais du Mistral imaginaire"
    found = drawing(link(name))
    shown = [line.text for line in found.boxes[1].names]
    assert len(shown) == 2
    assert shown[1].endswith("…")
    assert found.entries[0].name == name


def test_what_was_typed_keeps_its_own_spaces():
    found = drawing(link("A : b ?"), link("Fille", to="A : b ?"))
    assert found.entries[0].name == "A : b ?"
    assert "A : b ?" in found.entries[1].text


letters = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)


@st.composite
def any_nodes(draw):
    """Rings, several ties, undertakings attached to nobody of the group: worse than what the rows can say."""
    count = draw(st.integers(1, 40))
    places = st.none() | st.integers(0, count - 1)
    counts = st.sampled_from([(Count.WHOLE, 100), (Count.PART, 30), (Count.NONE, 0), (Count.CONSOLIDATED, 0)])
    nodes = []
    for _ in range(count):
        ties = draw(st.lists(places, min_size=1, max_size=3, unique=True))
        word, share = draw(counts)
        tied = tuple(Tie(each, "32,5 % du capital, 20 % des voix") for each in ties)
        nodes.append(Node(draw(letters), tied, word, Decimal(share), "raison"))
    return nodes


@given(any_nodes())
def test_no_box_lies_over_another_and_none_is_forgotten(nodes):
    found = picture_of(nodes)
    for above, below in combinations(found.boxes, 2):
        assert above.y + above.height + GAP <= below.y
    drawn = [box.node for box in found.boxes if box.node is not None]
    assert len(drawn) == len(set(drawn)) <= MOST_BOXES + 1
    assert sorted(entry.name for entry in found.entries) == sorted(node.name for node in nodes)
    assert len(drawn) == len(nodes) or found.boxes[-1].look == "others"


@given(any_nodes())
def test_everything_stays_inside_its_box_and_no_line_crosses_one(nodes):
    found = picture_of(nodes)
    for box in found.boxes:
        assert 0 <= box.x < box.x + box.width == found.width == WIDTH
        assert 0 <= box.y < box.y + box.height <= found.height
        for size, lines in ((NAME_SIZE, box.names), (DETAIL_SIZE, box.details)):
            for line in lines:
                assert box.text_x + advance(line.text, size) <= box.x + box.width
                assert box.y < line.y - size // 2 < line.y < box.y + box.height
        if box.trunk:
            x, top = box.trunk
            crossed = [
                each for each in found.boxes if each.x <= x and top < each.y + each.height and each.y < box.elbow_y
            ]
            assert not crossed
            assert x < box.x


@given(letters, st.integers(60, 300))
def test_lines_hold_and_lose_nothing_but_spaces(text, room):
    lines = wrapped(text, room, NAME_SIZE)
    assert all(advance(line, NAME_SIZE) <= room for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.replace("\u200b", "").split())


def test_the_published_form_says_the_group_in_plain_values():
    links = (link("Mère"), link("Partenaire", Relation.PARTNER, "32.5", "20", to="Mère"))
    project = Project(size=Size(has_links=True, links=links))
    published = as_json(judge(get_edition("ademe_2022"), project, NOW))["company"]["group"]
    assert [each["name"] for each in published] == ["Mère", "Partenaire"]
    assert [tie["attached_to"] for each in published for tie in each["ties"]] == [None, 0]
    assert (published[1]["count"], published[1]["share"]) == ("part", "32.5")
    assert as_json(judge(get_edition("ademe_2022"), Project(), NOW))["company"]["group"] == []
