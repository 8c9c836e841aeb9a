"""The keys of microphones: who is heard, who is refused, who is ended, and what is on record."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from agent.contract.priority import Level
from agent.overrides import local_voice
from agent.overrides.local_voice import LocalVoice, list_voice_keys
from agent.plan.local_voice import VoicePermit, VoiceRefusal
from agent.settings.model import Settings
from agent.state.voice_press import VoicePress
from tests.harness.sound_output_harness import NOW_AT, build_clock
from tests.harness.station_settings import SETTINGS

NOT_ALLOWED = VoiceRefusal("E_POLICY", "mic: false")
INPUTS = [
    {"name": "nut-micro", "kind": "microphone-key", "profile": "sim-input"},
    {"name": "nut-mixer", "kind": "microphone-key", "profile": "sim-input", "speaks": "mixer"},
    {"name": "nut-bao", "kind": "emergency-microphone-key", "profile": "sim-input"},
]
DEVICES = [
    {"name": "ban", "device": "USB"},
    {"name": "mixer", "kind": "line-in", "device": "HAT", "max_min": 60},
]


@dataclass
class Box:
    """Three keys, two inputs; the test sets what forbids and what sounds."""

    monkeypatch: pytest.MonkeyPatch
    records: list[dict[str, Any]] = field(default_factory=list)
    issues: dict[tuple[str, str], str] = field(default_factory=dict)
    refusal: VoiceRefusal | None = None
    closed: str | None = None
    permit: VoicePermit = field(default_factory=VoicePermit)
    is_stopped: bool = False
    is_muted: bool = False
    on_air: list[Any] = field(default_factory=list)
    s: float = 1000.0

    def __post_init__(self) -> None:
        self.monkeypatch.setattr(local_voice, "mono_s", lambda: self.s)
        self.press = VoicePress()
        settings = {**SETTINGS, "inputs": INPUTS, "voice_inputs": DEVICES}
        any_: Any = self
        self.voice = LocalVoice(
            list_voice_keys(msgspec.convert(settings, Settings)), clock=build_clock(),
            journal=any_, issues=any_, press=self.press,
            judge=lambda _now, _zones, _is_emergency: self.refusal or self.permit,
            refuse=self._refuse,
            is_stopped=lambda _now: self.is_stopped, is_muted=lambda _now: self.is_muted,
            sounding=lambda: self.on_air, peak_dbfs=lambda _name: -12.5,
        )  # fmt: skip

    def _refuse(self, _now: Any, zones: Any, _is_emergency: bool) -> VoiceRefusal | None:  # noqa: FBT001 - as LocalVoice has it
        return self.refusal if self.closed is None or self.closed in zones else None

    def set_issue(self, kind: str, subject: str, hint: str | None) -> None:
        self.issues.pop((kind, subject), None)
        if hint is not None:
            self.issues[kind, subject] = hint

    async def append(self, kind: str, *, detail: dict[str, Any]) -> None:
        assert kind == "command"
        self.records.append(detail)

    def speaker(self) -> tuple[str, str] | None:
        now = self.press.current()
        return (now.key, now.input_name) if now is not None else None

    async def journal(self) -> list[dict[str, Any]]:
        """What the journal has once all of it is written."""
        writing = asyncio.create_task(self.voice._record())
        while not self.voice._records.empty():  # noqa: ASYNC110 - it tells no event
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        writing.cancel()
        return self.records


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Box:
    return Box(monkeypatch)


async def test_a_key_is_held_to_speak_and_both_ends_are_on_record(box: Box) -> None:
    box.voice.on_key("nut-micro", is_pressed=True)
    assert box.speaker() == ("nut-micro", "ban")
    box.s += 3.2
    box.voice.on_key("nut-micro", is_pressed=False)
    assert box.speaker() is None
    press = {"what": "microphone", "by": "nut-micro", "input": "ban"}
    begin, end = await box.journal()
    assert begin == {**press, "result": "done", "code": None, "rule": None}
    assert end.keys() == {*press, "state", "duration_ms", "peak_dbfs", "reason"}
    assert (end["state"], end["peak_dbfs"], end["reason"]) == ("off", -12.5, None)


async def test_what_policy_forbids_is_refused_with_its_rule(box: Box) -> None:
    box.refusal = NOT_ALLOWED
    box.voice.on_key("nut-mixer", is_pressed=True)
    assert box.speaker() is None
    (record,) = await box.journal()
    assert (record["what"], record["result"]) == ("line-in", "refused")
    assert (record["code"], record["rule"]) == ("E_POLICY", "mic: false")


async def test_clusters_that_are_closed_to_a_voice_are_on_record_and_not_heard(box: Box) -> None:
    box.permit = VoicePermit(zones=("nga-ba",), left_out="zone_classes special: truong-hoc")
    box.voice.on_key("nut-micro", is_pressed=True)
    speaking = box.press.current()
    assert speaking is not None
    assert speaking.zones == ("nga-ba",)
    (record,) = await box.journal()
    assert (record["result"], record["rule"]) == ("done", "zone_classes special: truong-hoc")
    box.refusal, box.closed = VoiceRefusal("E_POLICY", "zone_classes ordinary: nga-ba"), "nga-ba"
    box.voice.check()  # a new policy closes the cluster in the middle of a sentence
    assert box.speaker() is None
    assert (await box.journal())[-1]["reason"] == "E_POLICY: zone_classes ordinary: nga-ba"


async def test_an_emergency_key_that_starts_nothing_is_a_fault(box: Box) -> None:
    box.refusal = NOT_ALLOWED
    box.voice.on_key("nut-bao", is_pressed=True)
    assert box.issues["key_started_nothing", "nut-bao"] == "E_POLICY: mic: false"
    box.voice.on_key("nut-bao", is_pressed=False)
    box.refusal = None
    box.voice.on_key("nut-bao", is_pressed=True)
    assert ("key_started_nothing", "nut-bao") not in box.issues


@pytest.mark.parametrize(
    ("stopped", "muted", "ordinary", "emergency"),
    [(True, True, "E_SILENT", "E_SILENT"), (False, True, "E_SILENT", None)],
)
async def test_a_silence_is_above_all_and_a_mute_leaves_the_emergency_microphone(
    box: Box,
    stopped: bool,  # noqa: FBT001 - the case itself
    muted: bool,  # noqa: FBT001 - as above
    ordinary: str,
    emergency: str | None,
) -> None:
    box.is_stopped, box.is_muted = stopped, muted
    for name in ("nut-micro", "nut-bao"):
        box.voice.on_key(name, is_pressed=True)
    assert [one["code"] for one in await box.journal()] == [ordinary, emergency]


async def test_an_ordinary_voice_does_not_begin_below_what_sounds_above_it(box: Box) -> None:
    box.on_air = [SimpleNamespace(level=Level.PRIORITY, level_name="priority", title="Bão")]
    box.voice.on_key("nut-micro", is_pressed=True)
    box.voice.on_key("nut-bao", is_pressed=True)
    refused, done = await box.journal()
    assert (refused["code"], refused["rule"]) == ("E_BUSY", "priority: Bão")
    assert done["result"] == "done"


async def test_one_person_speaks_and_only_an_emergency_replaces_them(box: Box) -> None:
    box.voice.on_key("nut-micro", is_pressed=True)
    box.voice.on_key("nut-mixer", is_pressed=True)
    assert box.speaker() == ("nut-micro", "ban")
    box.voice.on_key("nut-bao", is_pressed=True)
    assert box.speaker() == ("nut-bao", "ban")
    box.voice.on_key("nut-micro", is_pressed=False)  # of the one who was replaced
    assert box.speaker() == ("nut-bao", "ban")
    records = await box.journal()
    assert [one.get("code") for one in records] == [None, "E_BUSY", None, None]
    assert records[2]["reason"] == "replaced"


async def test_a_stuck_key_is_cut_after_the_longest_time_and_reported_until_released(
    box: Box,
) -> None:
    box.voice.on_key("nut-micro", is_pressed=True)
    box.s += 10 * 60 - 1
    box.voice.check()
    assert box.speaker() is not None
    box.s += 1
    waiting = asyncio.create_task(box.press.wait_end("voice/ban/1"))
    await asyncio.sleep(0)
    box.voice.check()
    assert box.speaker() is None
    assert await waiting == "E_LONGEST: 10 min"
    assert box.issues["microphone_left_on", "nut-micro"] == "pressed for 10 min"
    box.voice.on_key("nut-micro", is_pressed=False)
    assert box.issues == {}


async def test_each_input_has_its_own_longest_time(box: Box) -> None:
    box.voice.on_key("nut-mixer", is_pressed=True)
    box.s += 10 * 60
    box.voice.check()
    assert box.speaker() == ("nut-mixer", "mixer")


async def test_quiet_hours_that_begin_end_a_speech_with_their_rule(box: Box) -> None:
    box.permit = VoicePermit(NOW_AT + timedelta(seconds=30), "quiet_hours 21:00-05:00")
    clock = box.voice.clock
    box.monkeypatch.setattr(clock, "mono_of", lambda _at: box.s + 30)
    box.voice.on_key("nut-micro", is_pressed=True)
    box.s += 31
    box.voice.check()
    assert (await box.journal())[-1]["reason"] == "E_POLICY: quiet_hours 21:00-05:00"
    assert box.issues == {}  # the key is not stuck


async def test_a_right_that_is_withdrawn_ends_the_speech_and_is_reported_before_the_next(
    box: Box,
) -> None:
    box.voice.on_key("nut-bao", is_pressed=True)
    box.refusal = NOT_ALLOWED
    box.voice.check()
    assert box.speaker() is None
    assert (await box.journal())[-1]["reason"] == "E_POLICY: mic: false"
    assert box.issues["microphone_not_allowed", "nut-bao"] == "mic: false"


def test_the_hour_of_the_day_is_no_issue_of_a_key(box: Box) -> None:
    box.refusal = VoiceRefusal("E_HOURS", "quiet_hours 21:00-05:00")
    box.voice.check()
    assert box.issues == {}
