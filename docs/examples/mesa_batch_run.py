"""The county under Mesa's ``batch_run``, as it is: the same replications, with Mesa's face.

    python docs/examples/mesa_batch_run.py

``batch_run`` of Mesa 3.3 hands every iteration the same seed unless it is varied; here the replication is a parameter, and
with it the random draws, while all numbers of posts share those of a replication. Its results are held in memory: for thousands
of replications use
``xianjie sweep``, which journals them.
"""

import mesa

from sim.model import CountyModel


def batch(months: int = 12, posts: tuple[int, ...] = (4000, 6000), replications: int = 1) -> list[dict]:
    """One row for each replication and month: the parameters, and what the model's data collector reports."""
    parameters = {
        "scenario": "scenarios/baseline.yaml",
        "seed": 2021,
        "replication": list(range(replications)),
        "public_posts__count": list(posts),
    }
    return mesa.batch_run(
        CountyModel, parameters, number_processes=1, max_steps=months - 1, data_collection_period=1, display_progress=False
    )


if __name__ == "__main__":
    for row in batch():
        print({name: row[name] for name in ("RunId", "public_posts__count", "replication", "month", "relapse_rate")})
