"""`docs/mutations.md`: its figures are written by the machine, its reasons by people."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.mutants.trying import Fate

ROW = re.compile(r"^\| `(?P<place>.+?)` \| `(?P<before>.*?)` → `(?P<after>.*?)` \| (?P<reason>.*?) \|$", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Row:
    place: str
    before: str
    after: str

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
        for found in ROW.finditer(notes._between("survivors")):
            before, after = (found[each].replace("\\|", "|") for each in ("before", "after"))
            notes.reasons[Row(found["place"], before, after)] = found["reason"].strip()
        return notes

    def write(
        self,
        counts: Mapping[str, Counter[Fate]],
        survivors: Sequence[Row],
        timeouts: Sequence[Row],
        minutes: float,
        jobs: int,
    ) -> None:
        lines = ["| file | mutants | killed | of these by the clock | survive | do not load | killed, in % |"]
        lines.append("|---|---:|---:|---:|---:|---:|---:|")
        for path, count in [*counts.items(), ("**all**", sum(counts.values(), Counter()))]:
            judged = sum(count.values()) - count[Fate.STILLBORN]
            killed = judged - count[Fate.SURVIVED]
            share = f"{100 * killed / judged:.1f}" if judged else "—"
            figures = (judged, killed, count[Fate.TIMED_OUT], count[Fate.SURVIVED], count[Fate.STILLBORN], share)
            lines.append(f"| {path} | " + " | ".join(map(str, figures)) + " |")
        lines += ["", f"A whole run takes {minutes:.0f} minutes with {jobs} processes."]
        self._replace("figures", lines)
        head = ["| place | change | why it may live |", "|---|---|---|"]
        self._replace("survivors", head + [row.line(self.reasons.get(row, "")) for row in survivors])
        head = ["| place | change | |", "|---|---|---|"]
        self._replace("timeouts", head + [row.line("") for row in timeouts] if timeouts else ["None."])
        self.path.write_text(self.text, encoding="utf-8")

    def _between(self, name: str) -> str:
        return self.text.partition(f"<!-- {name} -->\n")[2].partition(f"<!-- /{name} -->")[0]

    def _replace(self, name: str, lines: Sequence[str]) -> None:
        head, mark, rest = self.text.partition(f"<!-- {name} -->\n")
        _, end, tail = rest.partition(f"<!-- /{name} -->")
        self.text = head + mark + "\n" + "\n".join(lines) + "\n\n" + end + tail
