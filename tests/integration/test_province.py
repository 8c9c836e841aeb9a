"""A real station whose settings expect another province than the one that wants to place it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from central.testbed.sample_documents import station_config
from central.testbed.testbed import until
from tests.harness.station_harness import stage

__all__ = ["stage"]


async def test_a_new_box_takes_no_first_place_outside_the_province_of_its_settings(
    stage: Any,
) -> None:
    settings = stage.folder / stage.name / "station.yaml"
    former = settings.read_text()
    assert 'province: "84"' in former
    settings.write_text(former.replace('province: "84"', 'province: "82"'))
    await stage.station.start()
    config = station_config(stage.name, datetime.now(UTC), stage.scene.media.address)
    signed = stage.scene.sign(config, "station-config", "vn.84")
    await stage.scene.publish(signed, station=stage.name)

    def refusals() -> set[tuple[str, str]]:
        details = [one["detail"] for one in stage.collected() if one["kind"] == "refusal"]
        return {(one["kind"], one["code"]) for one in details}

    await until(lambda: ("station-config", "E_SCOPE") in refusals(), "the refusal")
    assert stage.scene.database.hello(stage.name)["place"] is None
    assert not stage.scene.database.has_accepted(stage.name, "station-config")
