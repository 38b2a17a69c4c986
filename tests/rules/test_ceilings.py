"""What limits a grant: each ceiling at its threshold, with an answer missing, and the lowest of several."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from grantapp.domain.aid import Advance, AidRules, statement
from grantapp.domain.derived import FILED_AT, SIZE
from grantapp.domain.eligibility import Citation
from grantapp.domain.project import Project, facts_of
from grantapp.domain.question import when
from grantapp.domain.sections.applicant import Request, RequestKind
from grantapp.domain.sections.funding import Expenditure, Expense, Funding, Post, Source, SourceNature
from grantapp.domain.sections.site import History, Status
from grantapp.domain.size import SizeClass
from grantapp.french import PARIS, typeset
from grantapp.rules import ceilings

READ = (Citation(text="Un texte lu", at="page 1", url="https://example.org/lu"),)
DOUBTFUL = (
    Citation(text="Un autre texte", at="page 2", url="https://example.org/b", verified=False, note="Pas relu."),
)
WORKS = frozenset({Post.DECONTAMINATION, Post.DEMOLITION})
STUDIES = frozenset({Post.STUDIES})
RULES = AidRules(eligible_posts=WORKS | STUDIES, posts_cited=(), deficit_cited=(), rates=())

DEFICIT = ceilings.deficit(cites=READ)
ALL_WORKS = ceilings.posts_share(
    code="works", label="les travaux de remise en état", posts=WORKS, percent=Decimal(100), cites=READ
)
STUDIES_SHARE = ceilings.posts_share(
    code="studies", label="80 % des études", posts=STUDIES, percent=Decimal(80), cites=READ
)
LAND_VALUE = ceilings.article_45(posts=WORKS, cites=DOUBTFUL)
PUBLIC = ceilings.public_total(cites=READ)
PERCENTS = dict(zip(SizeClass, map(Decimal, (80, 80, 70, 60)), strict=True))

# The project of the demonstration: a deficit of 800 000 € under 1 410 000 € of remise en état.
SPENT = (
    (Post.DECONTAMINATION, 660_000, True),
    (Post.DEMOLITION, 750_000, True),
    (Post.STUDIES, 60_000, True),
    (Post.CONSTRUCTION, 2_130_000, False),
)
PLAN = (
    (SourceNature.REVENUE, 2_500_000),
    (SourceNature.OTHER_PUBLIC, 300_000),
    (SourceNature.GRANT, 800_000),
)


def facts(*, spent=SPENT, plan=PLAN, kind=RequestKind.WORKS, status=Status.FORMER_ICPE, at="2022-03-01", **funding):
    project = Project(
        request=Request(kind=kind, site_found=True),
        history=History(status=status),
        expenditure=Expenditure(
            lines=tuple(
                Expense(post=post, amount=None if amount is None else Decimal(amount), claimed=claimed)
                for post, amount, claimed in spent
            )
        ),
        funding=Funding(
            sources=tuple(
                Source(nature=nature, amount=None if amount is None else Decimal(amount)) for nature, amount in plan
            ),
            **funding,
        ),
    )
    found = facts_of(project)
    return found | {FILED_AT: datetime.fromisoformat(at).replace(tzinfo=PARIS)} if at else found


def stated(*limits, advance=None, known=None, **given):
    return statement(replace(RULES, ceilings=limits, advance=advance), (known or {}) | facts(**given))


def sentence(aid, code):
    return aid.line(code).explanation


# ── the balance of the operation ─────────────────────────────────────────────────────────────────────────────────


def test_the_grant_fills_the_deficit_and_no_more():
    aid = stated(DEFICIT)
    assert aid.amount("at_most_deficit") == aid.amount("largest_grant") == 800_000
    assert typeset("moins 2 500 000 € de recettes") in sentence(aid, "at_most_deficit")


@pytest.mark.parametrize(("revenue", "room"), [(3_299_999, 1), (3_300_000, 0), (3_300_001, 0)])
def test_an_operation_in_balance_has_nothing_to_fill(revenue, room):
    aid = stated(DEFICIT, plan=((SourceNature.REVENUE, revenue), (SourceNature.OTHER_PUBLIC, 300_000)))
    assert aid.amount("largest_grant") == room
    assert ("rien à combler" in sentence(aid, "at_most_deficit")) is (room == 0)
