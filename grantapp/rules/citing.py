"""The same rules, cited otherwise: an edition that carries over another, or a year for which a page was not written.

What a rule checks does not change; only what is said of its sources does.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from grantapp.domain.aid import AidRules
from grantapp.domain.edition import Passage
from grantapp.domain.eligibility import AllOf, AnyOf, AnyRule, Citation
from grantapp.french import listing, typeset
from grantapp.rules.passages import Passages

Cites = tuple[Citation, ...]
Recite = Callable[[Cites], Cites]


def carried(note: str) -> Recite:
    """Nothing is verified any more; `note` says why, in French, once, before what each citation already said."""
    said = typeset(note)

    def recite(cites: Cites) -> Cites:
        return tuple(
            each if said in each.note else replace(each, verified=False, note=f"{said} {each.note}".strip())
            for each in cites
        )

    return recite


def read_for(year: int, years_of: Mapping[str, frozenset[int]]) -> Recite:
    """What was read for `year` is kept; failing that, what was read for other years, which then says so.

    `years_of` gives, by address, the years of which a page speaks; a page that is not in it speaks of all of them.
    """

    def is_of_the_year(each: Citation) -> bool:
        return year in years_of.get(each.url, {year})

    def recite(cites: Cites) -> Cites:
        if any(each.verified and is_of_the_year(each) for each in cites):
            return tuple(each for each in cites if is_of_the_year(each) or not each.verified)
        return tuple(each if is_of_the_year(each) or not each.verified else _read_elsewhere(each) for each in cites)

    def _read_elsewhere(each: Citation) -> Citation:
        years = listing(str(one) for one in sorted(years_of[each.url]))
        return replace(each, verified=False, note=f"Lu pour {years}, non confirmé pour {year}.")

    return recite


def rule(given: AnyRule, recite: Recite) -> AnyRule:
    """The rule and, when it has several branches, each of them."""
    if isinstance(given, AnyOf | AllOf):
        branches = tuple(rule(each, recite) for each in given.branches)
        return replace(given, branches=branches, cites=recite(given.cites))
    return replace(given, cites=recite(given.cites))


def rules(given: tuple[AnyRule, ...], recite: Recite) -> tuple[AnyRule, ...]:
    return tuple(rule(each, recite) for each in given)


def aid(given: AidRules, recite: Recite) -> AidRules:
    """The posts, the deficit, the rates, the ceilings and the advance."""
    return replace(
        given,
        posts_cited=recite(given.posts_cited),
        deficit_cited=recite(given.deficit_cited),
        rates=tuple(replace(each, citations=recite(each.citations)) for each in given.rates),
        ceilings=tuple(replace(each, cites=recite(each.cites)) for each in given.ceilings),
        advance=replace(given.advance, cites=recite(given.advance.cites)) if given.advance else None,
    )


def texts(given: Passages, recite: Recite) -> Passages:
    return {name: Passage(each, cites=recite(each.cites), ours=each.ours) for name, each in given.items()}
