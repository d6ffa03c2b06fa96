"""What is compiled before the first county is what the first county asks for, and no two processes keep the same."""

import os
import subprocess
import sys
from pathlib import Path

import numba
import pytest

import sim.county
from sim import compile_ahead
from sim.core.compiled.compilation import IS_COMPILED, KEEP_ONLY
from sim.scenario import load_scenario

pytestmark = pytest.mark.skipif(not IS_COMPILED, reason="nothing is kept where nothing is compiled")


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


def test_a_process_that_cannot_start_stops_nothing(monkeypatch):
    told = []
    monkeypatch.setattr(compile_ahead, "uncompiled_modules", lambda rooms: ["sim.processes.labour.separations"] * 24)
    monkeypatch.setattr(compile_ahead, "usable_processors", lambda: 2)
    monkeypatch.setattr(sys, "executable", str(os.devnull))
    compile_ahead.compile_all(lambda done, total: told.append((done, total)))
    assert told[-1] == (12, 24), "its own share is compiled; the first county compiles the rest"
