"""The arrows of the house: who may import whom. Every arrow points down; there are no circles."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "grantapp"

STDLIB = set(sys.stdlib_module_names)
FLASK = {"flask", "flask_login", "flask_wtf", "werkzeug", "jinja2"}
ROWS = {"sqlalchemy", "alembic", "pysqlite3", "obstore", "huey"}
PRINT = {"jinja2", "markupsafe", "weasyprint", "fontTools", "pydyf", "pikepdf", "segno"}
SHEETS = {"xlsxwriter"}
SEAL = {"cryptography"}

# floor: (rooms of the house it may import, what it may import from outside beside the standard library)
TABLE: dict[str, tuple[set[str], set[str]]] = {
    "french": (set(), set()),
    "config": ({"french"}, set()),
    "typesetting": ({"french"}, {"jinja2"}),
    "domain": ({"french"}, {"stdnum"}),
    "rules": ({"domain", "french"}, set()),
    "editions": ({"domain", "rules", "french"}, set()),
    "forms": ({"domain", "french"}, {"wtforms", "email_validator", "markupsafe", "stdnum"}),
    "storage": ({"domain", "config", "french"}, ROWS),
    "inspection": ({"domain", "french"}, {"pikepdf", "pypdfium2", "PIL", "python_calamine"}),
    "documents": ({"domain", "french", "typesetting"}, PRINT | SEAL | SHEETS),
    "mail": ({"domain", "french", "config", "typesetting"}, {"jinja2"}),
    "services": (
        {"domain", "editions", "storage", "inspection", "documents", "mail", "french", "config"},
        {"argon2", "sqlalchemy", "stdnum", "itsdangerous", "pyotp"},
    ),
    "web": (
        {"services", "forms", "domain", "editions", "french", "typesetting"},
        FLASK | {"segno", "authlib", "joserfc", "requests"},
    ),
    "worker": ({"services", "storage", "config"}, set()),
    "app": ({"web", "services", "storage", "config", "french"}, {"flask", "sqlalchemy"}),
    "serving": ({"app", "services", "storage", "config"}, {"waitress"}),
    "telling": ({"domain", "french"}, {"click"}),
    "terminal": ({"config", "french"}, {"click"}),
    "cli": (
        {"terminal", "telling", "serving", "worker", "services", "editions", "domain", "config", "french"},
        {"click"},
    ),
}
ORDER = list(TABLE)  # from the ground up: nobody imports a room that stands above


def room_of(path: Path) -> str:
    first = path.relative_to(ROOT).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write the whole name of what you import"
            found.add(node.module or "")
            if node.module == "grantapp":
                found |= {f"grantapp.{alias.name}" for alias in node.names}
    return found - {"grantapp"}


FILES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_arrow_points_down(path: Path):
    room = room_of(path)
    assert room in TABLE, f"« {room} » is a new room: give it a line in the table, and in docs/architecture.md"
    rooms, outside = TABLE[room]
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top == "grantapp":
            target = rest.split(".")[0]
            assert target == room or target in rooms, f"{room} may not import {target} ({path.name})"
        else:
            assert top in STDLIB | outside, f"{room} may not import {top} ({path.name})"


def test_the_table_itself_has_no_arrow_up():
    for floor, (room, (rooms, _)) in enumerate(TABLE.items()):
        assert all(ORDER.index(target) < floor for target in rooms), room


def test_no_file_is_in_a_circle():
    graph = {
        ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__"): imports(path)
        for path in FILES
    }
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"circle: {' → '.join((*trail, name))}"
        if name in done:
            return
        for target in graph[name]:
            if target in graph:
                walk(target, (*trail, name))
        done.add(name)

    for name in graph:
        walk(name, ())


def test_the_package_itself_imports_nothing():
    assert (ROOT / "__init__.py").read_text().strip() == ""


def test_no_room_is_a_lumber_room():
    names = {path.stem for path in ROOT.rglob("*.py")} | {path.name for path in ROOT.rglob("*/") if path.is_dir()}
    assert not names & {"utils", "util", "helpers", "common", "misc", "manager"}


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("grantapp.editions", "flask wtforms sqlalchemy jinja2 weasyprint"),
        ("grantapp.web.site", "weasyprint pypdfium2 PIL python_calamine"),
        ("grantapp.inspection.sheet", "flask sqlalchemy weasyprint python_calamine"),
        ("grantapp.inspection.opening", "flask sqlalchemy weasyprint pikepdf pypdfium2 PIL"),
        ("grantapp.cli", "flask wtforms sqlalchemy jinja2 weasyprint"),
    ],
)
def test_a_light_door_loads_nothing_heavy(module: str, heavy: str):
    code = f"import sys, {module}; print(*(set('{heavy}'.split()) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
