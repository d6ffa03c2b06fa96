"""For all tests: an example of Hypothesis may take its time, because the first one may compile a rule."""

from hypothesis import settings

settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")
