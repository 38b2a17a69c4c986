"""Click in French: usage, options, help, faults. What every command of the terminal shares."""

import sys
from collections.abc import Callable
from typing import Any

import click

from grantapp.config import BadSetting
from grantapp.french import NBSP, typeset

BAD_INPUT = 2


class FrenchCommand(click.Command):
    """Click speaks English; an operator of ours reads French."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="Utilisation : ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_options(self, ctx, formatter)


def _write_options(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    rows = [row for param in command.get_params(ctx) if (row := param.get_help_record(ctx))]
    with formatter.section(f"Options{NBSP}"):
        formatter.write_dl(rows)


class FrenchGroup(click.Group):
    command_class = FrenchCommand

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "COMMANDE [ARGUMENTS]…", prefix="Utilisation : ")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, self.commands[name].get_short_help_str(90)) for name in sorted(self.commands)]
        with formatter.section(f"Commandes{NBSP}"):
            formatter.write_dl(rows)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)


def _help(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(ctx.get_help())
        ctx.exit()


help_option = click.option(
    "--aide",
    "-h",
    "--help",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_help,
    help="Affiche cette aide.",
)


@click.group(cls=FrenchGroup, add_help_option=False)
@help_option
def group() -> None:
    """grantapp : préparer, juger et déposer un dossier « friches polluées ». Service non officiel."""


def command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    def decorate(function: Callable[..., Any]) -> click.Command:
        return group.command(name, add_help_option=False)(help_option(function))

    return decorate


def main() -> None:
    """The console script: every fault is one French sentence on standard error."""
    try:
        status = group.main(standalone_mode=False)
    except click.Abort:
        status = fail("Interrompu.", 130)
    except click.ClickException as error:
        status = fail(_in_french(error))
    except BadSetting as error:
        status = fail(str(error))
    except BrokenPipeError:
        status = 0
    sys.exit(status if isinstance(status, int) else 0)


def fail(sentence: str, status: int = BAD_INPUT) -> int:
    click.echo(typeset(sentence), err=True)
    return status


def _in_french(error: click.ClickException) -> str:
    match error:
        case click.exceptions.NoSuchOption():
            return f"Option inconnue : {error.option_name}. Voyez --aide."
        case click.exceptions.MissingParameter():
            return f"Il manque {error.param.make_metavar(error.ctx) if error.param and error.ctx else 'un argument'}."
        case click.exceptions.BadParameter():
            return f"Valeur refusée : {error.message}"
        case click.exceptions.NoArgsIsHelpError():
            return error.message
        case click.UsageError():
            return "Commande inconnue ou mal écrite. Voyez « grantapp --aide »."
    return error.message
