"""Sentences about the county that must hold whatever the numbers are: the metamorphic relations MR1 to MR32.

A model without an oracle is tested by what must change, and what must not, when its inputs change. Each relation is one
function of a ``World``; ``xianjie selftest`` prints them all, and the tests call the same functions.
"""

from experiments.validation.relations import accounts, identities, processes, responses  # noqa: F401  they declare the relations
from experiments.validation.relations.relation import RELATIONS, Finding, Relation
from experiments.validation.relations.world import World

__all__ = ["RELATIONS", "Finding", "Relation", "World"]
