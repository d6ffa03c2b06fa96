"""Enclave projects: brought in by a township, built in a park, taxed for the township that brought them."""

from sim.core.tables import declare

ENCLAVES = declare(
    "enclaves",
    "An enclave project.",
    """
identity   | u8  | -                   | Address of its random draws.
township   | i4? | row                 | The township that brought it in.
stage      | i4? | code (ProjectStage) | How far it has come.
since      | i4? | month               | Month in which it came that far.
landed     | i4? | month               | Month in which it landed; −1 if it has not.
until      | i4  | month               | Month in which building ends.
investment | f8? | yuan                | Investment promised.
realised   | f8  | share               | The part of it that is truly made once it is built.
jobs       | f8  | jobs                | Jobs at full size.
registered | f8  | jobs                | Those of them that would go to registered workers.
enterprise | i4? | row                 | Its row among the village enterprises, once it hires; −1 before.
""",
)
