"""Who speaks at the box, among what else an output may play."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from agent.clock import Clock, Now, mono_s
from agent.contract.document import StationConfig
from agent.contract.priority import Level
from agent.plan.local_voice import VoicePermit, VoiceRefusal
from agent.playout.output_schedule import BoardSchedule, SoundSchedule
from agent.playout.schedule import Schedule
from agent.playout.voice_items import VoiceItems
from agent.settings.model import LocalZoneClasses, Policy, VoiceDevice
from agent.state.documents_in_force import DocumentsInForce
from agent.state.voice_press import VoicePress
from tests.harness.silent_schedule import HEAD, START, FakeHeld, emergency, ordered, playlist

NOW = Now(START + timedelta(seconds=10), "SYNCED", 0.01)  # the playlist's `news` is on


def config(*, mic: bool = True, quiet: tuple[str, ...] = ()) -> FakeHeld:
    lists: dict[str, Any] = {"caps": [], "relay_hosts": [], "media_hosts": []}
    limits = {"sessions_per_day": None, "minutes_per_session": None, "weekdays": None}
    policy = {**lists, **limits, "mic": mic, "quiet_hours": list(quiet)}
    raw = {
        **HEAD, "kind": "station-config", "class": "config", "place": "84/29266/tv-cl-0007",
        "groups": [], "zones": [], "policy": policy,
    }  # fmt: skip
    return FakeHeld(msgspec.convert(raw, StationConfig))


@dataclass
class Box:
    is_locked: bool = False
    is_muted: bool = False
    press: VoicePress = field(default_factory=VoicePress)
    documents: DocumentsInForce = field(default_factory=DocumentsInForce)

    def __post_init__(self) -> None:
        devices = [
            VoiceDevice(name="ban", device="USB"),
            VoiceDevice(name="tuner", kind="line-in", device="HAT", zones=["cho"], chime=False),
        ]
        self.items = VoiceItems(devices, self.press, self.documents, None, Clock(START))
        self.schedule = Schedule(
            None, lambda _digest: None, lambda: self.is_muted, lambda: self.is_locked,
            documents=self.documents, find_speaker=self.items.find,
        )  # fmt: skip
        self.square = SoundSchedule(self.schedule, ["nga-ba"])
        self.market = SoundSchedule(self.schedule, ["cho"])

    def hold(self, *held: FakeHeld) -> None:
        self.schedule.update(list(held), NOW)  # type: ignore[arg-type] # what plan reads of it

    def speak(self, name: str = "ban", *, is_emergency: bool = False) -> None:
        until = mono_s() + 600
        zones = ("cho",) if name == "tuner" else ("*",)
        self.press.begin(name, "nut", is_emergency=is_emergency, until_mono_s=until, zones=zones)

    def levels(self) -> list[str | None]:
        found = [one.wanted(NOW) for one in (self.square, self.market)]
        return [None if one is None else one.level_name for one in found]


@pytest.fixture
def box() -> Box:
    return Box()


def test_a_voice_goes_before_the_schedule_and_below_an_emergency(box: Box) -> None:
    box.hold(playlist())
    box.speak()
    assert box.levels() == ["local_voice", "local_voice"]
    box.hold(playlist(), emergency())
    assert box.levels() == ["emergency", "emergency"]
    box.press.finish()
    box.hold(playlist())
    assert box.levels() == ["scheduled", "scheduled"]


def test_the_voice_of_an_emergency_key_goes_before_an_emergency(box: Box) -> None:
    box.hold(emergency())
    box.speak(is_emergency=True)
    assert box.levels() == ["emergency_voice", "emergency_voice"]
    item = box.square.wanted(NOW)
    assert item is not None
    assert (item.level, item.opening, item.started_by) == (
        Level.EMERGENCY_VOICE, "attention", "nut",
    )  # fmt: skip
    assert (item.source.class_, item.source.doc_id, item.kind) == ("emergency", "", "microphone")


def test_an_input_is_heard_in_its_zones_alone_and_on_no_board(box: Box) -> None:
    box.speak("tuner")
    assert box.levels() == [None, "local_voice"]
    item = box.market.wanted(NOW)
    assert item is not None
    assert (item.kind, item.opening, item.zones) == ("line-in", None, ("cho",))
    assert BoardSchedule(box.schedule, ["cho"]).wanted(NOW) is None


def test_a_mute_leaves_the_emergency_voice_and_the_silence_key_nothing(box: Box) -> None:
    for is_emergency, heard in ((False, None), (True, "emergency_voice")):
        box.speak(is_emergency=is_emergency)
        item = box.items.find(["nga-ba"])
        assert item is not None
        box.is_muted = True
        assert box.levels()[0] == heard
        assert box.square.is_entitled(item, NOW) is is_emergency
        box.is_locked = True
        assert box.levels()[0] is None
        assert not box.square.is_entitled(item, NOW)
        box.is_muted = box.is_locked = False
    box.hold(ordered(2))
    assert box.levels()[0] is None


def test_a_voice_is_heard_on_the_outputs_of_its_open_clusters_alone(box: Box) -> None:
    box.press.begin(
        "ban", "nut", is_emergency=False, until_mono_s=mono_s() + 600, zones=("nga-ba",)
    )
    assert box.levels() == ["local_voice", None]
    item = box.square.wanted(NOW)
    assert item is not None
    assert item.zones == ("nga-ba",)


def test_local_settings_alone_may_close_a_kind_to_a_voice_and_an_emergency_passes() -> None:
    closed = [LocalZoneClasses(zone_kind="special", classes=[])]
    documents = DocumentsInForce()
    items = VoiceItems(
        [], VoicePress(), documents, Policy(zone_classes=closed), Clock(START),
        {"nga-ba": "ordinary", "truong-hoc": "special"},
    )  # fmt: skip
    schedule = Schedule(None, lambda _digest: None, documents=documents)
    held: Any = [config()]
    schedule.update(held, NOW)
    refused = VoiceRefusal("E_POLICY", "zone_classes special: truong-hoc")
    assert items.judge(schedule, NOW, ["truong-hoc"], is_emergency=False) == refused
    assert items.refuse(NOW, ["truong-hoc"], is_emergency=False) == refused
    permit = VoicePermit(zones=("truong-hoc",))
    assert items.judge(schedule, NOW, ["truong-hoc"], is_emergency=True) == permit
    assert items.refuse(NOW, ["truong-hoc"], is_emergency=True) is None


def test_the_policy_in_force_judges_an_ordinary_voice(box: Box) -> None:
    box.hold(config(mic=False))
    refused = VoiceRefusal("E_POLICY", "mic: false")
    assert box.items.judge(box.schedule, NOW, ["*"], is_emergency=False) == refused
    box.hold(config(quiet=("07:00-09:00",)))  # it is eight o'clock
    quiet = VoiceRefusal("E_HOURS", "quiet_hours 07:00-09:00")
    assert box.items.judge(box.schedule, NOW, ["*"], is_emergency=False) == quiet
    assert box.items.judge(box.schedule, NOW, ["*"], is_emergency=True) == VoicePermit()
    box.hold(config())
    assert isinstance(box.items.judge(box.schedule, NOW, ["*"], is_emergency=False), VoicePermit)


def test_a_box_without_a_clock_has_its_emergency_microphone_alone(box: Box) -> None:
    box.hold(config())
    early = Now(START - timedelta(days=300), "FLOOR", None)
    refused = box.items.judge(box.schedule, early, ["*"], is_emergency=False)
    assert refused == VoiceRefusal("E_CLOCK", "no trusted clock")
    assert box.items.judge(box.schedule, early, ["*"], is_emergency=True) == VoicePermit()
