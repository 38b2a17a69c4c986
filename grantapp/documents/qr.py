"""The QR code that leads from a print-out to the page where it is verified: vectors, drawn as one path."""

import io

import segno

QUIET_ZONE = 4  # modules, as the standard asks


def matrix(address: str) -> tuple[tuple[bool, ...], ...]:
    """True where a module is dark, quiet zone included."""
    return tuple(tuple(bool(dark) for dark in row) for row in _made(address).matrix_iter(border=QUIET_ZONE))


def svg(address: str) -> bytes:
    """The same, as an SVG image without a size of its own: the page gives it one."""
    written = io.BytesIO()
    _made(address).save(
        written, kind="svg", border=QUIET_ZONE, xmldecl=False, svgns=True, omitsize=True, svgclass=None, lineclass=None
    )
    return written.getvalue()


def _made(address: str) -> segno.QRCode:
    # Level M: a code this small is printed, folded, stamped on; a higher one would make its modules too small.
    return segno.make(address, error="m", micro=False, boost_error=False)
