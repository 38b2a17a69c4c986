"""Judge a project file, with no database: what `grantapp check` does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from grantapp.domain.comparison import Comparison, compare
from grantapp.domain.deposit import Deposit, freeze
from grantapp.domain.desk import desks, edition_for
from grantapp.domain.edition import Edition
from grantapp.domain.judgement import Judgement, judge
from grantapp.domain.lifecycle import Refused
from grantapp.domain.orientation import Orientation, orient
from grantapp.domain.project import Project, is_anchor, section_named
from grantapp.domain.project_file import Fault, load
from grantapp.editions import all_editions, find_edition, get_edition
from grantapp.french import PARIS, listing, moment, typeset
from grantapp.inspection.opening import opened
from grantapp.services.unpacking import BadFile, Unpacked, Wrapping, unpack

YEARS = range(1900, 2101)


@dataclass(frozen=True)
class Case:
    """A project ready to be judged: what, by which edition, when; and the files given with it, by their SHA-256."""

    project: Project
    edition: Edition
    at: datetime
    origin: str = ""  # when it comes from a deposit: which one, and that it is judged anew
    papers: Mapping[str, bytes] = field(default_factory=dict)

    def judgement(self) -> Judgement:
        return judge(self.edition, self.project, self.at)

    def compared(self, editions: Sequence[Edition] = (), *, by_date: bool = False) -> Comparison:
        """By these editions, all of them by default, the most recent first; on the merits unless `by_date`."""
        return compare(editions or tuple(reversed(all_editions())), self.project, self.at, by_date=by_date)

    def orientation(self) -> Orientation:
        return orient(all_editions(), self.project, self.at)


def read_case(path: Path, *, edition_id: str | None, on: datetime | None, now: datetime) -> Case:
    """The case in a project file, in a deposit (`dossier.json`) or in the PDF of a dossier.

    The edition and the day come from the caller, else from the file; those of a deposit are the edition it names and
    the instant it was filed. The verdict that it froze is never repeated: the answers are judged anew. Without either,
    the day is today's, and the edition the open one that comes first for this project on that day, else the last that
    was open. Raises `BadFile` with one sentence a fault.
    """
    unpacked = unpack(path)
    data, within = unpacked.project, "project." if unpacked.deposit else ""
    project, named, found = load(data)
    faults = tuple(replace(fault, path=f"{within}{fault.path}") for fault in found)
    wanted = edition_id or named
    if wanted and find_edition(wanted) is None:
        known = listing((f"« {each.id} »" for each in all_editions()), "ou")
        faults += (Fault(f"{within}edition", typeset(f"Édition inconnue : « {wanted} ». Écrivez {known}.")),)
    stated, where = (data.get("on") if isinstance(data, dict) else None), f"{within}on"
    if unpacked.deposit:
        stated, where = unpacked.deposit["deposited_at"], "deposited_at"
    if stated is not None:
        try:
            stated = read_instant(str(stated))
        except ValueError:
            faults += (Fault(where, typeset("Écrivez un jour, par exemple 2022-03-15.")),)
    if faults:
        raise BadFile(faults)
    at = on or stated or now
    edition = get_edition(wanted) if wanted else edition_for(desks(all_editions(), project, at))
    return Case(project, edition, at, _origin(unpacked, at))


def _origin(unpacked: Unpacked, at: datetime) -> str:
    """What the file was, and that nothing of its frozen verdict is believed."""
    if unpacked.deposit is None:
        return ""
    deposit = unpacked.deposit
    filed_at = read_instant(deposit["deposited_at"])
    what = "Ce PDF contient" if unpacked.wrapping is Wrapping.PDF else "Ce fichier est"
    if unpacked.is_filed:
        which = f"le dépôt {deposit['reference']}, version {deposit['number']}, du {moment(filed_at)}"
    else:
        which = "un dossier non déposé"
    on = "à ce même instant" if at == filed_at else f"au {moment(at)}"
    return typeset(
        f"{what} {which}. Ses réponses sont jugées de nouveau, {on}, par les règles que connaît cette version de "
        "grantapp : le résultat figé dans le fichier n'est pas repris, et rien ne prouve ici qu'il n'a pas été modifié."
    )


def read_instant(text: str) -> datetime:
    """A day (noon in Paris stands for it) or an instant; one without a zone is the time of Paris. Else `ValueError`.

    A day of another century is a slip of the pen, and three years before or after it may not exist.
    """
    is_day = len(text) == 10
    instant = datetime.combine(date.fromisoformat(text), time(12)) if is_day else datetime.fromisoformat(text)
    if instant.year not in YEARS:
        raise ValueError(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=PARIS)


def with_papers(case: Case, papers: tuple[str, ...]) -> Case:
    """The case with files of this machine among its pieces: `CHEMIN`, or `question=CHEMIN` to say which piece it is."""
    project, faults, kept = case.project, [], dict(case.papers)
    for given in papers:
        piece, _, path = given.rpartition("=")
        anchor = f"pieces.{piece or 'other'}"
        try:
            if not is_anchor(anchor):
                known = listing((question.name for question in section_named("pieces").questions), "ou")
                raise Refused(f"Pièce inconnue. Écrivez {known}, puis « = », puis le chemin.")
            with Path(path).open("rb") as file, opened(Path(path).name, file) as safe:
                found, content = safe.piece, safe.path.read_bytes()
        except Refused as refused:
            faults.append(Fault(f"--piece {given}", refused.sentence))
        except OSError as error:
            faults.append(Fault(f"--piece {given}", typeset(f"Fichier illisible : {error.strerror or error}.")))
        else:
            kept[found.sha256] = content
            project = project.with_answers({anchor: (project.answer(anchor) or ()) + (found,)})
    if faults:
        raise BadFile(tuple(faults))
    return replace(case, project=project, papers=kept)


def unfiled(case: Case) -> Deposit:
    """The case frozen for printing without having been filed: its number is 0, and the dossier says so."""
    return freeze(
        edition=case.edition,
        project=case.project,
        judgement=case.judgement(),
        reference="Non déposé",
        number=0,
        by=case.project.organisation.representative or "",
        at=case.at.astimezone(UTC),
    )
