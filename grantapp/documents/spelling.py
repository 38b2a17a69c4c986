"""What each glyph of a PDF says when its text is searched, copied or read aloud.

The engine writes, for each glyph, the characters of the first place where it was drawn. Under accents drawn one by one
(Hebrew points, rare combining marks) the base then says its accents wherever it stands, and they say nothing: words
come out changed elsewhere in the document. A glyph that a font draws for one character says that character.
"""

import io
import re
from typing import Any

import pydyf
from fontTools.ttLib import TTFont

_SAID = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]*)>")
SILENT = "\u200b"  # for the glyph that no character stands for: it must say something, and this shows nothing


def spell(document: Any, pdf: pydyf.PDF) -> None:
    """Part of the finisher that `write_pdf` calls: mends the table of each font, in place."""
    fonts = {font.name: font for font in document.fonts.values()}
    for described in pdf.objects:
        if isinstance(described, dict) and "ToUnicode" in described:
            lines = pdf.objects[int(described["ToUnicode"].split()[0])].stream
            font = fonts[described["BaseFont"]]
            said = {place: match for place, line in enumerate(lines) if (match := _SAID.fullmatch(line))}
            doubtful = {place: match for place, match in said.items() if len(_characters(match)) != 1}
            if doubtful:
                own = _own_characters(font.file_content)
                for place, match in doubtful.items():
                    text = _spelt(_characters(match), own.get(int(match[1], 16), ()))
                    lines[place] = b"<%s> <%s>" % (match[1], text.encode("utf-16-be").hex().encode())


def _characters(said: re.Match[bytes]) -> str:
    return bytes.fromhex(said[2].decode()).decode("utf-16-be")


def _own_characters(font: bytes) -> dict[int, tuple[str, ...]]:
    """The characters that a font draws with one glyph, by its number."""
    own: dict[int, tuple[str, ...]] = {}
    with TTFont(io.BytesIO(font), lazy=True) as read:
        for code, name in sorted(read.getBestCmap().items()):
            number = read.getGlyphID(name)
            own[number] = (*own.get(number, ()), chr(code))
    return own


def _spelt(said: str, own: tuple[str, ...]) -> str:
    """One of its own characters, when it was drawn for it; what the engine says of a ligature stands."""
    if said:
        return next((each for each in own if each in said), said)
    return own[0] if own else SILENT
