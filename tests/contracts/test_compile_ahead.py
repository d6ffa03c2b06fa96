"""What is compiled before the first county is what the first county asks for, and no two processes keep the same."""

import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numba
import pytest

import sim.county
from sim import compile_ahead
from sim.core.compiled.compilation import IS_COMPILED, KEEP_ONLY, compiling_alone
from sim.founding.population import unusual_rooms
from sim.scenario import load_scenario

RUN_A_MONTH = """
import sim.county
from sim.core.binding import Tables
from sim.core.tables import TABLES
from sim.goals.measuring import Record
from sim.world.bookkeeping import close_month, open_month

tables = Tables()
for name in TABLES:
    tables.make(name, 40)
Record(tables, -12, 72, 2e7).add_month(5)
for of_month in (open_month, close_month):
    of_month(*(tables[name] for name in ("households", "enterprises", "funds", "lines")))
"""

pytestmark = pytest.mark.skipif(not IS_COMPILED, reason="nothing is kept where nothing is compiled")


@pytest.fixture(autouse=True)
def bound():
    """Processes are bound before any is looked at, whichever test of this file comes first."""
    sim.county.make_ready()


def test_a_county_of_one_row_hands_rules_the_types_that_a_whole_one_hands_them():
    baseline = load_scenario(Path("baseline"))
    whole = sim.county.County(baseline, sim.county.sample_values(baseline, 3, 0), 3, 0)
    for each in compile_ahead.bound_processes():
        expected = whole.processes[each.process.name].arguments(0)
        assert [*map(numba.typeof, each.arguments(0))] == [*map(numba.typeof, expected)], each.process.name


def test_shares_hold_every_module_once_and_are_about_equal():
    modules = sorted({each.process.module for each in compile_ahead.bound_processes()}, key=compile_ahead._size, reverse=True)
    shares = compile_ahead.share_out(modules, 3)
    assert sorted(sum(shares, [])) == sorted(modules)
    lengths = [sum(map(compile_ahead._size, share)) for share in shares]
    assert max(lengths) < 1.1 * min(lengths)


def test_a_process_keeps_its_share_and_nothing_that_others_keep(tmp_path):
    mine, shared = "sim.processes.labour.separations", "sim.core.random_draws"
    environment = {**os.environ, KEEP_ONLY: mine, "XIANJIE_CACHE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "sim.compile_ahead", mine], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "\n"), done.stderr
    kept = {path.parent.relative_to(tmp_path).parts[1] for path in tmp_path.rglob("*.nbi")}
    assert kept == {mine} and shared not in kept


@pytest.mark.parametrize("module", sorted(compile_ahead.OF_A_MONTH))
def test_what_is_recorded_and_the_books_are_compiled_ahead_as_a_county_asks_for_them(module, tmp_path):
    environment = {**os.environ, "XIANJIE_CACHE": str(tmp_path), KEEP_ONLY: module}
    command = [sys.executable, "-m", "sim.compile_ahead", module]
    subprocess.run(command, env=environment, capture_output=True, check=True)
    before = sorted(tmp_path.rglob("*.nbi")) + sorted(tmp_path.rglob("*.nbc"))
    assert before and all(path.parents[2].name == module for path in before)
    subprocess.run([sys.executable, "-c", RUN_A_MONTH], env=environment, capture_output=True, check=True)
    assert sorted(tmp_path.rglob("*.nbi")) + sorted(tmp_path.rglob("*.nbc")) == before, "nothing more was compiled"


def test_a_process_that_cannot_start_stops_nothing(monkeypatch):
    told = []
    monkeypatch.setattr(compile_ahead, "uncompiled_modules", lambda rooms: ["sim.processes.labour.separations"] * 24)
    monkeypatch.setattr(compile_ahead, "usable_processors", lambda: 2)
    monkeypatch.setattr(sys, "executable", str(os.devnull))
    compile_ahead.compile_all(lambda done, total: told.append((done, total)))
    assert told[-1] == (12, 24), "its own share is compiled; the first county compiles the rest"


def test_who_waited_while_another_compiled_compiles_nothing(monkeypatch):
    """Before the lock nothing is compiled; once it is had, another process has done it."""
    answers = iter([False, True])
    monkeypatch.setattr(sim.county, "everything_is_compiled", lambda size: next(answers))
    monkeypatch.setattr(sim.county, "compile_all", lambda *given: pytest.fail("compiled again"))
    reported = []
    sim.county.prepare(load_scenario(Path("baseline")), lambda what, **facts: reported.append(what))
    assert reported == ["tell_compiling"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such lock: each process compiles for itself")
def test_one_process_compiles_while_the_others_wait():
    begun, ended = threading.Event(), threading.Event()

    def other():
        begun.set()
        with compiling_alone():
            ended.set()

    with compiling_alone():
        waiting = threading.Thread(target=other)
        waiting.start()
        assert begun.wait(10) and not ended.wait(0.2)
    waiting.join(10)
    assert ended.is_set()


def test_only_a_county_with_more_rows_than_usual_is_compiled_for_once_more():
    sizes = {}
    for detail in ("sampled", "full"):
        scenario = replace(load_scenario(Path("baseline")), population_detail=detail)
        values = sim.county.values_of(scenario, None)
        sizes[detail] = unusual_rooms(sim.county._founding_parameters(scenario, values), scenario.weight)
    assert sizes["sampled"] == {}
    assert set(sizes["full"]) == {"households", "histories", "register"}
    rooms = sizes["full"]
    bound = compile_ahead.bound_processes(rooms)
    assert {len(each.tables.rows["households"]) for each in bound} == {rooms["households"]}
    assert compile_ahead.uncompiled_modules(rooms), "all modules, however many are kept for usual counties"
