"""Every lever at its status quo (MR15)."""

import numpy as np
import pytest

from sim.core.inputs.parameters import load_all


@pytest.mark.parametrize("lever", [each.id for each in load_all().parameters.values() if each.role == "lever"])
def test_every_lever_at_its_status_quo_resolves_to_the_same_numbers(lever):
    """What a scenario sets to the status quo reaches the rules as the same bits, so no replication can differ (MR15)."""
    from sim.county import values_of
    from tests.science.whole_county import scenario

    parameter = load_all().parameters[lever]
    if parameter.is_dated:  # a plan says nothing of the time before it
        text = "{" + ", ".join(f"{month}: {value}" for month, value in parameter.value.items() if month >= "2021") + "}"
    else:
        text = str(parameter.value)
    usual, said = values_of(scenario(), None), values_of(scenario("baseline.yaml", (f"{lever}={text}",)), None)
    for name, path in usual.paths.items():
        np.testing.assert_array_equal(said.paths[name], path, err_msg=name)
