"""For all tests: an example of Hypothesis may take its time, because the first one may compile a rule; the system has no
language, so that faults are said in both; and where tests run in several processes, which file goes where, and when.
"""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["LC_ALL"] = "C.UTF-8"
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")

#: Files that look at the same replications of the whole county, or of a small one: in one process each is run once.
SAME_COUNTY = tuple(
    f"tests/{name}.py"
    for name in (
        "science/test_relations", "science/test_money", "science/test_gaming", "baseline/test_baseline", "science/test_horizon",
        "science/test_production",
    )
)  # fmt: skip
#: Files that take longest, by the processor seconds of their tests: begun first, so that no process ends long after the others.
LONGEST = SAME_COUNTY + tuple(
    f"tests/{name}.py"
    for name in (
        "reporting/test_brief", "page/test_browser", "experiments/test_telling_and_budget", "science/test_plans_begin_in_2021",
        "reporting/test_gallery", "experiments/test_asking", "county/test_privacy", "reporting/test_documents_open",
        "page/test_answers", "python/test_policies", "contracts/test_plans", "experiments/test_plan_form",
        "python/test_front_door", "experiments/test_nothing_lost", "experiments/test_cluster", "experiments/test_doors",
        "experiments/test_discover", "experiments/test_journal", "reporting/test_answer",
        "contracts/test_random_draws_and_compilation", "county/test_form", "contracts/test_imports",
    )
)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_language_is_named():
    """What a command line of an earlier test named is forgotten, as a process of its own would."""
    console = sys.modules.get("experiments.cli.console")
    if console is not None:
        console.remember_language(())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """In a process of several: each file is a group of its own, but for those of the same county; the longest come first."""
    if not hasattr(config, "workerinput"):
        return
    root, place = Path(__file__).parents[1], {name: number for number, name in enumerate(LONGEST)}
    files = {item: item.path.relative_to(root).as_posix() for item in items}
    items.sort(key=lambda item: place.get(files[item], len(place)))
    for item in items:
        item.add_marker(pytest.mark.xdist_group("the same county" if files[item] in SAME_COUNTY else files[item]))
