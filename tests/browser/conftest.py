"""A real site on loopback and a real browser; each skips with its reason where it is missing, and fails in CI."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

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


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`grantapp up` with its demonstration, as anybody starts it."""
    home = tmp_path_factory.mktemp("site")
    port, log = free_port(), home / "log.txt"
    environ = os.environ | {"GRANTAPP_HOME": str(home / "var"), "GRANTAPP_PORT": str(port)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "grantapp.cli", "up"], env=environ, stdout=output, stderr=output
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process, log)
        yield Site(address, home, log, process)
    finally:
        process.terminate()
        process.wait(30)


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
