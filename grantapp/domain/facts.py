"""What rules read of a project: its answers, and what is computed from them once for all of them."""

from datetime import datetime

from grantapp.domain.company import company_of
from grantapp.domain.derived import FILED_AT, GAPS, REGION, SIZE
from grantapp.domain.edition import Edition
from grantapp.domain.project import Project, facts_of
from grantapp.domain.region import region_of
from grantapp.domain.wizard import gaps


def facts_for(edition: Edition, project: Project, at: datetime | None) -> dict[str, object]:
    """The answers with the derived facts; `at` is the instant of filing, None when the case leaves it unsaid."""
    facts = facts_of(project)
    derived = {
        FILED_AT: at,
        SIZE: company_of(facts).size,
        REGION: region_of(facts.get("site.insee_code"), facts.get("site.postcode")),
        GAPS: tuple(dict.fromkeys(gap.anchor.partition("[")[0] for gap in gaps(edition, project))),
    }
    return facts | {name: value for name, value in derived.items() if value is not None}
