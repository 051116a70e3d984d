"""What holds for the tests of the language."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)  # a loaded machine takes its time: nothing here is timed
settings.load_profile("patient")
