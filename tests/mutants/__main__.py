"""`./run mutants`: would the tests notice if the law were wrong? `docs/mutations.md` explains what they miss."""

import argparse
import math
import os
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from tests.mutants.making import Mutant, mutants_of
from tests.mutants.notes import Notes, Row
from tests.mutants.trying import Fate, preload, try_all, try_one

ROOT = Path(__file__).resolve().parents[2]
TARGETS = tomllib.loads(Path(__file__).with_name("targets.toml").read_text(encoding="utf-8"))
SLOW = TARGETS["slow"]
PATIENCE, LEAST_SECONDS = 2, 10  # a mutant has twice the processor that all the tests take unchanged


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run mutants", description=__doc__)
    parser.add_argument("files", nargs="*", help="only the files whose path contains one of these words")
    parser.add_argument(
        "--write", action="store_true", help="write figures and survivors of these files into docs/mutations.md"
    )
    parser.add_argument(
        "--again", action="store_true", help="only the survivors that docs/mutations.md lists: which still survive?"
    )
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    wanted = parser.parse_args()

    started = time.monotonic()
    os.chdir(ROOT)
    files = {path: group for path, group in _files().items() if _is_wanted(path, wanted.files)}
    tests = {test for path, place in files.items() for tests in _rounds(path, place) for test in tests}
    seconds = max(LEAST_SECONDS, math.ceil(preload(sorted(tests), SLOW) * PATIENCE))
    mutants = [mutant for path in files for mutant in mutants_of(ROOT / path, ROOT)]
    notes = Notes.read(ROOT / "docs/mutations.md")
    if wanted.again:
        mutants = [each for each in mutants if _row(each) in notes.reasons]

    def act(mutant: Mutant) -> Fate:
        name = mutant.path.removesuffix(".py").replace("/", ".")
        return try_one(name, ROOT / mutant.path, mutant.source, _rounds(mutant.path, files[mutant.path]), SLOW)

    fates: dict[Fate, list[Mutant]] = defaultdict(list)
    for done, (mutant, fate) in enumerate(try_all(mutants, act, jobs=wanted.jobs, seconds=seconds), start=1):
        fates[fate].append(mutant)
        if fate in (Fate.SURVIVED, Fate.TIMED_OUT):
            print(f"{fate}: {mutant.place}\n    {mutant.before}\n    {mutant.after}", flush=True)
        if done % 50 == 0:
            print(f"… {done} of {len(mutants)}, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)

    minutes = (time.monotonic() - started) / 60
    survivors = _rows(fates[Fate.SURVIVED])
    whole = not wanted.files and not wanted.again
    counts = {path: Counter({fate: sum(each.path == path for each in fates[fate]) for fate in Fate}) for path in files}
    total = sum(counts.values(), Counter())
    judged = sum(total.values()) - total[Fate.STILLBORN]
    killed = judged - total[Fate.SURVIVED]
    score = 100 * killed / judged if judged else 100.0
    print(f"{judged} mutants, {killed} killed ({score:.1f} %), {total[Fate.TIMED_OUT]} of them by the clock,")
    print(f"{total[Fate.STILLBORN]} more that do not load; {minutes:.1f} minutes with {wanted.jobs} processes")
    if wanted.write:
        what = "survivors tried again" if wanted.again else "mutants"
        ran = f"The last run was of {judged} {what} and took {minutes:.0f} minutes with {wanted.jobs} processes."
        timeouts = _rows(fates[Fate.TIMED_OUT])
        if wanted.again:
            notes.revise(counts, survivors, timeouts, ran)
        else:
            notes.write(counts, survivors, timeouts, ran)
    return _verdict(notes, survivors, score, whole=whole)


def _verdict(notes: Notes, survivors: list[Row], score: float, *, whole: bool) -> int:
    unknown = [row for row in survivors if not notes.reasons.get(row)]
    for row in unknown:
        print(f"Survives and is not explained in docs/mutations.md: {row.line('why?')}")
    if whole:
        for row in set(notes.reasons) - set(survivors):
            print(f"Listed as a survivor, but is not one any more: {row.line('')}")
        if score < TARGETS["least"]:
            print(f"Fewer than {TARGETS['least']} % are killed.")
            return 1
    return 1 if unknown else 0


def _rows(mutants: Iterable[Mutant]) -> list[Row]:
    return sorted(map(_row, mutants))


def _row(mutant: Mutant) -> Row:
    return Row(mutant.place, mutant.before, mutant.after)


def _files() -> dict[str, int]:
    """Every file to mutate, with the place of its group."""
    found = {}
    for place, group in enumerate(TARGETS["group"]):
        for pattern in group["files"]:
            for path in sorted(ROOT.glob(pattern)):
                name = path.relative_to(ROOT).as_posix()
                if not any(fnmatch(name, each) for each in TARGETS["never"]):
                    found.setdefault(name, place)
    return found


def _is_wanted(path: str, words: list[str]) -> bool:
    return not words or any(word in path for word in words)


@cache
def _rounds(path: str, place: int) -> list[list[str]]:
    stem = Path(path).stem
    return [_existing(each.format(stem=stem) for each in tests) for tests in TARGETS["group"][place]["rounds"]]


def _existing(tests: Iterable[str]) -> list[str]:
    return [each for each in tests if (ROOT / each.partition("::")[0]).exists()]


if __name__ == "__main__":
    sys.exit(main())
