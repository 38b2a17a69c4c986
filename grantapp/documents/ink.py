"""What can be printed of a text that somebody typed: nothing is lost in silence.

A character that none of our fonts has is printed □ and reported; a word too long for a line is given places to break.
"""

import re
import unicodedata
from functools import cache
from typing import Any

from fontTools.ttLib import TTFont

from grantapp.documents import FONTS

MISSING = "□"
# Shaped without a glyph of their own: spaces, joiners, marks of direction, the soft hyphen.
GLYPHLESS = frozenset(map(ord, "\n\t\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u202f\ufeff"))
UNSHOWN = ("Cc", "Cf", "Co", "Zl", "Zp")
ZERO_WIDTH_SPACE = "\u200b"
LONGEST_WORD = 80  # past this, finding where to break a line costs the square of the length
BREAK_EVERY = 40
_LINE_END = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_EMPTY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")
_LONG_WORD = re.compile(rf"(?:\S|[\u00a0\u2007\u202f]){{{LONGEST_WORD + 1},}}")


@cache
def printable_codes() -> frozenset[int]:
    """Every code point that one of our fonts can draw.

    Controls, line separators and private-use ones are left out, even where a font gives them a shape.
    """
    codes: set[int] = set()
    for path in (*FONTS.glob("*-400-normal.ttf"), FONTS / "fallback" / "DejaVuSans.ttf"):
        with TTFont(path, lazy=True) as font:
            codes.update(font.getBestCmap())
    return frozenset(code for code in codes if unicodedata.category(chr(code)) not in UNSHOWN) | GLYPHLESS


class Ink:
    """Makes texts printable and remembers what it had to replace."""

    def __init__(self) -> None:
        self.replaced: dict[str, None] = {}  # a set that keeps the order

    def text(self, typed: str) -> str:
        text = _EMPTY_LINES.sub("\n\n", _LINE_END.sub("\n", unicodedata.normalize("NFC", typed)))
        if not all(ord(character) in printable_codes() for character in text):
            text = "".join(self._drawn(character) for character in text)
        return _LONG_WORD.sub(_breakable, text)

    def whole(self, value: Any) -> Any:
        """Every text inside lists and mappings; other values are left as they are."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.whole(each) for each in value]
        if isinstance(value, dict):
            return {key: self.whole(each) for key, each in value.items()}
        return value

    def _drawn(self, character: str) -> str:
        if ord(character) in printable_codes():
            return character
        self.replaced[f"U+{ord(character):04X}"] = None
        return MISSING


def _breakable(word: re.Match[str]) -> str:
    """The word with a zero-width space about every 40 characters, never between a letter and its accents."""
    pieces, start = [], 0
    text = word[0]
    while len(text) - start > BREAK_EVERY:
        end = start + BREAK_EVERY
        while end < len(text) and end < start + LONGEST_WORD and unicodedata.category(text[end]).startswith("M"):
            end += 1
        pieces.append(text[start:end])
        start = end
    return ZERO_WIDTH_SPACE.join((*pieces, text[start:]))


def grouped(digest: str) -> tuple[str, ...]:
    """A SHA-256 in groups of eight: somebody may have to read it aloud."""
    return tuple(digest[index : index + 8] for index in range(0, len(digest), 8))
