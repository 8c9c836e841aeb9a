"""What the agent makes of a relay: what it may pull, what the record says. Without processes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.clock import Clock
from agent.errors import PlayError
from agent.live.relay.relay_access import RelayAccess
from agent.live.relay.relay_source import RelaySource
from agent.play.play_record import PlayResult, build_play
from agent.play.relay_ipc import DecoderWanted, RelayBeat, RelayState
from agent.play.sound_source import count_relayed, find_shortfall
from tests.harness.pulled_radio import relay_item

URL = "https://radio.example.vn/vov1"
LEAD_MS = 300  # the silence that is in the pipe before the process runs


def relay(*hosts: str) -> tuple[RelaySource, list[tuple[str, str | None]]]:
    faults: list[tuple[str, str | None]] = []
    access = RelayAccess(
        lambda: hosts, allow_private=False, ca="/nowhere.pem", clock=Clock(),
        find_filler=lambda _issuer: (),
        on_fault=lambda kind, _subject, hint: faults.append((kind, hint)),
    )  # fmt: skip
    media: Any = None
    return RelaySource(relay_item(URL), access, media), faults


async def test_without_a_signed_host_no_process_is_started() -> None:
    source, _ = relay()
    with pytest.raises(PlayError) as caught:
        await source.prepare(0)
    assert caught.value.code == "E_POLICY"


@pytest.mark.parametrize(
    ("radio_ms", "filler_ms", "silence_ms", "shortfall"),
    [
        (1_800_000, 0, 3_000, None),  # a bridged stall
        (1_782_500, 10_000, 7_500, None),  # less than one in a hundred
        (1_782_000, 10_000, 8_100, "E_STALLED: 1782 of 1800 s were the radio"),
        (7_000, 0, 3_100, "E_STALLED: 7 of 10 s were the radio"),
        (0, 60_000, 0, "E_STALLED: 0 of 60 s were the radio"),
        (0, 0, 0, None),
    ],
)
def test_a_play_is_whole_where_the_radio_was_missing_for_a_bridged_stall_at_most(
    radio_ms: int, filler_ms: int, silence_ms: int, shortfall: str | None
) -> None:
    source, _ = relay("radio.example.vn")
    source._on_event(RelayBeat(radio_ms, filler_ms, silence_ms, 2))
    heard_ms = LEAD_MS + radio_ms + filler_ms + silence_ms
    assert find_shortfall(source, heard_ms, 0) == shortfall
    assert count_relayed(source, heard_ms, 0) == {
        "radio_ms": radio_ms, "filler_ms": filler_ms,
        "silence_ms": silence_ms + LEAD_MS, "connections": 2,
    }  # fmt: skip


def test_silence_that_the_engine_put_in_stands_in_the_record_and_is_not_the_radio() -> None:
    """Twelve seconds of radio were written; for four of them the process came too late."""
    source, _ = relay("radio.example.vn")
    source._on_event(RelayBeat(12_000, 0, 0, 1))
    heard_ms, missing_ms = LEAD_MS + 8_000, 4_000
    assert count_relayed(source, heard_ms, missing_ms) == {
        "radio_ms": 8_000, "filler_ms": 0, "silence_ms": 4_300, "connections": 1,
    }  # fmt: skip
    shortfall = find_shortfall(source, heard_ms, missing_ms)
    assert shortfall == "E_STALLED: 8 of 12 s were the radio"


def test_the_last_fault_of_the_radio_stands_in_the_reason() -> None:
    source, _ = relay("radio.example.vn")
    source._on_event(RelayState("lost", "no sound for 3 s"))
    source._on_event(RelayState("radio"))
    source._on_event(RelayBeat(7_000, 5_000, 0, 2))
    shortfall = find_shortfall(source, LEAD_MS + 12_000, 0)
    assert shortfall == "E_STALLED: 7 of 12 s were the radio; no sound for 3 s"


async def test_each_state_of_the_radio_is_the_issue_of_its_kind_and_stopping_ends_it() -> None:
    source, faults = relay("radio.example.vn")

    def open_issues() -> dict[str, str]:
        return {kind: hint for kind, hint in dict(faults).items() if hint is not None}

    source._on_event(RelayState("lost", "HTTP 404"))
    assert open_issues() == {"radio_lost": "HTTP 404"}
    source._on_event(RelayState("blank"))
    assert open_issues() == {"radio_blank": "silence for 15 s"}
    source._on_event(RelayState("radio"))
    assert open_issues() == {}
    source._on_event(RelayState("lost", "HTTP 404"))
    await source.stop()
    assert open_issues() == {}


async def test_a_process_that_was_taken_over_can_make_the_agent_do_little() -> None:
    """It floods the agent with wishes: one of each at a time, and then it is ended."""
    source, _ = relay("radio.example.vn")
    ended: list[str] = []

    class FakeWorker:
        is_alive = True

        async def stop(self) -> None:
            ended.append("stop")

    worker: Any = FakeWorker()
    source._worker = worker
    given: list[str] = []

    async def give() -> None:
        given.append("decoder")

    source._give_decoder = give  # type: ignore[method-assign] # no process is started here
    for _ in range(100):
        source._on_event(DecoderWanted())
    end = await source.wait_end()
    await asyncio.sleep(0)
    assert (end.reason, given, ended) == ("E_RELAY: it sends too much", ["decoder"], ["stop"])
    source._on_event(RelayBeat(1, 2, 3, 4))
    assert source.relayed["radio_ms"] == 0  # it has no say any more


def test_the_record_says_that_nobody_signed_what_was_heard() -> None:
    relayed = {"radio_ms": 5, "filler_ms": 0, "silence_ms": 0, "connections": 1}
    result = PlayResult("full", start_at=datetime(2026, 11, 30, tzinfo=UTC), relayed=relayed)
    play = build_play("loa", relay_item(URL), result)
    assert (play.authentic_by, play.relayed, play.media) == ("transport", relayed, [])
    assert (play.level, play.class_) == ("scheduled", "routine")


def test_it_has_no_positions_and_its_item_ends_it() -> None:
    source, _ = relay("radio.example.vn")
    assert source.is_endless
    assert source.position_ms(1234) == 1234


def test_a_radio_that_is_cut_is_joined_where_it_then_is() -> None:
    item = relay_item(URL)
    assert (item.kind, item.when_cut, item.goes_on) == ("relay", "rejoin", True)
    assert Path(item.relay.url if item.relay else "").name == "vov1"


async def test_a_decoder_that_is_wanted_while_the_relay_stops_does_not_outlive_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source, _ = relay("radio.example.vn")
    wanted: list[asyncio.Task[None]] = []

    async def give(_source: RelaySource) -> None:
        await asyncio.Event().wait()

    class LastWord:
        async def stop(self) -> None:
            source._on_event(DecoderWanted())
            wanted.append(source._works["decoder"])
            await asyncio.sleep(0)

    monkeypatch.setattr(RelaySource, "_give_decoder", give)
    worker: Any = LastWord()
    source._worker = worker
    await source.stop()
    assert wanted[0].cancelled()
