"""The testbed with one sound station, for every test here that asks for it."""

from tests.harness.station_harness import site

__all__ = ["site"]
