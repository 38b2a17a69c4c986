"""Judge a project file, with no database: what `grantapp check` does."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
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
from grantapp.french import PARIS, listing, typeset
from grantapp.inspection.opening import opened

MOST_BYTES = 20_000_000
YEARS = range(1900, 2101)


class BadFile(Exception):  # noqa: N818 - it is an answer to a person, with every fault
    """A project file that cannot be judged as it stands."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(f"{fault.path} : {fault.sentence}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Case:
    """A project ready to be judged: what, by which edition, when; and the files given with it, by their SHA-256."""

    project: Project
    edition: Edition
    at: datetime
    papers: Mapping[str, bytes] = field(default_factory=dict)

    def judgement(self) -> Judgement:
        return judge(self.edition, self.project, self.at)

    def compared(self, editions: Sequence[Edition] = (), *, by_date: bool = False) -> Comparison:
        """By these editions, all of them by default, the most recent first; on the merits unless `by_date`."""
        return compare(editions or tuple(reversed(all_editions())), self.project, self.at, by_date=by_date)

    def orientation(self) -> Orientation:
        return orient(all_editions(), self.project, self.at)


def read_case(path: Path, *, edition_id: str | None, on: datetime | None, now: datetime) -> Case:
    """The case in a file. The edition and the day come from the caller, else from the file.

    Without either, the day is today's, and the edition the open one that comes first for this project on that day,
    else the last that was open. Raises `BadFile` with one sentence a fault.
    """
    data = _read(path)
    project, named, faults = load(data)
    wanted = edition_id or named
    if wanted and find_edition(wanted) is None:
        known = listing((f"« {each.id} »" for each in all_editions()), "ou")
        faults += (Fault("edition", typeset(f"Édition inconnue : « {wanted} ». Écrivez {known}.")),)
    stated = data.get("on") if isinstance(data, dict) else None
    if on is None and stated is not None:
        try:
            on = read_instant(str(stated))
        except ValueError:
            faults += (Fault("on", typeset("Écrivez un jour, par exemple 2022-03-15.")),)
    if faults:
        raise BadFile(faults)
    at = on or now
    return Case(project, get_edition(wanted) if wanted else edition_for(desks(all_editions(), project, at)), at)


def read_instant(text: str) -> datetime:
    """A day (noon in Paris stands for it) or an instant; one without a zone is the time of Paris. Else `ValueError`.

    A day of another century is a slip of the pen, and three years before or after it may not exist.
    """
    is_day = len(text) == 10
    instant = datetime.combine(date.fromisoformat(text), time(12)) if is_day else datetime.fromisoformat(text)
    if instant.year not in YEARS:
        raise ValueError(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=PARIS)


def _read(path: Path) -> object:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadFile((Fault("$", typeset("Ce fichier dépasse 20 Mo : ce n'est pas un fichier de projet.")),))
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadFile((Fault("$", typeset("Ce fichier n'est pas un texte en UTF-8.")),)) from None
    except OSError as error:
        raise BadFile((Fault("$", typeset(f"Fichier illisible : {error.strerror or error}.")),)) from None
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError:
        raise BadFile((Fault("$", typeset("Ce fichier est imbriqué trop profondément.")),)) from None
    except ValueError as error:
        where = f"ligne {error.lineno}, colonne {error.colno}" if isinstance(error, json.JSONDecodeError) else "nombre"
        raise BadFile((Fault("$", typeset(f"Ce fichier n'est pas du JSON valide ({where}).")),)) from None


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


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
