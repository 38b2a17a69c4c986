"""`docs/mutations.md`: its figures are written by the machine, its reasons by people."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.mutants.trying import Fate

ROW = re.compile(r"^\| `(?P<place>.+?)` \| `(?P<before>.*?)` → `(?P<after>.*?)` \| (?P<reason>.*?) ?\|$", re.MULTILINE)
FIGURES = re.compile(r"^\| ([\w/]+\.py) " + r"\| (\d+) " * 5 + r"\| \S+ \|$", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Row:
    place: str
    before: str
    after: str

    @property
    def path(self) -> str:
        return self.place.partition(":")[0]

    def line(self, reason: str) -> str:
        before, after = (each.replace("|", "\\|") for each in (self.before, self.after))
        return f"| `{self.place}` | `{before}` → `{after}` | {reason} |"


@dataclass
class Notes:
    path: Path
    text: str
    reasons: dict[Row, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Self:
        notes = cls(path, path.read_text(encoding="utf-8"))
        notes.reasons = notes._rows("survivors")
        return notes

    def write(
        self, counts: Mapping[str, Counter[Fate]], survivors: Sequence[Row], timeouts: Sequence[Row], ran: str
    ) -> None:
        """Figures and rows of these files; those of the others are kept as they were."""
        kept = [row for row in self.reasons if row.path not in counts]
        survivors = sorted([*kept, *survivors])
        timeouts = sorted([*(row for row in self._rows("timeouts") if row.path not in counts), *timeouts])
        every = dict(sorted({**self._counts(), **counts}.items()))
        lines = ["| file | mutants | killed | of these by the clock | survive | do not load | killed, in % |"]
        lines.append("|---|---:|---:|---:|---:|---:|---:|")
        for path, count in [*every.items(), ("**all**", sum(every.values(), Counter()))]:
            judged = sum(count.values()) - count[Fate.STILLBORN]
            killed = judged - count[Fate.SURVIVED]
            share = f"{100 * killed / judged:.1f}" if judged else "—"
            figures = (judged, killed, count[Fate.TIMED_OUT], count[Fate.SURVIVED], count[Fate.STILLBORN], share)
            lines.append(f"| {path} | " + " | ".join(map(str, figures)) + " |")
        self._replace("figures", [*lines, "", ran])
        head = ["| place | change | why it may live |", "|---|---|---|"]
        self._replace("survivors", head + [row.line(self.reasons.get(row, "")) for row in survivors])
        head = ["| place | change | |", "|---|---|---|"]
        self._replace("timeouts", head + [row.line("") for row in timeouts] if timeouts else ["None."])
        self.path.write_text(self.text, encoding="utf-8")

    def revise(
        self, counts: Mapping[str, Counter[Fate]], survivors: Sequence[Row], timeouts: Sequence[Row], ran: str
    ) -> None:
        """When only the survivors of these files were tried again: what is killed now counts as killed.

        One that is no longer made, because its line changed, is counted no more.
        """
        before, listed = self._counts(), self._rows("timeouts")
        revised = {
            path: before[path]
            + Counter({fate: count[fate] for fate in (Fate.KILLED, Fate.TIMED_OUT)})
            - Counter({Fate.SURVIVED: before[path][Fate.SURVIVED] - count[Fate.SURVIVED]})
            for path, count in counts.items()
            if path in before
        }
        kept = [row for row in listed if row.path in revised]
        self.write(revised, survivors, sorted({*kept, *timeouts}), ran)

    def _rows(self, name: str) -> dict[Row, str]:
        found = {}
        for each in ROW.finditer(self._between(name)):
            before, after = (each[side].replace("\\|", "|") for side in ("before", "after"))
            found[Row(each["place"], before, after)] = each["reason"].strip()
        return found

    def _counts(self) -> dict[str, Counter[Fate]]:
        found = {}
        for path, *figures in FIGURES.findall(self._between("figures")):
            _judged, killed, timed_out, survived, stillborn = map(int, figures)
            found[path] = Counter(
                {
                    Fate.KILLED: killed - timed_out,
                    Fate.TIMED_OUT: timed_out,
                    Fate.SURVIVED: survived,
                    Fate.STILLBORN: stillborn,
                }
            )
        return found

    def _between(self, name: str) -> str:
        return self.text.partition(f"<!-- {name} -->\n")[2].partition(f"<!-- /{name} -->")[0]

    def _replace(self, name: str, lines: Sequence[str]) -> None:
        head, mark, rest = self.text.partition(f"<!-- {name} -->\n")
        _, end, tail = rest.partition(f"<!-- /{name} -->")
        self.text = head + mark + "\n" + "\n".join(lines) + "\n\n" + end + tail
