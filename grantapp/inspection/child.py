"""What a child process that opens a file is given, and what it gives up: the same for every task of this room."""

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import IO

MEMORY = 2**30  # octets of addresses
PATIENCE = 40  # seconds of the clock, for a child that has 10 or 20 of processor, on a busy machine
HOUSE = Path(__file__).resolve().parents[2]


def run(module: str, *words: str, place: Path, out: IO[bytes]) -> int:
    """How the child ended that works in this folder; its answer goes to `out`. `TimeoutExpired` past our patience."""
    # Its own libraries are all that it is told: no setting of ours, no secret.
    environment = {"PYTHONPATH": str(HOUSE), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}
    if "LD_LIBRARY_PATH" in os.environ:  # where `./run` puts system libraries for those who may not install any
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-P", "-s", "-m", module, *words],
        cwd=place,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.DEVNULL,
        timeout=PATIENCE,
        check=False,
        start_new_session=True,
    )
    return done.returncode


def confine(*, seconds: int, largest_file: int) -> None:
    """In the child: give up, for good, what opening a file does not need. Seconds of processor; octets it may write."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, largest_file),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    if os.getuid() != 0:  # it counts the processes of the person, and holds nobody who is root
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
