"""How long the main acts take, as ratios to a named reference of the same run (medians, and the range)."""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import weasyprint

from grantapp.app import build_platform, create_app
from grantapp.config import Settings
from grantapp.domain import project_file
from grantapp.domain.judgement import judge
from grantapp.editions import get_edition
from grantapp.services import demonstration
from grantapp.services.judging import Case, unfiled
from grantapp.services.printing import dossier_pdf

ROUNDS = 7
NOW = datetime(2022, 3, 15, 9, tzinfo=UTC)


def seconds(act: Callable[[], object], times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        act()
    return (time.process_time() - began) / times


def compare(title: str, act: Callable[[], object], reference: Callable[[], object], times: int, often: int) -> None:
    """Act and reference in turn, so that a drifting machine drifts for both."""
    act(), reference()
    ratios = [seconds(act, times) / seconds(reference, often) for _ in range(ROUNDS)]
    print(f"{title}: × {statistics.median(ratios):.2f}  [{min(ratios):.2f} … {max(ratios):.2f}]")


def main() -> None:
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
        "print the demonstration (19 pages) / print an empty page",
        lambda: dossier_pdf(deposit),
        lambda: weasyprint.HTML(string="<p>").write_pdf(),
        1,
        5,
    )


if __name__ == "__main__":
    main()
