"""Random draws have an address; compiled rules are found again, and never when they are stale."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.core.random_draws import (
    decision_key,
    decision_keys,
    descendant,
    draw_quantiles,
    happens,
    normal_quantile,
    replication_key,
    uniform,
    word,
)

ROOT = Path(__file__).resolve().parents[2]
WORDS = st.integers(0, 2**64 - 1).map(np.uint64)


@given(WORDS, WORDS)
def test_a_draw_lies_strictly_between_0_and_1_and_is_the_same_every_time(key, identity):
    assert 0.0 < uniform(key, identity) < 1.0
    assert uniform(key, identity) == uniform(key, identity)


@given(WORDS, WORDS, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_chance_only_adds_events(key, identity, one, other):
    low, high = sorted((one, other))
    assert not happens(key, identity, low) or happens(key, identity, high)


def test_draws_are_uniform_and_neighbours_are_independent():
    key = decision_key(replication_key(1, 2), word("test.draw"), 3)
    draws = np.array([uniform(key, np.uint64(i)) for i in range(20_000)])
    assert stats.kstest(draws, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(draws[:-1], draws[1:])[0, 1]) < 0.03
    other = np.array([uniform(decision_key(replication_key(1, 2), word("test.draw"), 4), np.uint64(i)) for i in range(20_000)])
    assert abs(np.corrcoef(draws, other)[0, 1]) < 0.03


def test_the_normal_quantile_is_scipys():
    points = np.linspace(1e-9, 1.0 - 1e-9, 4001)
    np.testing.assert_allclose([normal_quantile(u) for u in points], stats.norm.ppf(points), atol=5e-9)


def test_descendants_differ_by_parent_month_and_ordinal():
    names = {
        int(descendant(np.uint64(parent), month, ordinal))
        for parent in range(20)
        for month in range(-12, 60)
        for ordinal in range(3)
    }
    assert len(names) == 20 * 72 * 3


def test_a_parameter_draw_does_not_depend_on_which_others_exist():
    alone, among_others = (
        draw_quantiles(1, 2, ["illness.mean_bill"]),
        draw_quantiles(1, 2, ["wages.farm_growth", "illness.mean_bill"]),
    )
    assert alone == among_others[1:] and among_others[0] != among_others[1]
    assert alone != draw_quantiles(1, 3, ["illness.mean_bill"])


def _copy(tmp_path: Path) -> Path:
    """The model in a folder of its own, with a cache of its own."""
    shutil.copytree(ROOT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def _python(folder: Path, code: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(folder), "XIANJIE_CACHE": str(folder / "cache")}
    environment.pop("NUMBA_DISABLE_JIT", None)
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


ASK = "from sim.world.dibao_rules import benefit_due; print(benefit_due(1000.0, 5000.0, 0.1, 3))"


def test_a_changed_helper_changes_the_result(tmp_path):
    folder = _copy(tmp_path)
    assert _python(folder, ASK) == "1000.0"
    rules = folder / "sim" / "world" / "dibao_rules.py"
    rules.write_text(
        rules.read_text(encoding="utf-8").replace("MONTHS_PER_YEAR = 12.0", "MONTHS_PER_YEAR = 6.0"), encoding="utf-8"
    )
    assert _python(folder, ASK) == "2000.0", "a stale rule was served"


def test_a_second_interpreter_misses_nothing_in_the_cache(tmp_path):
    folder = _copy(tmp_path)
    count = (
        "import numpy as np\nfrom sim.core.random_draws import uniform\n"
        "uniform(np.uint64(1), np.uint64(2))\n"
        "print(sum(uniform.stats.cache_misses.values()), sum(uniform.stats.cache_hits.values()))"
    )
    assert _python(folder, count) == "1 0"
    assert _python(folder, count) == "0 1"


EDITIONS = (
    "import sim.month\nfrom sim.core.compiled.compilation import _editions\nfor each in sorted(_editions.items()): print(*each)"
)


def test_an_edit_of_one_process_compiles_one_process(tmp_path):
    folder = _copy(tmp_path)
    before = _python(folder, EDITIONS).splitlines()
    rule = folder / "sim" / "processes" / "labour" / "separations.py"
    rule.write_text(rule.read_text(encoding="utf-8") + "\nEDITED = 1\n", encoding="utf-8")
    changed = set(_python(folder, EDITIONS).splitlines()) - set(before)
    assert len(before) > 50 and [each.split()[0] for each in changed] == ["sim.processes.labour.separations"]


def test_a_chosen_cache_folder_keeps_what_is_not_ours(tmp_path):
    folder = _copy(tmp_path)
    mine = [folder / "cache" / "thesis.docx", folder / "cache" / "xianjie-rules" / "sim.core.random_draws" / "notes" / "mine.txt"]
    for file in mine:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("mine", encoding="utf-8")
    helper = folder / "sim" / "core" / "random_draws.py"
    for edition in range(6):
        helper.write_text(helper.read_text(encoding="utf-8") + f"\nEDITION = {edition}\n", encoding="utf-8")
        _python(folder, "import sim.core.random_draws")
    assert all(file.read_text(encoding="utf-8") == "mine" for file in mine)
    kept = [path for path in mine[1].parents[1].iterdir() if path.name != "notes"]
    assert len(kept) == 4, "old editions of ours are removed"


def test_without_a_place_to_keep_it_everything_is_compiled_all_the_same(tmp_path):
    folder = _copy(tmp_path)
    (folder / "cache").write_text("a file where a folder is wanted", encoding="utf-8")
    code = ASK + "\nfrom sim.core.compiled.compilation import is_kept; print(is_kept())"
    assert _python(folder, code) == "1000.0\nFalse"


def test_a_years_keys_are_those_of_its_months():
    replication, decisions = replication_key(7, 3), [word("test.once"), word("test.monthly")]
    months = [[0] * 12, list(range(-12, 0))]
    keys = decision_keys(replication, decisions, np.array(months))
    one_by_one = [[decision_key(replication, each, month) for month in at] for each, at in zip(decisions, months, strict=True)]
    assert keys.dtype == np.uint64 and keys.tolist() == np.array(one_by_one).tolist()
