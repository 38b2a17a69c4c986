"""The terminal's door. Each command imports what it needs when it runs: `check` must not wait for a PDF engine."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grantapp.config import Settings, clock_from
from grantapp.french import PARIS, day, moment, plural, typeset
from grantapp.terminal import command, fail, group, main

if TYPE_CHECKING:
    from grantapp.services.judging import Case

__all__ = ["EXITS", "group", "main"]

EXITS = {"eligible": 0, "conditional": 0, "ineligible": 1, "undetermined": 3}
VERDICTS = {"filed": 0, "assembled": 0, "replaced": 0, "altered": 1, "unknown": 3, "not_filed": 3}


class Instant(click.ParamType):
    """A day or an instant, Paris time."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        from grantapp.services.judging import read_instant

        if isinstance(value, datetime):
            return value
        try:
            return read_instant(value)
        except ValueError:
            self.fail(f"« {value} ». Écrivez un jour, par exemple 2022-03-15.")


on_option = click.option("--on", metavar="DATE", type=Instant(), help="Juger à cette date (AAAA-MM-JJ).")
edition_option = click.option("--edition", "edition_id", metavar="ID", help="L'édition de l'appel.")


def _tell_origin(case: "Case") -> None:
    """On standard error, so that what is written for a program stays whole."""
    if case.origin:
        click.echo(case.origin + "\n", err=True)


def _now() -> datetime:
    import os

    return clock_from(os.environ.get("GRANTAPP_CLOCK", ""))()


# ── without a database ───────────────────────────────────────────────────────────────────────────────────────────


@command("editions")
@on_option
def editions(on: datetime | None) -> None:
    """Les éditions connues, et celles qui sont ouvertes à une date."""
    from grantapp.editions import all_editions

    at = on or _now()
    for edition in all_editions():
        window = edition.window
        state = click.style("ouverte", fg="green") if window.is_open(at) else "fermée"
        dates = f"du {day(window.opens_on)} au {day(window.closes_on)}"
        click.echo(typeset(f"{edition.id} (version {edition.version}) : {edition.title}"))
        click.echo(typeset(f"    {dates}, {state} le {day(at.astimezone(PARIS).date())}"))
        if at >= window.closes_at:
            click.echo(typeset(f"    {edition.successor}"))


@command("schema")
@edition_option
@click.option("--dossier", "of_dossier", is_flag=True, help="Celui d'un dossier.json, et non d'un fichier de projet.")
def schema(edition_id: str | None, of_dossier: bool) -> None:
    """Le schéma JSON d'un fichier de projet, ou celui du dossier.json qu'un PDF contient."""
    from grantapp.domain import deposit_schema, project_file
    from grantapp.editions import find_edition

    if of_dossier:
        click.echo(json.dumps(deposit_schema.schema(), ensure_ascii=False, indent=2))
        return
    edition = find_edition(edition_id) if edition_id else None
    if edition_id and edition is None:
        raise click.ClickException(f"Édition inconnue : « {edition_id} ». Voyez « grantapp editions ».")
    click.echo(json.dumps(project_file.schema(edition), ensure_ascii=False, indent=2))


@command("check")
@click.argument("path", metavar="FICHIER", type=click.Path(path_type=Path))
@edition_option
@on_option
@click.option("--json", "as_data", is_flag=True, help="Écrire le jugement en JSON.")
@click.pass_context
def check(ctx: click.Context, path: Path, edition_id: str | None, on: datetime | None, as_data: bool) -> None:
    """Juge un fichier de projet, un dossier.json ou le PDF d'un dossier.

    Les réponses d'un dossier déposé sont jugées de nouveau : le résultat figé n'est pas repris.

    Code de sortie 0 : éligible, ou sous réserve ; 1 : non éligible ; 3 : indéterminé ; 2 : fichier fautif.
    """
    from grantapp.domain.judgement import as_json
    from grantapp.services.judging import BadFile, read_case
    from grantapp.telling import tell_judgement

    try:
        case = read_case(path, edition_id=edition_id, on=on, now=_now())
    except BadFile as bad:
        ctx.exit(fail(str(bad)))
    _tell_origin(case)
    judgement = case.judgement()
    if as_data:
        click.echo(json.dumps(as_json(judgement), ensure_ascii=False, indent=2))
    else:
        if case.edition.carried_from:
            click.echo(click.style(case.edition.texts["carried"], bold=True) + "\n")
        tell_judgement(judgement)
    ctx.exit(EXITS[judgement.conclusion.value])


