"""Tries mutants, each in a process of its own, forked from one that has already loaded all that is not ours.

A mutant is imported from memory: no file is ever changed on disk, so a run that is stopped leaves nothing behind.
"""

import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import pytest

MEMORY = 2 * 1024**3
OURS = ("grantapp", "tests")


class Fate(StrEnum):
    KILLED = "killed"
    SURVIVED = "survived"
    TIMED_OUT = "timed out"  # killed too: a test that never ends is not passed
    STILLBORN = "stillborn"  # does not even load: proves nothing about the tests, and is not counted


Case = TypeVar("Case")
_CODES = {Fate.SURVIVED: 0, Fate.KILLED: 10, Fate.STILLBORN: 11}


class _FromMemory(importlib.abc.MetaPathFinder, importlib.machinery.SourceFileLoader):
    """Gives one module another source than the one on disk."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        super().__init__(name, str(path))
        self.source = source

    def find_spec(self, fullname, path, target=None):
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def get_code(self, fullname):
        return compile(self.source, self.path, "exec", dont_inherit=True)


def preload(tests: Sequence[str], slow: Sequence[str]) -> float:
    """Run the tests once as they are, in a child; they must pass. What they loaded that is not ours is loaded here.

    The seconds of processor that they took.
    """
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as loaded:
        pid = os.fork()
        if pid == 0:
            passed = False
            try:
                passed = _passes(tests, slow)
                Path(loaded.name).write_text("\n".join(sys.modules), encoding="utf-8")
            finally:
                os._exit(0 if passed else 1)
        _, status, used = os.wait4(pid, 0)
        if status:
            raise SystemExit("The tests fail before anything is mutated: see ./run test.")
        for name in loaded.read().split():
            if name.partition(".")[0] not in OURS and name not in sys.modules and name != "__main__":
                try:
                    importlib.import_module(name)
                except Exception:  # noqa: S112 — a name that only exists once its package has run
                    continue
    gc.collect()
    gc.freeze()
    return used.ru_utime + used.ru_stime


def try_all(
    cases: Sequence[Case], act: Callable[[Case], Fate], *, jobs: int, seconds: int
) -> Iterator[tuple[Case, Fate]]:
    """The fate of each, as they end. `seconds` of processor are given to each."""
    waiting, running = list(reversed(cases)), {}
    while waiting or running:
        while waiting and len(running) < jobs:
            case = waiting.pop()
            pid = os.fork()
            if pid == 0:
                _in_a_child(case, act, seconds)
            running[pid] = case
        pid, status = os.wait()
        yield running.pop(pid), _fate(status)


def _fate(status: int) -> Fate:
    if os.WIFSIGNALED(status):
        return Fate.TIMED_OUT if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else Fate.KILLED
    code = os.WEXITSTATUS(status)
    return next((fate for fate, value in _CODES.items() if value == code), Fate.KILLED)


def _in_a_child(case, act, seconds):
    code = _CODES[Fate.KILLED]
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        code = _CODES[act(case)]
    finally:
        os._exit(code)


def try_one(name: str, path: Path, source: str, rounds: Sequence[Sequence[str]], slow: Sequence[str]) -> Fate:
    """In a fresh child: load the mutant, then run each round of tests until one fails."""
    sys.meta_path.insert(0, _FromMemory(name, path, source))
    try:
        importlib.import_module(name)
        importlib.import_module("grantapp.editions").all_editions()
    except BaseException:
        return Fate.STILLBORN
    passed = all(_passes(tests, slow if place else ()) for place, tests in enumerate(rounds) if tests)
    return Fate.SURVIVED if passed else Fate.KILLED


def _passes(tests: Sequence[str], slow: Sequence[str]) -> bool:
    from hypothesis import Phase, settings

    # A failure is enough: no smaller example is looked for, and the same mutant always meets the same examples.
    settings.register_profile(
        "mutants",
        phases=(Phase.explicit, Phase.generate),
        max_examples=25,
        derandomize=True,
        database=None,
        deadline=None,
    )
    settings.load_profile("mutants")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # those of pytest's plugins that are there are loaded already
    without = [f"--deselect={each}" for each in slow]
    return pytest.main(["-x", "--noconftest", "-p", "no:cacheprovider", "--tb=line", *without, *tests]) == 0
