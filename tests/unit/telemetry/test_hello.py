"""What a hello says of the station's clusters."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from agent.clock import Now
from agent.contract.report import Hello
from agent.settings.model import Audio, Board, Face, Output, Zone
from agent.settings.still_faces import list_still_faces
from agent.telemetry.hello import build_hello


class FakeFloors:
    def holds(self, _first: Any, _limit: int) -> dict[str, Any]:
        return {}

    def __len__(self) -> int:
        return 0


def hello(outputs: list[Output]) -> Hello:
    journal: Any = SimpleNamespace(epoch="6f3a9c01d2e4b587", last_seq=7)
    floors: Any = FakeFloors()
    now = Now(datetime(2026, 11, 30, tzinfo=UTC), "SYNCED", 0.02)
    return build_hello(
        1, boot_id="b", journal=journal, nonce="n", place=None, floors=floors, in_force=[],
        authority={}, now=now, outputs=outputs,
    )  # fmt: skip


def output(*zones: Zone) -> Output:
    return Output(name="loa", audio=Audio(driver="portaudio", device="HAT"), zones=list(zones))


def test_the_kinds_of_clusters_go_to_the_centre() -> None:
    one = output(Zone(name="nga-ba"), Zone(name="truong-hoc", kind="special"))
    sent = json.loads(msgspec.json.encode(hello([one])))
    assert sent["zone_kinds"] == {"nga-ba": "ordinary", "truong-hoc": "special"}


def test_faces_that_show_stills_only_go_to_the_centre() -> None:
    faces = [Face(name="cong", width_px=64, height_px=32)]
    sign = Output(name="b", board=Board(profile="huidu-sdk-2-0", path="192.0.2.9"), faces=faces)
    wall = Output(name="c", board=Board(profile="png", path="/tmp/c"), faces=faces)
    gone = Output(name="d", board=Board(profile="no-such", path="d"), faces=faces)
    assert list_still_faces([wall, sign, gone]) == ["cong"]
    assert "still_faces" not in json.loads(msgspec.json.encode(hello([])))


def test_a_face_of_which_it_is_known_how_it_is_seen_goes_to_the_centre() -> None:
    faces = [
        Face(name="to", width_px=512, height_px=256, pitch_mm=5.0, read_m=40.0),
        Face(name="nho", width_px=64, height_px=32, pitch_mm=10.0),
    ]
    wall = Output(name="c", board=Board(profile="png", path="/tmp/c"), faces=faces)
    sent = json.loads(msgspec.json.encode(hello([wall])))
    assert sent["face_views"] == {
        "to": {"width_px": 512, "height_px": 256, "pitch_mm": 5.0, "read_m": 40.0}
    }
    assert sent["faces"] == ["to", "nho"]
    assert {"face_views", "faces"}.isdisjoint(json.loads(msgspec.json.encode(hello([]))))


@pytest.mark.parametrize(("count", "is_told"), [(64, True), (65, False)])
def test_a_station_of_very_many_clusters_tells_none(count: int, *, is_told: bool) -> None:
    zones = [Zone(name=f"c{number}") for number in range(count)]
    sent = json.loads(msgspec.json.encode(hello([output(*zones)])))
    assert ("zone_kinds" in sent) == is_told


def test_a_hello_of_an_older_release_tells_none() -> None:
    former = json.loads(msgspec.json.encode(hello([])))
    del former["zone_kinds"]
    assert msgspec.convert(former, Hello).zone_kinds is msgspec.UNSET
