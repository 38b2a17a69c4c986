"""The preparatory dossier: that of a draft as it would print, marked on every page, with nothing to verify."""

from functools import cache

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

from grantapp.documents import FONTS
from grantapp.documents import pdf as printer
from grantapp.documents.dossier import printed_dossier
from grantapp.documents.leaf import identifier
from grantapp.domain.deposit import Deposit

WORDS = ("BROUILLON", "NON DÉPOSÉ")
LIGHT = "#f3e3c3"  # under black text, the contrast stays above 15:1
FACE = "source-sans-3-latin-600-normal.ttf"
ANGLE = -52  # degrees: along the page
PAGE = (210, 297)  # mm
HEIGHT = 27  # mm, of a capital


def pdf(deposit: Deposit) -> bytes:
    """`deposit` is the draft frozen under the number 0. The same draft gives the same bytes."""
    template = printer.environment().get_template("documents/dossier.html")
    html = template.render(dossier=printed_dossier(deposit), draft=True)
    images = {"grantapp:images/draft.svg": overprint().encode()}
    return printer.render(html, identifier=identifier("preparatory", deposit.fingerprint), images=images)


@cache
def overprint() -> str:
    """The words across a page, as outlines: a drawing, so that no reader and no search meets them as text."""
    with TTFont(FONTS / FACE) as font:
        glyphs, names = font.getGlyphSet(), font.getBestCmap()
        scale = HEIGHT / font["OS/2"].sCapHeight
        lines = []
        for row, words in enumerate(WORDS):
            outlines, x = [], 0
            for character in words:
                name = names[ord(character)]
                pen = SVGPathPen(glyphs, ntos=lambda value: f"{value:g}")
                glyphs[name].draw(pen)
                outlines.append(f'<path transform="translate({x} 0)" d="{pen.getCommands()}"/>')
                x += glyphs[name].width
            y = (row - 0.5) * HEIGHT * 1.7 + HEIGHT / 2
            lines.append(
                f'<g transform="translate({-x * scale / 2:.3f} {y:.3f}) scale({scale:.6f} {-scale:.6f})">'
                f"{''.join(outlines)}</g>"
            )
    width, height = PAGE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}mm" height="{height}mm">'
        f'<g fill="{LIGHT}" transform="translate({width / 2} {height / 2}) rotate({ANGLE})">{"".join(lines)}</g></svg>'
    )
