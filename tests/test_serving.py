"""`grantapp up`: one command, a worker that is started again when it dies, nothing left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from waitress.proxy_headers import proxy_headers_middleware

from grantapp.serving import BEHIND_HTTPS, install_demonstration, is_blank
from tests.web.conftest import settings_in

if not Path("/proc/self/task").exists():
    pytest.skip("the children of a process are read in /proc", allow_module_level=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(found: Callable[[], Any], seconds: float = 30) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sante", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[str]", int, Path]]:
    port, log = free_port(), tmp_path / "log.txt"
    environ = os.environ | {"GRANTAPP_HOME": str(tmp_path / "var"), "GRANTAPP_PORT": str(port)}
    with log.open("w") as output:
        words = [sys.executable, "-m", "grantapp.cli", "up", "--vierge"]
        process = subprocess.Popen(words, env=environ, stdout=output, stderr=output, text=True)
    try:
        until(lambda: answers(port))
        yield process, port, log
    finally:
        process.kill()
        process.wait()


def test_a_worker_that_dies_is_started_again_and_all_stops_when_told(site):
    process, port, log = site
    (worker,) = until(lambda: children(process.pid))
    os.kill(worker, signal.SIGKILL)
    (other,) = until(lambda: [child for child in children(process.pid) if child != worker])
    assert answers(port)
    assert "redémarre" in log.read_text()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    until(lambda: not is_alive(other))
    assert "Traceback" not in log.read_text()


def test_a_port_that_is_taken_is_said_with_the_remedy(site, tmp_path):
    _, port, _ = site
    environ = os.environ | {"GRANTAPP_HOME": str(tmp_path / "other"), "GRANTAPP_PORT": str(port)}
    words = [sys.executable, "-m", "grantapp.cli", "up", "--vierge"]
    done = subprocess.run(words, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "GRANTAPP_PORT" in done.stderr and "Traceback" not in done.stderr


def test_the_demonstration_is_installed_once_in_an_empty_home_only(tmp_path):
    settings = settings_in(tmp_path)
    assert is_blank(settings)
    said: list[str] = []
    after = install_demonstration(settings, say=said.append)
    assert after.is_demonstration and "A22-0001" in said[0]
    assert not is_blank(settings)


@pytest.mark.parametrize(
    ("peer", "said", "visitor"),
    [
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # what the visitor wrote stands before
        ("127.0.0.1", None, "127.0.0.1"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
    ],
    ids=["named", "forged before", "not named", "from elsewhere"],
)
def test_behind_https_the_server_in_front_alone_says_who_visits(peer: str, said: str | None, visitor: str):
    seen: list[str] = []
    app = proxy_headers_middleware(lambda environ, start: seen.append(environ["REMOTE_ADDR"]), **BEHIND_HTTPS)
    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "SERVER_PORT": "80", "SERVER_NAME": "x"}
    app(environ | ({"HTTP_X_FORWARDED_FOR": said} if said else {}), None)
    assert seen == [visitor]
