"""The same county as a Mesa model: ``CountyModel(...).step()`` runs a month of ``sim.county.County``.

Faces of rows are made on first use, so a model nobody looks at costs nothing more than its county, and gives the
same bytes. Mesa 3.3 keeps every model of which an agent was made; call ``close`` when done with many models.
"""

from pathlib import Path
from typing import Any

import mesa
import numpy as np

from sim.agents import FaceSet, Government, Household, Township, Village, VillageEnterprise
from sim.core.inputs import yaml_file
from sim.county import County, parameter_draw_of, sample_values
from sim.scenario import Scenario, load_scenario, with_settings

FACES = (Household, VillageEnterprise, Village, Township)


def _written(value: Any) -> Any:
    """A value as a file would have it: text is read as YAML, NumPy's numbers are Python's."""
    if isinstance(value, str):
        return yaml_file.parse(value.strip() or "null", "CountyModel")
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


class CountyModel(mesa.Model):
    """A county as a Mesa model.

    ``scenario``: a path, the name of a shipped one, or a loaded one; ``seed`` and ``replication``: the address of its random
    draws;
    ``only_luck``: hold parameters at their central values; further keywords are overrides by parameter, with a double
    underscore for the dot (``public_posts__count=3000``), so that ``mesa.batch_run`` can vary them; as text, as ``--set`` takes
    them. Raises InputError for one that cannot be.
    """

    def __init__(
        self,
        scenario: str | Path | Scenario = "baseline",
        seed: int = 2021,
        replication: int = 0,
        only_luck: bool = True,
        **overrides: Any,
    ) -> None:
        super().__init__(seed=seed)
        if not isinstance(scenario, Scenario):
            scenario = load_scenario(scenario)
        if overrides:
            settings = {name.replace("__", "."): _written(value) for name, value in overrides.items()}
            scenario = with_settings(scenario, settings, "CountyModel: ")
        self.county = County(
            scenario, sample_values(scenario, seed, None if only_luck else parameter_draw_of(replication)), seed, replication
        )
        self._shown = False
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "month": lambda model: model.county.month - 1,
                "rural_income": lambda model: model.county.latest("rural_income"),
                "relapse_rate": lambda model: model.county.latest("relapse_rate"),
            }
        )

    def step(self) -> None:
        """Run one month; after the last of the scenario the model stops running."""
        self.county.step()
        if self._shown:
            self._face_new_rows()
        self.datacollector.collect(self)
        self.running = self.county.month < self.county.scenario.months

    @property
    def agents_by_type(self) -> dict:
        """Faces by kind; they are made on first use."""
        self._show()
        return {kind: FaceSet(faces, random=self.random) for kind, faces in super().agents_by_type.items()}

    @property
    def agents(self):
        """All faces; they are made on first use."""
        self._show()
        return super().agents

    def _show(self) -> None:
        if self.__dict__.get("_shown", True):
            return
        self._shown = True
        self._faced = dict.fromkeys(FACES, 0)
        Government(self)
        self._face_new_rows()

    def _face_new_rows(self) -> None:
        """Rows that were added since have a face too."""
        for kind in FACES:
            rows = len(self.county.tables[kind.table])
            for row in range(self._faced[kind], rows):
                kind(self, row)
            self._faced[kind] = rows

    def close(self) -> None:
        """Let go of all faces, so that the model's memory can be freed."""
        self._show()
        self.remove_all_agents()
