"""French spaces in templates: a Jinja extension that puts `french.typeset` on the templates' own text.

It works once, when a template is compiled, on what the template says itself: neither values nor attributes nor the
content of `script`, `style`, `pre`, `code` and `textarea` are touched. A sentence is read whole, across its inline tags
and its `{{ … }}`, so that « {{ title }} », {{ rate }} % and {{ label }} : get their spaces too.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from jinja2.ext import Extension
from jinja2.lexer import TOKEN_BLOCK_BEGIN, TOKEN_DATA, TOKEN_VARIABLE_BEGIN, Token, TokenStream

from grantapp.french import NARROW, NBSP, typeset

# Stands for an `{{ … }}` while its sentence is typeset: counts both as a digit (before « % ») and as a letter (before
# « : »), and nobody writes it.
VALUE = "\U0001d7d8"
SPACES = frozenset(f" \t\r\n{NBSP}{NARROW}")
RAW = frozenset(("script", "style", "pre", "code", "textarea"))
INLINE = frozenset(
    (
        *("a", "abbr", "b", "bdi", "cite", "code", "em", "i", "kbd", "mark", "q", "s", "small", "span", "strong"),
        *("sub", "sup", "time", "u", "var"),
    )
)
TRANSPARENT = frozenset(("if", "elif", "else", "endif", "for", "endfor", "with", "endwith"))
_MARKUP = re.compile(r"<!--|<[!?]|</?(?P<name>[a-zA-Z][a-zA-Z0-9-]*)")
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")


class FrenchTypography(Extension):
    """`Environment(extensions=[FrenchTypography])`."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        tokens = list(stream)
        typeset_data = _typeset_tokens(tokens)
        for index, token in enumerate(tokens):
            yield Token(token.lineno, token.type, typeset_data.get(index, token.value))


@dataclass
class _Letter:
    """One character of a sentence: as it reads, as it is written (`&nbsp;`), and the piece of source it stands in."""

    read: str
    written: str
    owner: int | None  # None for the place of a value


@dataclass
class _Reader:
    """Goes through the data tokens as through one text, telling sentences from markup."""

    pieces: list[str] = field(default_factory=list)  # the source, cut where sentences and markup meet
    sentence: list[_Letter] = field(default_factory=list)
    closes: str = ""  # inside markup: the text that ends it
    tag: str = ""
    raw: str = ""  # inside a script, a style…: the name of the element

    def value(self) -> None:
        if not self.closes and not self.raw:
            self.sentence.append(_Letter(VALUE, "", None))

    def data(self, text: str) -> range:
        """Read one data token; returns which pieces it became."""
        first = len(self.pieces)
        while text:
            text = self._markup(text) if self.closes else self._raw(text) if self.raw else self._text(text)
        return range(first, len(self.pieces))

    def end(self) -> None:
        _typeset_sentence(self.pieces, self.sentence)
        self.sentence = []

    def block(self, keyword: str) -> None:
        """An `{% … %}`: what follows it is typeset apart, knowing the last letter that stands before it."""
        last = self.sentence[-1].read if self.sentence else ""
        self.end()
        if keyword in ("else", "elif"):  # what stands before is before the « if »: some value, as far as we know
            last = VALUE
        if keyword in TRANSPARENT and last not in SPACES and last:
            self.sentence.append(_Letter(last, "", None))

    def _markup(self, text: str) -> str:
        """To the end of a tag, a comment or a quoted attribute, which may come in a later token."""
        for position, character in enumerate(text):
            if self.closes in ('"', "'"):
                if character == self.closes:
                    self.closes = ">"
            elif self.closes == ">" and self.tag and character in "\"'":
                self.closes = character
            elif self.closes == "-->" and text.startswith("-->", position):
                return self._closed(text, position + 3)
            elif self.closes == ">" and character == ">":
                return self._closed(text, position + 1)
        self.pieces.append(text)
        return ""

    def _closed(self, text: str, position: int) -> str:
        self.pieces.append(text[:position])
        self.closes = ""
        if self.tag in RAW:
            self.raw = self.tag
        return text[position:]

    def _raw(self, text: str) -> str:
        end = re.search(rf"</{self.raw}\b", text, re.IGNORECASE)
        if end is None:
            self.pieces.append(text)
            return ""
        if end.start():
            self.pieces.append(text[: end.start()])
        if self.raw in INLINE:
            self.sentence.append(_Letter(VALUE, "", None))
        self.raw = ""
        return text[end.start() :]

    def _text(self, text: str) -> str:
        markup = _MARKUP.search(text)
        words = text[: markup.start()] if markup else text
        if words:
            self.pieces.append(words)
            self.sentence += _letters(words, len(self.pieces) - 1)
        if markup is None:
            return ""
        name = (markup["name"] or "").lower()
        self.tag = "" if markup[0].startswith("</") else name
        self.closes = "-->" if markup[0] == "<!--" else ">"
        if name not in INLINE:
            self.end()
        # The opening itself is passed over here, or the comment `<!-->` would never end.
        self.pieces.append(markup[0])
        return text[markup.end() :]