@command("compare")
@click.argument("path", metavar="FICHIER", type=click.Path(path_type=Path))
@click.option("--edition", "edition_ids", metavar="ID", multiple=True, help="Une édition à comparer ; à répéter.")
@on_option
@click.option("--dates", "by_date", is_flag=True, help="Juger aussi les dates de dépôt.")
@click.option("--json", "as_data", is_flag=True, help="Écrire la comparaison en JSON.")
@click.pass_context
def compare(
    ctx: click.Context, path: Path, edition_ids: tuple[str, ...], on: datetime | None, by_date: bool, as_data: bool
) -> None:
    """Compare les éditions sur un projet : leurs règles, sans les dates de dépôt."""
    from grantapp.domain.comparison import as_json
    from grantapp.editions import UnknownEdition, get_edition
    from grantapp.services.judging import BadFile, read_case
    from grantapp.telling import tell_comparison

    try:
        editions = [get_edition(each) for each in dict.fromkeys(edition_ids)]
        case = read_case(path, edition_id=None, on=on, now=_now())
    except (BadFile, UnknownEdition) as bad:
        ctx.exit(fail(str(bad)))
    _tell_origin(case)
    comparison = case.compared(editions, by_date=by_date)
    if as_data:
        click.echo(json.dumps(as_json(comparison), ensure_ascii=False, indent=2))
    else:
        tell_comparison(comparison)


@command("guichet")
@click.argument("path", metavar="FICHIER", type=click.Path(path_type=Path))
@click.option("--on", metavar="DATE", type=Instant(), help="À cette date plutôt qu'aujourd'hui (AAAA-MM-JJ).")
@click.option("--json", "as_data", is_flag=True, help="Écrire la réponse en JSON.")
@click.pass_context
def desk(ctx: click.Context, path: Path, on: datetime | None, as_data: bool) -> None:
    """Dit où déposer un projet aujourd'hui, et par où commencer.

    La date du fichier ne compte pas ici. Code de sortie 0 : un guichet ouvert ne s'y oppose pas ; 1 : aucun ; 2 :
    fichier fautif.
    """
    from grantapp.domain.orientation import as_json
    from grantapp.services.judging import BadFile, read_case
    from grantapp.telling import tell_orientation

    now = _now()
    try:
        case = read_case(path, edition_id=None, on=on or now, now=now)
    except BadFile as bad:
        ctx.exit(fail(str(bad)))
    _tell_origin(case)
    orientation = case.orientation()
    if as_data:
        click.echo(json.dumps(as_json(orientation, now), ensure_ascii=False, indent=2))
    else:
        tell_orientation(orientation, orientation.sentence(now))
    ctx.exit(0 if orientation.admitting else 1)


@command("print")
@click.argument("path", metavar="FICHIER", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", metavar="DOSSIER.pdf", type=click.Path(path_type=Path), required=True, help="Le PDF à écrire."
)
@edition_option
@on_option
@click.option(
    "--piece",
    "papers",
    metavar="CHEMIN",
    multiple=True,
    help="Une pièce à joindre au dossier ; « question=CHEMIN » la range (par exemple management_plan=plan.pdf).",
)
@click.pass_context
def print_dossier(
    ctx: click.Context, path: Path, output: Path, edition_id: str | None, on: datetime | None, papers: tuple[str, ...]
) -> None:
    """Fait le dossier PDF d'un fichier de projet, sans base de données."""
    from grantapp.services.judging import BadFile, read_case, unfiled, with_papers
    from grantapp.services.printing import dossier_pdf

    def progress(message: str) -> None:
        click.echo(typeset(message), err=True)

    try:
        case = with_papers(read_case(path, edition_id=edition_id, on=on, now=_now()), papers)
    except BadFile as bad:
        ctx.exit(fail(str(bad)))
    _tell_origin(case)
    content = dossier_pdf(unfiled(case), progress, pieces=case.papers)
    try:
        output.write_bytes(content)
    except OSError as error:
        ctx.exit(fail(f"{output} : écriture impossible ({error.strerror})."))
    progress(f"{output} est écrit.")


@command("verify")
@click.argument("path", metavar="FICHIER", type=click.Path(path_type=Path))
@click.option(
    "--certificat",
    "certificates",
    metavar="FICHIER.pem",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Le certificat d'un site, pour vérifier loin de lui.",
)
@click.option("--json", "as_data", is_flag=True, help="Écrire la réponse en JSON.")
@click.pass_context
def verify(ctx: click.Context, path: Path, certificates: tuple[Path, ...], as_data: bool) -> None:
    """Dit si un fichier (PDF, ZIP, dossier.json, collectif.json) est bien ce qui a été déposé, sans réseau.

    Lit la base de GRANTAPP_HOME s'il y en a une, sans rien y écrire ; sinon, le cachet du fichier et les certificats
    donnés suffisent. Code de sortie 0 : intact ; 1 : modifié ; 3 : inconnu, ou jamais déposé ; 2 : fichier illisible.
    """
    from grantapp.services import verdict, verifying
    from grantapp.telling import tell_verdict

    try:
        found, note = verifying.verify_path(path, certificates, home=_home())
    except verifying.BadFile as bad:
        ctx.exit(fail(str(bad)))
    if note:
        click.echo(note, err=True)
    if as_data:
        click.echo(json.dumps(verdict.as_json(found), ensure_ascii=False, indent=2))
    else:
        tell_verdict(found)
    ctx.exit(VERDICTS[found.verdict.value])


