"""The acknowledgement: one page that says what was recorded, when, by whom, and what that is worth."""

from dataclasses import asdict, dataclass, replace
from decimal import Decimal

from grantapp import french
from grantapp.documents.dossier import File, PrintedDossier, printed_dossier
from grantapp.documents.leaf import one_page
from grantapp.documents.report import Bibliography, References
from grantapp.documents.summary import shortened
from grantapp.domain.deposit import Deposit
from grantapp.domain.eligibility import Citation

# Lengths at which a text of the page is cut, so that the page stays one whatever was typed; the dossier has all of it.
LONGEST_TITLE = 150
LONGEST_NAME = 90
LONGEST_FILE = 40
MOST_PIECES = 9
# What the administration itself sends to whoever files online.
LAW = Citation(
    text="Code des relations entre le public et l'administration",
    at="articles L. 112-11, R. 112-11-1 et R. 112-11-2",
    url="https://github.com/legalize-dev/legalize-fr",
    verified=False,
    note="Lu dans une copie de Légifrance du 3 avril 2026 ; la rédaction au jour du dépôt n'a pas été relue.",
)


@dataclass(frozen=True)
class Step:
    text: str
    is_doubtful: bool


@dataclass(frozen=True)
class Acknowledgement:
    title: str
    applicant: str
    filed_by: str
    pieces: tuple[File, ...]
    other_pieces: int
    steps: tuple[Step, ...]
    law: References


def pdf(deposit: Deposit) -> bytes:
    """One page, whatever was typed and however many pieces. The same deposit gives the same bytes."""
    dossier = printed_dossier(deposit)
    steps = tuple(_steps(deposit))
    return one_page(
        "acknowledgement",
        deposit,
        lambda tightness: {"dossier": dossier, "paper": _acknowledgement(dossier, steps, tightness)},
    )


def _acknowledgement(dossier: PrintedDossier, steps: tuple[Step, ...], tightness: Decimal) -> Acknowledgement:
    def cut(text: str, most: int) -> str:
        return shortened(text, int(most * tightness))

    files = [file for piece in dossier.pieces for file in piece.files]
    most = int(MOST_PIECES * tightness)
    # One that would stand alone after « et un autre » has its own line.
    shown = files if len(files) <= most + 1 else files[:most]
    return Acknowledgement(
        title=cut(dossier.title, LONGEST_TITLE),
        applicant=cut(dossier.applicant, LONGEST_NAME),
        filed_by=cut(dossier.deposited_by, LONGEST_NAME),
        pieces=tuple(replace(each, name=cut(each.name, LONGEST_FILE)) for each in shown),
        other_pieces=len(files) - len(shown),
        steps=steps,
        law=Bibliography().references([asdict(LAW)], ""),
    )


def _steps(deposit: Deposit) -> list[Step]:
    """What the frozen edition says of what comes next: where the request is filed, and which round examines it."""
    steps = []
    for name in ("official_filing", "filing"):
        said = deposit.content["texts"].get(name)
        if isinstance(said, dict) and said["text"]:
            doubtful = any(not each["verified"] for each in said["citations"])
            steps.append(Step(french.typeset(said["text"]), doubtful))
            break
    for finding in deposit.content["judgement"]["findings"]:
        if finding["slug"] == "releve" and finding["verdict"] == "met":
            steps.append(Step(finding["sentence"], any(not each["verified"] for each in finding["citations"])))
    return steps
