"""The child: reads the file « given » of its folder, writes what it makes beside it, and answers one line of JSON.

It is started by `opening.py` for one file, without environment. Whatever the file does to it, it ends alone.
"""

import json
import sys

from grantapp.inspection.child import confine

SECONDS = 10  # of processor; a file of 50 Mo takes one or two
LARGEST_FILE = 250_000_000  # octets it may write


def answer(task: str, media_type: str) -> dict[str, object]:
    # Imported once confined: what the libraries do when they load is within the limits too.
    from grantapp.domain.inspected import Flaw
    from grantapp.inspection.found import Found

    try:
        if media_type == "application/pdf":
            from grantapp.inspection import pdf

            return pdf.lay_out() if task == "lay_out" else pdf.look()
        from grantapp.inspection import image

        return image.look(media_type)
    except Found as found:
        return {"flaw": found.flaw.value}
    except MemoryError:
        return {"flaw": Flaw.TOO_LARGE.value}


if __name__ == "__main__":
    confine(seconds=SECONDS, largest_file=LARGEST_FILE)
    print(json.dumps(answer(*sys.argv[1:])))
