"""A real site on loopback and a real browser; each skips with its reason where it is missing, and fails in CI."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.walk import Walker

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


def needs(present: object, reason: str) -> None:
    """Skip where a program is missing; in CI a missing program is a failure."""
    if present:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass(frozen=True)
class Site:
    address: str
    home: Path
    log: Path
    process: "subprocess.Popen[bytes]"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(home: Path, *words: str, **environ: str) -> Iterator[Site]:
    """`grantapp up` with a home of its own."""
    port, log = free_port(), home / "log.txt"
    settings = {"GRANTAPP_HOME": str(home / "var"), "GRANTAPP_PORT": str(port)} | environ
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "grantapp.cli", "up", *words],
            env=os.environ | settings,
            stdout=output,
            stderr=output,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process, log)
        yield Site(address, home, log, process)
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With its demonstration, as anybody starts it."""
    with started(tmp_path_factory.mktemp("site")) as running:
        yield running


def wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{address}/sante", timeout=2):  # noqa: S310 - our own loopback address
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the site did not answer: {log.read_text()}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    needs(CHROMIUM, "Chromium is not installed (Debian: apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=False, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def album() -> Path | None:
    """Where screenshots go when somebody wants to look at them: GRANTAPP_SCREENSHOTS=folder."""
    folder = os.environ.get("GRANTAPP_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder) if folder else None


@pytest.fixture(scope="session")
def node_modules() -> Path:
    return Path(os.environ.get("GRANTAPP_NODE_MODULES", ".cache/node/node_modules"))


@pytest.fixture
def visit(chromium: Any, album: Path | None, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Opens a browser window; every page it looks at is photographed if wanted, and kept for the checks."""
    contexts = []

    def open_window(
        *, scripts: bool, viewport: dict[str, int], name: str, at: Site | None = None
    ) -> tuple[Walker, dict[str, str], list[str]]:
        context = chromium.new_context(java_script_enabled=scripts, viewport=viewport, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        pages: dict[str, str] = {}
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))

        def look(what: str) -> None:
            pages[what] = page.content()
            if album:
                page.screenshot(path=album / f"{name}-{what}.png", full_page=True)

        address = (at or request.getfixturevalue("site")).address  # the demonstration is not started for nothing
        return Walker(page, address, look), pages, complaints

    yield open_window
    for context in contexts:
        context.close()