def _home() -> Settings | None:
    """The settings of a home that is already there: to verify a file must not make one."""
    import os

    home = Path(os.environ.get("GRANTAPP_HOME", "var"))
    if not (home / "grantapp.db").exists() and not (home / "cachet").is_dir():
        return None
    return Settings.from_env(os.environ | {"GRANTAPP_SECRET_KEY": "not needed to verify"})


# ── with the site's data ─────────────────────────────────────────────────────────────────────────────────────────


@command("up")
@click.option("--vierge", is_flag=True, help="Commencer sans les données de démonstration.")
def up(vierge: bool) -> None:
    """Met la base à jour, démarre le site et son ouvrier sur cette machine."""
    from grantapp.serving import serve

    serve(Settings.from_env(), blank=vierge, say=lambda sentence: click.echo(typeset(sentence)))


@command("demo")
@click.option(
    "--exemples", metavar="DOSSIER", type=click.Path(path_type=Path), help="Écrire plutôt les fichiers d'exemple ici."
)
def demo(exemples: Path | None) -> None:
    """Remplit une base vide avec la coopérative inventée et ses 90 entreprises."""
    if exemples:
        _write_examples(exemples)
        return
    from grantapp.serving import install_demonstration, is_blank

    settings = Settings.from_env()
    if not is_blank(settings):
        raise click.ClickException(
            f"La base de {settings.home} contient déjà des données : rien n'a été touché. "
            "Choisissez un autre dossier avec GRANTAPP_HOME."
        )
    install_demonstration(settings, say=lambda sentence: click.echo(typeset(sentence)))


def _write_examples(folder: Path) -> None:
    from grantapp.domain import project_file
    from grantapp.services import demonstration

    folder.mkdir(parents=True, exist_ok=True)
    for name, make in demonstration.EXAMPLES.items():
        written = project_file.dump(make(), demonstration.EDITION, demonstration.CLOCK)
        path = folder / f"{name}.json"
        path.write_text(json.dumps(written, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        click.echo(typeset(f"{path} est écrit."))


@command("mail")
@click.option(
    "--relancer", "again", is_flag=True, help="Redonner toutes leurs chances aux messages qui ne partent pas."
)
@click.option("--json", "as_data", is_flag=True, help="Écrire la liste en JSON.")
@click.pass_context
def mail(ctx: click.Context, again: bool, as_data: bool) -> None:
    """Dit quels messages ne sont pas partis, et pourquoi.

    Code de sortie 0 : aucun message n'est abandonné ; 1 : il y en a.
    """
    from grantapp.config import real_clock
    from grantapp.services import mailing
    from grantapp.serving import open_sessions

    sessions = open_sessions(Settings.from_env())
    if again:
        with sessions.writing() as session:
            count = mailing.try_again(session, at=real_clock())
        click.echo(typeset(f"{plural(count, 'message')} à reprendre : l'ouvrier s'en charge dans la minute."))
    with sessions.reading() as session:
        waiting = mailing.list_waiting(session)
    if as_data:
        click.echo(json.dumps([each.as_json() for each in waiting], ensure_ascii=False, indent=2))
    elif not again:
        for each in waiting:
            state = f"prochain essai le {moment(each.next_try_at)}" if each.next_try_at else "abandonné"
            tried = plural(each.attempts, "essai")
            click.echo(typeset(f"{each.kind} pour {each.email}, écrit le {moment(each.written_at)} : {tried}, {state}"))
            if each.error:
                click.echo(f"    {each.error}")
        if not waiting:
            click.echo("Tout le courrier est parti.")
    ctx.exit(1 if any(each.next_try_at is None for each in waiting) else 0)


@command("second-factor")
@click.argument("email", metavar="ADRESSE")
def drop_second_factor(email: str) -> None:
    """Retire la double vérification d'un compte.

    Pour qui a perdu son téléphone et ses codes de secours, et que vous avez reconnu autrement. La personne en est
    prévenue par courriel.
    """
    from grantapp.config import real_clock
    from grantapp.domain.lifecycle import Refused
    from grantapp.services import accounts, second_factor
    from grantapp.serving import open_sessions

    settings = Settings.from_env()
    with open_sessions(settings).writing() as session:
        person = accounts.find_person_at(session, email)
        if person is None:
            raise click.ClickException(f"Aucun compte n'a l'adresse « {email} ».")
        try:
            second_factor.remove_for(session, person, now=clock_from(settings.clock_text)(), at=real_clock())
        except Refused as refused:
            raise click.ClickException(refused.sentence) from None
    click.echo(typeset(f"{person.name} se connecte désormais sans code ; un message l'en prévient."))


@command("worker")
@click.option("--parent", type=int, hidden=True)
def worker(parent: int | None) -> None:
    """Fait les travaux de fond (les PDF, le courrier). « grantapp up » en démarre un."""
    from grantapp.worker import run_worker

    run_worker(Settings.from_env(), parent=parent)


if __name__ == "__main__":
    main()
