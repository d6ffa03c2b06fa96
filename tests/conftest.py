"""For all tests: an example of Hypothesis may take its time, because the first one may compile a rule; and the system has no
language, so that faults are told in both.
"""

import os

from hypothesis import settings

os.environ["LC_ALL"] = "C.UTF-8"
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")
