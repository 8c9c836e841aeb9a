"""Reports of boxes and centres of different releases are decoded."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from agent.contract.report import Health

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "contract.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"<!-- Health -->\n```json\n(.*?)\n```", PAGE, re.DOTALL)


def test_a_report_of_a_box_without_contacts_and_sensors_is_decoded() -> None:
    assert EXAMPLE is not None
    older = msgspec.json.decode(EXAMPLE[1])
    del older["inputs"], older["readings"]
    health = msgspec.convert(older, Health)
    assert (health.inputs, health.readings) == ({}, {})


def test_a_report_of_a_newer_box_is_decoded_by_an_older_centre() -> None:
    assert EXAMPLE is not None
    younger = {**msgspec.json.decode(EXAMPLE[1]), "weather": {"rain": True}}
    assert msgspec.convert(younger, Health).readings["nhiet-do-tu"].value == 41.5
