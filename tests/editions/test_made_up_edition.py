"""The page that shows how to add an edition is followed to the letter: one folder, and every test is green."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "ajouter-une-edition.md").read_text(encoding="utf-8")
BLOCKS = [(kind, body) for kind, body in re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, flags=re.M | re.S)]
NAME = re.compile(r"^(?:# |<!-- )(?P<after>à la fin de )?(?P<path>grantapp/editions/appel_2030/\S+)(?: -->)?\n")
WALKERS = ("tests/test_editions.py", "tests/test_citations.py")
PAGES = ("tests/web/test_calls.py", "tests/web/test_citations_shown.py")


def write_folder(root: Path) -> list[str]:
    """The files of the page, as it gives them; the erratum comes later."""
    written = []
    for kind, body in BLOCKS:
        name = NAME.match(body)
        assert name, f"a block says in its first line which file it is: {body[:60]}"
        if kind != "diff" and not name["after"]:
            path = root / name["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body[name.end() :], encoding="utf-8")
            written.append(name["path"])
    return written


def publish_the_erratum(root: Path) -> None:
    for kind, body in BLOCKS:
        name = NAME.match(body)
        path, text = root / name["path"], body[name.end() :]
        content = path.read_text(encoding="utf-8")
        if name["after"]:
            path.write_text(content + "\n" + text, encoding="utf-8")
        elif kind == "diff":
            for gone, come in re.findall(r"^-(.*\n)((?:\+.*\n)+)", text, flags=re.M):
                assert content.count(gone) == 1, gone
                content = content.replace(gone, re.sub(r"^\+", "", come, flags=re.M))
            path.write_text(content, encoding="utf-8")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with one folder more."""
    root = tmp_path_factory.mktemp("house")
    for name in ("grantapp", "tests", "migrations"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "setup.cfg", root)
    written = write_folder(root)
    assert len(written) > 8 and all(path.startswith("grantapp/editions/appel_2030/") for path in written)
    return root


def run(root: Path, *arguments: str) -> str:
    environ = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=root, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


def passed(root: Path, *files: str) -> int:
    said = run(
        root,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=--import-mode=importlib",
        "-k",
        "appel_2030",
        *files,
    )
    assert "failed" not in said and "skipped" not in said
    return int(re.search(r"(\d+) passed", said)[1])


def test_one_folder_more_and_the_tests_of_editions_are_green(house):
    assert passed(house, *WALKERS, *PAGES) > 30


def test_its_code_reads_as_the_house_wants(house):
    ruff = [str(Path(sys.executable).with_name("ruff")), "--config", str(ROOT / "pyproject.toml")]
    folder = str(house / "grantapp" / "editions" / "appel_2030")
    if not Path(ruff[0]).is_file():
        pytest.skip("ruff is not installed beside this Python")
    for command in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = subprocess.run([ruff[0], *command, *ruff[1:], folder], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_an_erratum_is_an_amendment_with_a_date_and_another_version(house):
    publish_the_erratum(house)
    code = (
        "from datetime import datetime; from grantapp.french import PARIS\n"
        "from grantapp.editions import get_edition\n"
        "edition = get_edition('appel_2030')\n"
        "days = [datetime(2030, 3, day, 12, tzinfo=PARIS) for day in (3, 4)]\n"
        "print(edition.version, *(len(edition.amended(day)) for day in days))\n"
    )
    assert run(house, "-c", code).split() == ["2030.2", "0", "1"]
    assert passed(house, *WALKERS) > 25
