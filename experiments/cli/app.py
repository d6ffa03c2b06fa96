"""The command ``xianjie``. Heavy libraries are imported inside the commands, so that ``--help`` is quick."""

import sys
from typing import Annotated

import typer

from experiments.cli.ask.compare import compare
from experiments.cli.ask.discover import discover
from experiments.cli.ask.optimise import optimise
from experiments.cli.ask.sensitivity import sensitivity
from experiments.cli.ask.solve import solve
from experiments.cli.ask.sweep import sweep
from experiments.cli.ask.warn import warn
from experiments.cli.console import Language, report_refusal, show
from experiments.cli.help_pages import front_page
from experiments.cli.machine.collect import collect
from experiments.cli.machine.counties import counties
from experiments.cli.machine.verify import verify
from experiments.cli.model.clauses import clauses
from experiments.cli.model.describe import goals, levers, month, parameters, schema
from experiments.cli.model.document import document
from experiments.cli.plan.check import check
from experiments.cli.plan.county import county
from experiments.cli.plan.new import new
from experiments.cli.plan.open import open_page
from experiments.cli.plan.plan import plan
from experiments.cli.plan.population import population
from experiments.cli.run.brief import brief
from experiments.cli.run.budget import budget
from experiments.cli.run.demo import demo
from experiments.cli.run.explain import explain
from experiments.cli.run.panel import panel
from experiments.cli.run.run import run
from experiments.cli.trust.backtest import backtest
from experiments.cli.trust.calibrate import calibrate
from experiments.cli.trust.effects import effects
from experiments.cli.trust.screen import screen
from experiments.cli.trust.selftest import selftest
from experiments.cli.trust.structure import structure
from experiments.cli.trust.stylised_facts import facts
from experiments.cli.usage_errors import Commands, help_language
from sim.core.collecting import collect_rarely

app = typer.Typer(
    name="xianjie",
    cls=Commands,
    help="How likely a county is to reach its goals, 2021 to 2025, what that costs, and what would help.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    demo,
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
    new,
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
    effects,
    selftest,
    document,
):
    app.command()(command)
app.command("open")(open_page)
app.add_typer(county)
app.add_typer(plan)


@app.callback()
def front(
    context: typer.Context,
    lang: Annotated[Language | None, typer.Option(help="Language of the answer; by default the system's.")] = None,
) -> None:
    """How likely a county is to reach its goals, 2021 to 2025, what that costs, and what would help."""
    if context.invoked_subcommand is None:
        show(front_page(context.command, lang or help_language()))


def main() -> None:
    """The entry point. A console that cannot show a character gets a question mark instead of a traceback."""
    collect_rarely()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except OSError as problem:  # while help or a usage error is printed
        sys.exit(report_refusal(problem))
