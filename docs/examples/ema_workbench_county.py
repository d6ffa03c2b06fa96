"""The county under EMA Workbench: levers and assumptions of Xianjie as its levers and uncertainties.

    python docs/examples/ema_workbench_county.py

Needs the package ``ema_workbench`` (part of the development environment). The model is used as it is: a function that runs one
county. Levers are set by value, assumptions by the quantile of their own distribution, so their ranges are nowhere repeated.
"""

from ema_workbench import IntegerParameter, Model, RealParameter, ScalarOutcome, SequentialEvaluator

from sim.county import run_county
from sim.scenario import load_scenario

LEVERS = {"public_posts__count": "public_posts.count", "county_floor": "budget.county_floor"}
UNCERTAIN = {"admission_rate": "illness.admission_rate", "mean_bill": "illness.mean_bill"}


def county(replication: int = 0, months: int = 60, **values: float) -> dict[str, float]:
    """One replication of the baseline with some levers set and some assumptions held at a quantile."""
    sets = [f"{LEVERS[name]}={value}" for name, value in values.items() if name in LEVERS]
    scenario = load_scenario("scenarios/baseline.yaml", sets)
    quantiles = {UNCERTAIN[name]: value for name, value in values.items() if name in UNCERTAIN}
    result = run_county(scenario, quantiles, seed=2021, replication=replication)
    return {
        "relapse_rate": float(result.indicators["relapse_rate"][months - 1]),
        "margin_of_R3": float(result.goals["R3"].margin),
    }


def model() -> Model:
    """The county as EMA Workbench sees it."""
    made = Model("lingyuan", function=county)
    made.uncertainties = [RealParameter(name, 0.05, 0.95) for name in UNCERTAIN]
    made.levers = [
        IntegerParameter("public_posts__count", 3000, 6000),
        IntegerParameter("county_floor", 10_000_000, 40_000_000),
    ]
    made.outcomes = [ScalarOutcome("relapse_rate"), ScalarOutcome("margin_of_R3")]
    return made


def explore(scenarios: int = 2, policies: int = 2):
    """Every policy in every scenario: EMA's experiments (a data frame) and outcomes (arrays by name)."""
    with SequentialEvaluator(model()) as evaluator:
        return evaluator.perform_experiments(scenarios=scenarios, policies=policies)


if __name__ == "__main__":
    experiments, outcomes = explore()
    print(experiments)
    print(outcomes)
