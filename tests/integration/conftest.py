"""The stage for every test here that asks for it."""

from tests.stage import stage

__all__ = ["stage"]
