"""Every lever does something that a planner reads: the stored finding of ``xianjie effects``, and the analysis that makes it."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from experiments.analyses import lever_effects
from experiments.cli.app import app
from experiments.execution.study import Outcomes
from experiments.reporting import lever_effects as sentences
from experiments.reporting.translations import LANGUAGES, Words
from sim.core.inputs.errors import UserError
from sim.core.inputs.parameters import load_all
from sim.goals import COUNTY_ONLY, GOALS, INDICATORS
from tests.contracts.sources import ROOT

STORED = sentences.stored(ROOT)


def incomplete(finding: dict) -> list[str]:
    """Levers that the finding lacks, or tried at other values than would be tried now."""
    return [
        lever.id
        for lever in lever_effects.levers()
        if {side: (finding["levers"].get(lever.id) or {}).get(side, {}).get("value") for side in lever_effects.settings(lever)}
        != lever_effects.settings(lever)
        or lever.id not in finding["levers"]
    ]


def dead(finding: dict) -> set[str]:
    """Levers that move nothing, or nothing but money."""
    return {name for name, each in finding["levers"].items() if each["verdict"] in (lever_effects.NOTHING, lever_effects.MONEY)}


def test_the_finding_has_every_lever_as_it_stands_now():
    assert not incomplete(STORED), f"run '{STORED['command']}' again"
    assert set(STORED["levers"]) <= set(load_all().parameters)


def test_a_lever_that_is_missing_or_has_another_bound_is_noticed():
    lacking = json.loads(json.dumps(STORED))
    del lacking["levers"]["public_posts.count"]
    lacking["levers"]["work_relief.places"]["most"]["value"] = 1
    assert set(incomplete(lacking)) == {"public_posts.count", "work_relief.places"}


def test_no_lever_is_dead():
    assert dead(STORED) == set(), "nothing that a planner reads moves: give it an effect and a cost, or take it out"


def test_only_what_a_clause_holds_fast_is_not_tried():
    fixed = {name for name, each in STORED["levers"].items() if each["verdict"] == lever_effects.FIXED}
    assert fixed == {each.id for each in lever_effects.levers() if each.changes_from is not None}


#: Levers of five rooms, tried anew: all of them take a quarter of an hour, which is what the stored finding is for.
TRIED = (
    "public_posts.count", "microcredit.loans", "training.person_times", "budget.industry_share", "enclave_projects.effort",
)  # fmt: skip


@pytest.mark.deep
def test_levers_of_five_rooms_are_alive_in_a_county_run_now(tmp_path):
    chosen = [part for lever in TRIED for part in ("--lever", lever)]
    answer = CliRunner().invoke(
        app, ["effects", *chosen, "--futures", "12", "--yes", "--json", "--quiet", "--out", str(tmp_path / "out")]
    )
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    assert set(found["levers"]) == set(TRIED) and not dead(found)


# The analysis


def test_every_outcome_is_known():
    spec = lever_effects.spec()
    for name in (*spec["outcomes"], *(name for own in spec["rooms"].values() for name in own)):
        first, _, part = name.partition(".")
        assert (first in GOALS) if part == "margin" else part in ("", "years") and first in {**INDICATORS, **COUNTY_ONLY}, name
    assert {lever_effects.room(each) for each in lever_effects.levers()} <= set(spec["rooms"])


def test_how_far_is_stated_only_for_levers_and_within_their_bounds():
    levers = {each.id: each for each in lever_effects.levers()}
    for name, value in lever_effects.spec()["most"].items():
        levers[name].check(value)
        assert value not in (levers[name].off, lever_effects.status_quo(levers[name])), name


@pytest.mark.parametrize(
    ("lever", "wanted"),
    [
        ("medical_reimbursement.target_ordinary", {"off": 0.0, "most": 1}),  # 0.9 of 0 to 1: the farther end is off itself
        ("dibao.review_with_labour", {"off": 36, "most": 1}),  # 6 of 1 to 36
        ("data_match.active", {"off": 0}),  # it stands at its most
        ("enclave_projects.incentive", {"most": 1}),  # it is off
        ("village_assets.rule", {"most": "work"}),
        ("budget.industry_split", {"off": [1, 0, 0], "most": [0.0, 0.0, 1.0]}),
        ("budget.bridging_paid", {}),  # held fast by its clause
    ],
)
def test_a_lever_is_turned_off_and_to_the_farthest_end_that_is_not_off(lever, wanted):
    assert lever_effects.settings(load_all().parameters[lever]) == wanted


INDICATOR_IDS = tuple({**INDICATORS, **COUNTY_ONLY})


def outcomes(futures: int = 8, **shift) -> Outcomes:
    """Made outcomes: noise that is the same in all, and what is added to some indicators (all Decembers) or purses."""
    noise = np.random.default_rng(1).normal(size=(futures, 5, len(INDICATOR_IDS)))
    for name, value in shift.items():
        if name in INDICATOR_IDS:
            noise[:, :, INDICATOR_IDS.index(name)] += value
    goals, numbers = tuple(GOALS), np.arange(futures)
    zero, paid = np.zeros((futures, len(goals))), np.full(futures, 5e6 + shift.get("employment", 0.0))
    return Outcomes(
        numbers, numbers, goals, INDICATOR_IDS, zero, zero, zero, noise, paid, {"employment": paid}, np.zeros(futures), (), ()
    )  # fmt: skip


def summarised(**shift) -> dict:
    lever = load_all().parameters["public_posts.per_household"]  # turned to its most only
    found = {("", ""): outcomes(), (lever.id, "most"): outcomes(**shift)}
    return lever_effects.summarise(found, [lever], "hash")["levers"][lever.id]


@pytest.mark.parametrize(
    ("shift", "verdict"),
    [
        ({}, "nothing"),
        ({"registered_income": 1.0}, "people"),
        ({"idle_households": 1.0}, "room"),  # watched by the goals of work
        ({"employment": 1e6}, "money"),
        ({"identification_delay": 1.0}, "nothing"),  # no matter of work
        ({"employment": 1e-4}, "nothing"),  # no money, but another order of adding
    ],
)
def test_the_verdict_says_what_a_lever_moves(shift, verdict):
    assert summarised(**shift)["verdict"] == verdict


def test_a_change_has_the_interval_of_its_pairs():
    # Eight differences of mean 1 and standard deviation 1.069 (0 and 2 in turn): error 0.378, t of seven 2.365: 1 -+ 0.894.
    turns = np.tile([0.0, 2.0], 4)[:, None] * np.ones(5)
    line = summarised(registered_income=turns)["most"]["outcomes"]["registered_income"]
    assert (line["change"], line["low"], line["high"]) == pytest.approx((1.0, 0.106, 1.89), abs=0.005)


def test_who_pays_is_who_pays_more_or_less():
    made = summarised(employment=1e6)
    assert made["pays"] == ["employment"] and made["most"]["outcomes"]["fund.employment"]["change"] == 1.0


# What is said of it


def test_levers_carry_their_effects():
    answer = CliRunner().invoke(app, ["levers", "--json"])
    lines = {each["id"]: each["effects"] for each in json.loads(answer.stdout)}
    assert lines == STORED["levers"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_planner_gets_one_sentence(language):
    words = Words(language)
    for effect in STORED["levers"].values():
        assert sentences.sentence(words, effect).endswith("。" if language == "zh" else ".")
    assert "xianjie effects" in sentences.sentence(words, None)
    moved = summarised(registered_income=-100.0, employment=2e6)
    text = sentences.sentence(words, moved)
    assert ("-100" in text) and ("+200万元/年" in text if language == "zh" else "+2.00 million yuan a year" in text), text


# One lever tried again


def test_a_lever_tried_again_takes_its_place_among_the_others():
    again = {**STORED, "levers": {"public_posts.count": {"verdict": "nothing"}}}
    joined = lever_effects.joined(STORED, again)
    assert list(joined["levers"]) == list(STORED["levers"]) and joined["levers"]["public_posts.count"] == {"verdict": "nothing"}
    assert {**joined, "levers": {}} == {**STORED, "levers": {}}
    with pytest.raises(UserError, match="seed"):
        lever_effects.joined(STORED, {**again, "seed": STORED["seed"] + 1})
