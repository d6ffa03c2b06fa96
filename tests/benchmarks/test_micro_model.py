"""The peers of the micro-model return the same aggregates to the last digit, and the table says what is missing.

Implementations run in processes of their own, as when they are timed: our tables and processes must not meet those of the county.
"""

import os
import shutil
import sys

import pytest

from benchmarks import measuring, peers, report, serving
from benchmarks.measuring import BenchmarkOptions, Line, Ratio

#: By number of households: fen of savings and of debt, jobs and months of poverty at the end; what was counted over all months
#: and villages; the start of the hash over every month and village. Seed 7, replication 0, 60 months.
KNOWN = {
    1_000: {
        "check": [10035218015, 707878798, 918, 8217],
        "counted": [8217, 9034, 28108, 20305437259, 152612261, 166937829, 35385100, 2068480],
        "digest": "b5ca26808a07f9ee",
    },
    10_000: {
        "check": [99362682187, 6949219278, 9131, 78278],
        "counted": [78278, 83749, 288186, 202618556668, 1541231274, 1654871639, 353951900, 19612163],
        "digest": "2edec9597f9644e3",
    },
}
PEERS_PYTHON = os.environ.get("XIANJIE_BENCH_PYTHON", sys.executable)


@pytest.mark.parametrize("name", [peers.OURS, peers.ARRAYS, peers.C])
def test_our_machinery_arrays_and_c_give_the_known_aggregates(name):
    if name == peers.C and shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    with serving.ServerProcess(peers.MODULES[name]) as process:
        for households, known in KNOWN.items():
            answer = process.ask(households)
            assert answer.came_out == known
            assert answer.seconds > 0.0


def test_mesa_objects_give_the_known_aggregates():
    with serving.ServerProcess(peers.MODULES[peers.MESA]) as process:
        assert process.ask(1_000).came_out == KNOWN[1_000]


@pytest.mark.skipif(
    not serving.has("starsim", PEERS_PYTHON), reason="Starsim is not installed; name its Python XIANJIE_BENCH_PYTHON"
)
def test_starsim_gives_the_known_aggregates():
    with serving.ServerProcess(peers.MODULES[peers.STARSIM], PEERS_PYTHON) as process:
        assert process.ask(1_000).came_out == KNOWN[1_000]


def test_a_peer_that_is_not_there_is_reported_with_the_cure(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    missing = peers.missing_peers(BenchmarkOptions(peers="/nowhere/python"))
    assert missing[peers.C] == "gcc not installed"
    assert "pip install" in missing[peers.STARSIM] and "--peers" in missing[peers.STARSIM]
    rows = list(
        peers._beside_each_other(
            BenchmarkOptions(),
            243,
            {peers.OURS: [1.0, 2.0], peers.ARRAYS: [4.0, 6.0]},
            _answers(peers.OURS, peers.ARRAYS),
            missing,
        )
    )
    by_name = {row.what: row for row in rows}
    assert by_name["micro-model, 243 households: Starsim"].measured == "not measured"
    assert by_name["micro-model, 243 households: Starsim"].note == missing[peers.STARSIM]
    assert by_name["micro-model, 243 households: whole-array NumPy / our machinery"].measured == "3.5 (3 to 4)"
    assert by_name["micro-model, 243 households: whole-array NumPy / our machinery"].reached


def test_aggregates_that_differ_are_reported():
    answers = _answers(peers.OURS, peers.MESA)
    answers[peers.MESA, 243] = serving.Answer(1.0, {"digest": "another"}, 1.0)
    first = next(peers._beside_each_other(BenchmarkOptions(), 243, {peers.OURS: [1.0], peers.MESA: [200.0]}, answers, {}))
    assert first.measured == "DIFFERENT"
    assert first.reached is False


def _answers(*names):
    return {(name, 243): serving.Answer(1.0, {"digest": "the same"}, 1.0) for name in names}


def test_a_module_that_cannot_be_served_is_an_error():
    with serving.ServerProcess("benchmarks.nothing_of_that_name") as process:
        # Whether the pipe is already closed at the first question depends on how fast the process failed.
        with pytest.raises(RuntimeError, match="nothing_of_that_name"):
            process.ask(10)


def test_candidates_are_timed_in_turn_and_compared_round_by_round():
    called = []
    clock = iter([1.0, 3.0, 10.0, 20.0])
    seconds = measuring.in_turn({name: lambda name=name: called.append(name) or next(clock) for name in "ab"}, 2)
    assert called == ["a", "b", "a", "b"]
    assert measuring.ratio(seconds["b"], seconds["a"]) == Ratio(2.5, 2.0, 3.0)


def test_the_table_keeps_what_was_not_measured_again(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "FILE", tmp_path / "RESULTS.md")
    report.write({"peers": [Line("one", "1.0", ">= 3", False)], "cold": [Line("two", "2 s")]})
    report.write({"peers": [Line("three", "3.5", ">= 3", True)]})
    rows = [line for line in report.FILE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert [[cell.strip() for cell in row.split("|")[1:6]] for row in rows[1:]] == [
        ["cold", "two", "2 s", "", ""],
        ["peers", "three", "3.5", ">= 3", "yes"],
    ]
