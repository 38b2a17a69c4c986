"""How the child says that a file may not be kept, and what it writes where."""

from grantapp.domain.inspected import Flaw

GIVEN = "given"  # the file to open
ANSWER = "answer"  # one line of JSON
KEPT = "kept"  # an image, rewritten
THUMBNAIL = "thumbnail.jpg"
PAGES = "pages.pdf"  # the pages of a PDF, as pictures of themselves: nothing in it acts
THUMBNAIL_SIDE = 300  # pixels


class Found(Exception):  # noqa: N818 - what was found, and it ends the inspection
    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw
