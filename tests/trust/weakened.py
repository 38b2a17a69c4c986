"""`grantapp up` with its two safeguards off: the control that proves that the harness sees."""

import sys
from typing import Any

from grantapp.storage import database, files

strong = database._prepare


def weak(connection: Any, record: object) -> None:
    strong(connection, record)
    connection.execute("PRAGMA synchronous=NORMAL")


def main() -> None:
    database._prepare = weak
    database.check_storage = lambda engine: None
    files.Files._sync = lambda self, key: None  # type: ignore[method-assign]
    from grantapp.cli import main as cli

    sys.argv = ["grantapp", "up", "--vierge"]
    cli()


if __name__ == "__main__":
    main()
