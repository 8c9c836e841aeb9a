"""Where a radio that the box pulls stands: below the gateway's relay, while policy names it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.document import Playlist, StationConfig, StreamGrant
from agent.plan.live_stream import list_live_streams
from agent.plan.policy import EffectivePolicy
from agent.playout.output_schedule import SoundSchedule
from agent.playout.schedule import Schedule
from agent.state.live_voices import LiveVoice
from tests.harness.live_documents import stream_grant
from tests.harness.silent_schedule import HEAD, START, FakeHeld, entry

NOW = Now(START + timedelta(seconds=10), "SYNCED", 0.01)
URL = "https://radio.vn/vov1"


def relaying(**changes: Any) -> FakeHeld:
    body = {"relay": {"url": URL}, "repeat": 1, "gap_ms": 0}
    entries = [{**entry("vov1", body), "max_ms": 1_800_000, **changes}]
    raw = {"kind": "playlist", "class": "routine", "media": [], "entries": entries, **HEAD}
    return FakeHeld(msgspec.convert(raw, Playlist))


def allowing(*hosts: str) -> FakeHeld:
    raw = {
        "kind": "station-config", "class": "config", "place": "84/29266/tv-cl-0007", "groups": [],
        "zones": [], "policy": {"quiet_hours": [], "relay_hosts": list(hosts)}, **HEAD,
        "doc_id": "cc" * 16,
    }  # fmt: skip
    return FakeHeld(msgspec.convert(raw, StationConfig))


def build(*held: Any) -> tuple[Schedule, SoundSchedule]:
    schedule = Schedule(None, lambda _digest: None)
    schedule.update(held, NOW)
    return schedule, SoundSchedule(schedule, ["nga-ba"])


def test_it_is_an_item_of_the_programme_for_its_time() -> None:
    _, rundown = build(relaying(), allowing("radio.vn"))
    item = rundown.wanted(NOW)
    assert item is not None
    assert (item.kind, item.level_name, item.end_at) == (
        "relay", "scheduled", START + timedelta(minutes=30),
    )  # fmt: skip
    assert item.relay is not None
    assert item.relay.url == URL
    assert rundown.is_entitled(item, NOW)


def test_the_gateways_relay_goes_before_it() -> None:
    schedule, rundown = build(relaying(), allowing("radio.vn"))
    grant = msgspec.convert(stream_grant(Ed25519PrivateKey.generate()), StreamGrant)
    routine = msgspec.structs.replace(grant, class_="routine")
    held = HeldDocument(routine, "ab" * 32, b"", START)
    (stream,) = list_live_streams([held], EffectivePolicy(()))[0].values()
    schedule.voices.put([LiveVoice("live/x", stream, NOW.at)])
    item = rundown.wanted(NOW)
    assert (item.kind if item else None) == "live"
    schedule.voices.put([])
    item = rundown.wanted(NOW)
    assert (item.kind if item else None) == "relay"


def test_it_stops_as_soon_as_policy_names_its_host_no_more() -> None:
    schedule, rundown = build(relaying(), allowing("radio.vn"))
    item = rundown.wanted(NOW)
    assert item is not None
    schedule.update([relaying(), allowing("vov.vn")], NOW)
    assert not rundown.is_entitled(item, NOW)
    assert rundown.wanted(NOW) is None


@pytest.mark.parametrize(
    ("written", "meant"), [("resume", "rejoin"), ("rejoin", "rejoin"), ("drop", "drop")]
)
def test_what_was_cut_is_joined_where_the_radio_then_is(written: str, meant: str) -> None:
    _, rundown = build(relaying(when_cut=written), allowing("radio.vn"))
    item = rundown.wanted(NOW)
    assert (item.when_cut if item else None) == meant
