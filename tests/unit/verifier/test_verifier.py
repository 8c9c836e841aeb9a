"""The verifier of a station as the settings describe it, from a sample to the record."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import msgspec

from agent.contract.proof import read_proof
from agent.contract.report import InputState
from agent.settings.model import Settings
from agent.verifier.verifier import build_verifier

SETTINGS = msgspec.convert(
    {
        "station": "tv-cl-0007",
        "broker": {"host": "mqtt.example.vn", "ca": "/a", "cert": "/b", "key": "/c"},
        "root": "/etc/tramtin/root.json",
        "state": "/var/lib/tramtin",
        "outputs": [
            {
                "name": "loa",
                "audio": {"driver": "portaudio", "device": "loa"},
                "monitor": {"driver": "portaudio", "device": "micro"},
                "zones": [{"name": "nga-ba"}, {"name": "cho"}],
            }
        ],
        "sensors": [
            {"name": "dong", "measures": "current", "profile": "sim-sensor", "zone": "nga-ba",
             "low": 0.2}
        ],
        "inputs": [
            {"name": "nghe", "kind": "heard-key", "profile": "sim-input", "zone": "nga-ba"},
            {"name": "loi", "kind": "amplifier-fault", "profile": "sim-input", "zone": "cho"}
        ],
    },
    Settings,
)  # fmt: skip


class Box:
    """A journal in memory; every issue that began."""

    def __init__(self) -> None:
        self.details: list[Any] = []
        self.issues: list[str] = []
        self.is_on = {"nga-ba", "cho"}
        any_: Any = self
        self.verifier = build_verifier(SETTINGS, any_, self.set_issue, self.is_on.__contains__)

    def set_issue(self, kind: str, subject: str, hint: str | None) -> None:
        if hint is not None:
            self.issues.append(f"{kind} {subject}")

    async def open_play(self, _play: Any) -> int:
        return 1

    async def close_play(self, _key: int, _play: Any) -> Any:
        return SimpleNamespace(epoch="e", seq=9)

    async def append(self, _kind: str, *, play: Any = None, detail: Any = None) -> None:
        assert play is None
        self.details.append(detail)

    async def play(self, *zones: str, drawn: float, is_fault: bool = False) -> Any:
        """One play, during which the meter is read three times."""
        play: Any = SimpleNamespace(
            output="loa", zones=list(zones), proof="A2", medium="sound", safe_mode=None
        )
        key = await self.verifier.log.open_play(play)
        for _ in range(3):
            self.verifier.amplifiers.on_sample(SETTINGS.sensors[0], drawn)
            self.verifier.amplifiers.look({"loi": InputState("amplifier-fault", is_fault)})
        await self.verifier.log.close_play(key, play)
        return read_proof(self.details.pop()) if self.details else None


async def test_an_amplifier_that_draws_its_current_proves_the_play() -> None:
    proof = await Box().play("nga-ba", drawn=0.9)
    assert (proof.level, proof.heard, proof.method) == ("A4", True, "current")


async def test_an_amplifier_that_draws_nothing_was_not_heard_and_its_zone_is_named() -> None:
    proof = await Box().play("nga-ba", "cho", drawn=0.01)
    assert (proof.level, proof.heard, proof.method) == ("A2", False, "current")
    assert proof.zones == ["nga-ba"]


async def test_an_amplifier_that_reports_a_fault_was_not_heard() -> None:
    proof = await Box().play("cho", drawn=0.9, is_fault=True)
    assert (proof.level, proof.heard, proof.method, proof.zones) == (
        "A2", False, "contact", ["cho"],
    )  # fmt: skip


async def test_a_zone_without_a_witness_is_not_proved_by_another_one() -> None:
    box = Box()
    box.verifier.amplifiers.on_sample(SETTINGS.sensors[0], 0.9)  # nothing plays
    play: Any = SimpleNamespace(
        output="bang-tin", zones=["mat-truoc"], proof="A2", medium="sound", safe_mode=None
    )
    key = await box.verifier.log.open_play(play)
    box.verifier.amplifiers.on_sample(SETTINGS.sensors[0], 0.9)
    await box.verifier.log.close_play(key, play)
    assert box.details == []
    assert list(box.verifier.monitors) == ["loa"]


async def test_a_press_of_a_persons_key_is_a_proof_of_the_play_of_its_zone() -> None:
    box = Box()
    await box.play("nga-ba", drawn=0.01)
    task = asyncio.create_task(box.verifier.keys.run(), name="keys")
    for name, is_active in (("nghe", False), ("loi", True), ("nghe", True)):
        box.verifier.keys.on_contact(name, is_active=is_active)
    for _ in range(5):
        await asyncio.sleep(0)
    proof = read_proof(box.details.pop())
    assert proof is not None
    assert (proof.level, proof.heard, proof.method, proof.seq) == ("A6", True, "person", 9)
    task.cancel()
    await asyncio.wait([task])
