"""The box that the tests of this room examine."""

from __future__ import annotations

import pytest

from tests.harness.station_box import Box, build_box


@pytest.fixture
def box() -> Box:
    return build_box()
