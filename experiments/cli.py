"""The command ``xianjie``. Heavy libraries are imported inside the commands, so that ``--help`` answers at once."""

import sys

import typer

from experiments.commands.backtest import backtest
from experiments.commands.brief import brief
from experiments.commands.budget import budget
from experiments.commands.calibrate import calibrate
from experiments.commands.check import check
from experiments.commands.clauses import clauses
from experiments.commands.collect import collect
from experiments.commands.compare import compare
from experiments.commands.console import refused
from experiments.commands.counties import counties
from experiments.commands.describe import goals, levers, month, parameters, schema
from experiments.commands.discover import discover
from experiments.commands.document import document
from experiments.commands.explain import explain
from experiments.commands.facts import facts
from experiments.commands.optimise import optimise
from experiments.commands.panel import panel
from experiments.commands.population import population
from experiments.commands.run import run
from experiments.commands.screen import screen
from experiments.commands.selftest import selftest
from experiments.commands.sensitivity import sensitivity
from experiments.commands.solve import solve
from experiments.commands.structure import structure
from experiments.commands.sweep import sweep
from experiments.commands.usage import Commands
from experiments.commands.verify import verify
from experiments.commands.warn import warn

app = typer.Typer(
    name="xianjie",
    cls=Commands,
    help="衔接：2021至2025年，一个县各项目标有多大可能达到，什么最有用。\n\n"
    "Xianjie: how likely a county is to reach its goals, 2021 to 2025, and what would help.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    run,
    brief,
    compare,
    sweep,
    sensitivity,
    solve,
    discover,
    warn,
    optimise,
    collect,
    counties,
    verify,
    population,
    backtest,
    calibrate,
    check,
    schema,
    levers,
    parameters,
    goals,
    clauses,
    month,
    explain,
    panel,
    budget,
    facts,
    structure,
    screen,
    selftest,
    document,
):
    app.command()(command)


def main() -> None:
    """The entry point. A console that cannot show a character gets a question mark instead of a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except OSError as problem:  # of help, or of what was said of a wrong command
        sys.exit(refused(problem))
