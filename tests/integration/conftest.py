"""The stage for every test here that asks for it."""

from tests.harness.station_harness import stage

__all__ = ["stage"]
