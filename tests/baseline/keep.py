"""Write the kept baseline anew; see ``test_baseline``."""

import json

from tests.baseline.test_baseline import KEPT, measured

if __name__ == "__main__":
    KEPT.write_text(json.dumps(measured(), indent=1) + "\n", encoding="utf-8")
