"""The same rules, cited otherwise."""

import pytest

from grantapp.domain.aid import Advance, AidRules, Ceiling, Rate
from grantapp.domain.edition import Passage
from grantapp.domain.eligibility import AllOf, AnyOf, Citation, Rule, met
from grantapp.rules import citing

NOTE = "Règle de 2030, non confirmée pour 2031."
OF_2030 = Citation(text="Page de 2030", at="ici", url="https://2030.example")
OF_2029 = Citation(text="Page de 2029", at="là", url="https://2029.example")
UNDATED = Citation(text="Code inventé", at="article 1", url="https://code.example")
DOUBTFUL = Citation(text="Autre page", at="ici", url="https://2029.example", verified=False, note="Déduit.")
YEARS = {OF_2030.url: frozenset({2030}), OF_2029.url: frozenset({2028, 2029})}


def leaf(code):
    return Rule(code=code, slug=code.lower(), title=code, needs=(), cites=(OF_2030,), check=lambda: met("Oui."))


def cites_of(rule):
    yield from rule.cites
    for branch in getattr(rule, "branches", ()):
        yield from cites_of(branch)


def test_a_rule_is_carried_over_with_all_its_branches():
    inner = AnyOf(code="B", slug="b", title="B", branches=(leaf("C"), leaf("D")), cites=(OF_2030,))
    whole = AllOf(code="A", slug="a", title="A", branches=(leaf("E"), inner), cites=(OF_2030, UNDATED))
    carried = citing.rule(whole, citing.carried(NOTE))
    found = list(cites_of(carried))
    assert len(found) == len(list(cites_of(whole)))
    assert not any(each.verified for each in found) and {each.note for each in found} == {NOTE}
    assert carried.judge({}).verdict is whole.judge({}).verdict
    assert all(each.verified for each in cites_of(whole))


def test_what_was_doubtful_keeps_its_reason_and_the_note_is_said_once():
    once = citing.carried(NOTE)((DOUBTFUL,))
    assert once[0].note == f"{NOTE} Déduit."
    assert citing.carried(NOTE)(once) == once


@pytest.mark.parametrize(
    ("year", "cites", "kept"),
    [
        (2030, (OF_2030, OF_2029), (OF_2030,)),
        (2029, (OF_2030, OF_2029), (OF_2029,)),
        (2030, (OF_2029, UNDATED), (UNDATED,)),
        (2030, (OF_2030, DOUBTFUL), (OF_2030, DOUBTFUL)),
    ],
)
def test_what_was_read_for_the_year_is_kept_alone(year, cites, kept):
    assert citing.read_for(year, YEARS)(cites) == kept


def test_what_was_read_for_other_years_only_says_so():
    (found,) = citing.read_for(2030, YEARS)((OF_2029,))
    assert not found.verified and found.note == "Lu pour 2028 et 2029, non confirmé pour 2030."
    assert citing.read_for(2030, YEARS)((DOUBTFUL,)) == (DOUBTFUL,)


def test_amounts_are_carried_over_whole():
    given = AidRules(
        eligible_posts=frozenset(),
        posts_cited=(OF_2030,),
        deficit_cited=(OF_2030,),
        rates=(Rate("r", "Taux", None, "…", (OF_2030,)),),
        ceilings=(Ceiling(code="c", label="le plafond", needs=(), limit=lambda basis: None, cites=(OF_2030,)),),
        advance=Advance(percent=15, cites=(OF_2030,)),
    )
    carried = citing.aid(given, citing.carried(NOTE))
    found = [
        *carried.posts_cited,
        *carried.deficit_cited,
        *carried.rates[0].citations,
        *carried.ceilings[0].cites,
        *carried.advance.cites,
    ]
    assert len(found) == 5 and {(each.verified, each.note) for each in found} == {(False, NOTE)}


def test_passages_keep_their_words_and_whose_they_are():
    said = {"a": Passage("Phrase.", cites=(OF_2030,)), "b": Passage("Ici.", ours=True)}
    carried = citing.texts(said, citing.carried(NOTE))
    assert carried == said
    assert carried["a"].cites[0].note == NOTE and carried["b"].ours and not carried["b"].cites
