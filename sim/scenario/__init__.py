"""What a scenario and a county file say, checked; nothing here runs a month."""

from sim.scenario.origins import missing_facts, origins, round_three, scaled_levers
from sim.scenario.scenario import (
    Scenario,
    load_county,
    load_scenario,
    restore_scenario,
    scenario_schema,
    with_changes,
    with_settings,
    without_county_money,
    without_policy,
)

__all__ = [
    "Scenario",
    "load_county",
    "load_scenario",
    "missing_facts",
    "origins",
    "restore_scenario",
    "round_three",
    "scaled_levers",
    "scenario_schema",
    "with_changes",
    "with_settings",
    "without_county_money",
    "without_policy",
]
