"""Hypothesis measures no time: a busy machine is no fault of the code."""

from hypothesis import settings

settings.register_profile("dozor", deadline=None)
settings.load_profile("dozor")
