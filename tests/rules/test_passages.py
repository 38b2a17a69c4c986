"""The sentences of an edition as they are read: with their sources, or not at all."""

from pathlib import Path

import pytest

from grantapp.rules import sources
from grantapp.rules.passages import BadPassage, Passages, read

CITED = '[contact]\ntext = "Parlez-en à l\'ADEME."\ncites = ["S11 : contact"]\n'


@pytest.fixture
def passages(tmp_path: Path):
    def written(*texts: str) -> Passages:
        paths = [tmp_path / f"{number}.toml" for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        return read(*paths)

    return written


def test_a_passage_is_french_text_with_its_sources(passages):
    contact = passages(CITED)["contact"]
    assert contact == "Parlez-en à l’ADEME."
    assert contact.cites == (sources.S11.at("contact"),)
    assert not contact.ours


def test_what_was_read_for_another_year_says_so_on_each_source(passages):
    text = '[x]\ntext = "Un critère."\ncites = ["S6 : critères", "S11 : critères"]\nunverified = "Lu pour 2021."\n'
    assert [(each.verified, each.note) for each in passages(text)["x"].cites] == [(False, "Lu pour 2021.")] * 2


def test_a_name_in_braces_brings_its_words_and_its_sources(passages):
    text = CITED + '[filing]\ntext = "Un dépôt. {contact}"\ncites = ["S14 : lancement"]\n'
    filing = passages(text)["filing"]
    assert filing == "Un dépôt. Parlez-en à l’ADEME."
    assert filing.cites == (sources.S14.at("lancement"), sources.S11.at("contact"))


def test_the_same_source_is_not_cited_twice(passages):
    text = CITED + '[filing]\ntext = "Un dépôt. {contact}"\ncites = ["S11 : contact"]\n'
    assert passages(text)["filing"].cites == (sources.S11.at("contact"),)


def test_a_passage_made_of_others_is_ours_when_all_of_them_are(passages):
    ours = '[here]\ntext = "Ici, votre dossier se fige."\nours = true\n'
    read_back = passages(CITED + ours + '[both]\ntext = "{here} {contact}"\n[alone]\ntext = "{here}"\n')
    assert (read_back["both"].ours, len(read_back["both"].cites)) == (False, 1)
    assert (read_back["alone"].ours, read_back["alone"].cites) == (True, ())


def test_a_later_file_is_read_over_an_earlier_one(passages):
    later = '[contact]\ntext = "Parlez-en au préfet."\ncites = ["S12 : contact"]\n'
    both = passages(CITED + '[filing]\ntext = "{contact}"\n', later)
    assert both["filing"] == "Parlez-en au préfet."


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('x = "Une phrase."', r"\[x\] : une phrase s'écrit dans une table"),
        ('[x]\ncites = ["S1 : là"]', "une phrase s'écrit dans une table"),
        ('[x]\ntext = "Une phrase."', "ni source, ni « ours = true »"),
        ('[x]\ntext = "Une phrase."\ncites = []', "ni source, ni « ours = true »"),
        (CITED + '[x]\ntext = "Une phrase. {contact}"', r"\[x\] : ni source"),
        ('[x]\ntext = "Une phrase."\ncites = ["S999 : là"]', "source inconnue : « S999 »"),
        ('[x]\ntext = "Une phrase."\ncites = ["typeset : là"]', "source inconnue : « typeset »"),
        ('[x]\ntext = "Une phrase."\ncites = ["S1"]', "« S1 » ne dit pas où"),
        ('[x]\ntext = "Ici, rien."\ncites = ["S1 : là"]\nours = true', "à la fois"),
        ('[x]\ntext = "Une phrase."\nsource = "S1"\nours = true', "champ inconnu : source"),
        ('[x]\ntext = "Ici, rien."\nours = true\nunverified = "Lu."', "« unverified » ne se rapporte à aucune source"),
        ('[x]\ntext = "{y}"', r"\{y\} n'est le nom d'aucun passage"),
        ('[x]\ntext = "{x}"', r"\{x\} renvoie à lui-même"),
        ('[x]\ntext = "{y}"\n[y]\ntext = "{z}"\n[z]\ntext = "{y}"', r"\[y\] : \{y\} renvoie à lui-même"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(passages, text, fault):
    with pytest.raises(BadPassage, match=fault):
        passages(text)


@pytest.mark.parametrize("broken", ['[x]\ncites = ["S1 : là"]', 'x = "sans text"'])
def test_a_passage_that_names_a_broken_one_is_refused_with_it(passages, broken):
    with pytest.raises(BadPassage, match=r"\[x\] : une phrase s'écrit dans une table"):
        passages(broken + '\n[y]\ntext = "{x}"')


def test_what_a_sentence_of_ours_states_is_shown(passages):
    with pytest.raises(BadPassage, match="affirme quelque chose \\(« 80 % »\\)"):
        passages('[x]\ntext = "Ici, rien au-delà de 80 % du coût."\nours = true\n')


def test_every_fault_is_told_at_once_with_its_file(passages):
    with pytest.raises(BadPassage) as refused:
        passages('[x]\ntext = "Une phrase."\n', '[y]\ntext = "Une phrase."\ncites = ["S999 : là"]\n')
    told = str(refused.value).splitlines()
    assert len(told) == 2
    assert "/0.toml, [x]" in told[0] and "/1.toml, [y]" in told[1]


@pytest.mark.parametrize(
    "claim",
    [
        "Nous aidons 80 % du coût.",
        "Ici, l'aide est de mille €.",
        "Ce service ferme en avril.",
        "Nous fermons le 3.",
        "Ici, l'article premier s'applique.",
        "L'appel de 2022 est ouvert ici.",
        "L'appel ferme en 2022, l'heure n'a pas été trouvée.",
        "L'appel ferme en 2022 : l'heure n'a pas été lue.",
        "Les entreprises sont admises.",
        "Le taux est à confirmer.",
    ],
)
def test_a_sentence_of_ours_states_nothing_of_the_call(passages, claim):
    with pytest.raises(BadPassage, match="citez une source"):
        passages(f'[x]\ntext = "{claim}"\nours = true\n')


@pytest.mark.parametrize(
    "said",
    [
        "Ce service n'est pas officiel.",
        "Déposer ici fige votre dossier.",
        "Aucune source lue ne donne le taux.",
        "Le cahier des charges de 2022 n'a pas pu être lu.",
        "Ses règles de 2026 n'ont pas été trouvées.",
    ],
)
def test_this_service_and_what_was_not_found_need_no_source(passages, said):
    assert passages(f'[x]\ntext = "{said}"\nours = true\n')["x"].ours
