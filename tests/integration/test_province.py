"""A real station whose settings expect another province than the one that wants to place it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from central.testbed.sample_documents import station_config
from central.testbed.testbed import until
from tests.harness.station_harness import site

__all__ = ["site"]


async def test_a_new_box_takes_no_first_place_outside_the_province_of_its_settings(
    site: Any,
) -> None:
    settings = site.folder / site.name / "station.yaml"
    former = settings.read_text()
    assert 'province: "84"' in former
    settings.write_text(former.replace('province: "84"', 'province: "82"'))
    await site.station.start()
    config = station_config(site.name, datetime.now(UTC), site.testbed.media.address)
    signed = site.testbed.sign(config, "station-config", "vn.84")
    await site.testbed.publish(signed, station=site.name)

    def refusals() -> set[tuple[str, str]]:
        details = [one["detail"] for one in site.collected() if one["kind"] == "refusal"]
        return {(one["kind"], one["code"]) for one in details}

    await until(lambda: ("station-config", "E_SCOPE") in refusals(), "the refusal")
    assert site.testbed.database.hello(site.name)["place"] is None
    assert not site.testbed.database.has_accepted(site.name, "station-config")
