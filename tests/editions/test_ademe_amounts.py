"""What the editions of ADEME since 2020 say of amounts: article 45 is to be confirmed, and promises nothing."""

from datetime import timedelta

import pytest

from grantapp.domain.judgement import judge
from grantapp.editions import find_case, get_edition

each_edition = pytest.mark.parametrize("edition_id", ["ademe_2020", "ademe_2021", "ademe_2022"])


def aid(edition_id, **answers):
    edition, case = get_edition(edition_id), find_case(edition_id, "eligible")
    project = case.project.with_answers({name.replace("__", "."): value for name, value in answers.items()})
    return judge(edition, project, edition.window.opens_at + timedelta(days=3)).aid


@each_edition
def test_article_45_is_shown_to_be_confirmed_and_gives_no_largest_grant(edition_id):
    found = aid(edition_id)
    line = found.line("article_45")
    assert line.amount > 0 and line.label.startswith("Plafond à confirmer")
    assert not any(citation.verified for citation in line.citations)
    assert "un taux que nous n’avons pas lu peut la limiter davantage" in line.explanation
    assert (found.line("largest_grant"), found.line("over_ceiling"), found.binding) == (None, None, ())


@each_edition
def test_without_an_estimate_of_the_land_article_45_waits_and_names_it(edition_id):
    line = aid(edition_id, funding__value_after=None).line("article_45")
    assert line.amount is None
    assert "Valeur estimée après dépollution" in line.explanation