def _typeset_tokens(tokens: Iterable[Token]) -> dict[int, str]:
    """The typeset text of each data token, by its place."""
    reader = _Reader()
    places: dict[int, range] = {}
    in_block = False
    for index, token in enumerate(tokens):
        if in_block:
            reader.block(token.value)
        in_block = token.type == TOKEN_BLOCK_BEGIN
        if token.type == TOKEN_VARIABLE_BEGIN:
            reader.value()
        elif token.type == TOKEN_DATA:
            places[index] = reader.data(token.value)
    reader.end()
    return {index: "".join(reader.pieces[place] for place in span) for index, span in places.items()}


def _letters(words: str, owner: int) -> Iterator[_Letter]:
    position = 0
    for entity in _ENTITY.finditer(words):
        yield from (_Letter(letter, letter, owner) for letter in words[position : entity.start()])
        read = html.unescape(entity[0])
        yield _Letter(read, entity[0], owner) if len(read) == 1 else _Letter(VALUE, entity[0], owner)
        position = entity.end()
    yield from (_Letter(letter, letter, owner) for letter in words[position:])


def _typeset_sentence(pieces: list[str], sentence: list[_Letter]) -> None:
    """Typeset the sentence whole, then give each piece of source its letters back.

    `typeset` changes spaces, apostrophes and dots only, so the other letters tell where we are.
    """
    after = typeset("".join(letter.read for letter in sentence))
    written: dict[int, str] = {letter.owner: "" for letter in sentence if letter.owner is not None}
    at = place = 0
    before: int | None = None
    while True:
        gap, stop = _gap(sentence, at), place
        while stop < len(after) and after[stop] in SPACES:
            stop += 1
        at += len(gap)
        spaces, place = after[place:stop], stop
        following = sentence[at].owner if at < len(sentence) else None
        if spaces == "".join(letter.read for letter in gap):
            for letter in gap:
                if letter.owner is not None:
                    written[letter.owner] += letter.written
        else:
            owners = (*(letter.owner for letter in gap), before, following)
            owner = next((each for each in owners if each is not None), None)
            if owner is not None:
                written[owner] += spaces
        if at == len(sentence):
            break
        letter, typeset_as = sentence[at], after[place]
        if letter.owner is not None:
            written[letter.owner] += letter.written if typeset_as == letter.read else typeset_as
        at += 3 if typeset_as == "…" != letter.read else 1
        before, place = letter.owner, place + 1
    for owner, text in written.items():
        pieces[owner] = text


def _gap(sentence: list[_Letter], at: int) -> list[_Letter]:
    end = at
    while end < len(sentence) and sentence[end].read in SPACES:
        end += 1
    return sentence[at:end]
