"""How long the main acts take, as ratios to a named reference of the same run (medians, and the range)."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import weasyprint

from grantapp.app import build_platform, create_app
from grantapp.config import Settings
from grantapp.domain import project_file
from grantapp.domain.judgement import judge
from grantapp.domain.project import Project
from grantapp.domain.sections.applicant import Link, Relation
from grantapp.editions import get_edition
from grantapp.services import demonstration
from grantapp.services.judging import Case, unfiled
from grantapp.services.printing import dossier_pdf

ROUNDS = 7
NOW = datetime(2022, 3, 15, 9, tzinfo=UTC)


def seconds(act: Callable[[], object], times: int, clock: Callable[[], float]) -> float:
    began = clock()
    for _ in range(times):
        act()
    return (clock() - began) / times


def compare(
    title: str,
    act: Callable[[], object],
    reference: Callable[[], object],
    times: int,
    often: int,
    *,
    clock: Callable[[], float] = time.process_time,
) -> None:
    """Act and reference in turn, so that a drifting machine drifts for both."""
    act(), reference()
    ratios = [seconds(act, times, clock) / seconds(reference, often, clock) for _ in range(ROUNDS)]
    print(f"{title}: × {statistics.median(ratios):.2f}  [{min(ratios):.2f} … {max(ratios):.2f}]")


def crowded() -> Project:
    """The demonstration with a group of 200 undertakings: links of links, partners, and what is linked to partners."""
    links = tuple(
        Link(
            name=f"Entreprise inventée {number}",
            relation=(Relation.LINKED, Relation.PARTNER, Relation.SAME_OWNER)[number % 3],
            capital_percent=Decimal(26 + number % 20),
            votes_percent=Decimal(30),
            headcount=Decimal(1),
            turnover=Decimal(10_000 * number),
            balance_total=Decimal(5_000 * number),
            attached_to=f"Entreprise inventée {number // 2}" if number > 3 else "",
        )
        for number in range(1, 201)
    )
    return demonstration.project().with_answers({"size.has_links": True, "size.links": links})


def python(*arguments: str) -> None:
    """A whole process; what it concludes is not what is measured."""
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=False)  # noqa: S603 - our own words


def check_of_a_group() -> None:
    """Whole processes, timed by the clock."""
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "groupe.json"
        path.write_text(json.dumps(project_file.dump(crowded(), demonstration.EDITION)))
        compare(
            "grantapp check of a group of 200 undertakings / start Python and import json",
            lambda: python("-m", "grantapp.cli", "check", str(path), "--on", "2022-03-15"),
            lambda: python("-c", "import json"),
            1,
            1,
            clock=time.perf_counter,
        )


def main() -> None:
    check_of_a_group()
    edition = get_edition(demonstration.EDITION)
    project = demonstration.project()
    text = json.dumps(project_file.dump(project))
    compare(
        "judge the demonstration / read its JSON and its 88 questions",
        lambda: judge(edition, project, NOW),
        lambda: project_file.load(json.loads(text)),
        20,
        20,
    )
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.from_env({"GRANTAPP_HOME": str(Path(home))})
        platform = replace(build_platform(settings), clock=lambda: NOW)
        demonstration.install(platform.sessions, platform.files, now=NOW)
        app = create_app(settings, platform)
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        client.post("/connexion", data={"email": demonstration.DIRECTOR[1], "password": demonstration.PASSWORD})
        for slug in ("site", "depenses", "adherentes"):
            compare(
                f"answer /dossiers/…/{slug} / answer /sante",
                lambda slug=slug: client.get(f"/dossiers/A22-0001/{slug}"),
                lambda: client.get("/sante"),
                5,
                50,
            )
        platform.engine.dispose()
    deposit = unfiled(Case(project, edition, NOW))
    compare(
        "print the demonstration / print an empty page",
        lambda: dossier_pdf(deposit),
        lambda: weasyprint.HTML(string="<p>").write_pdf(),
        1,
        5,
    )


if __name__ == "__main__":
    main()
