"""Pictures proved from outside: a light sensor before a face, and a sign's own word of what plays.

The sensor is the shipped simulator: it lags behind the wall and stands in the light of the street.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from agent.contract.proof import PlayProof, read_proof
from agent.settings.model import Settings
from agent.verifier import verifier as verifier_module
from agent.verifier.verifier import build_verifier
from agent.verifier.wall_sight import WallSight
from drivers.sim.sim_sensor import SimSensor

WHITE_LUX, STREET_LUX = 400.0, 12.0
SETTINGS = msgspec.convert(
    {
        "station": "tv-cl-0007",
        "broker": {"host": "mqtt.example.vn", "ca": "/a", "cert": "/b", "key": "/c"},
        "root": "/etc/tramtin/root.json",
        "state": "/var/lib/tramtin",
        "outputs": [
            {
                "name": "bang",
                "board": {"profile": "png-folder", "path": "/x"},
                "faces": [
                    {"name": "mat-truoc", "width_px": 64, "height_px": 32},
                    {"name": "mat-sau", "width_px": 64, "height_px": 32},
                ],
            },
            {
                "name": "cong",
                "board": {"profile": "huidu-sdk-2-0", "path": "192.0.2.9"},
                "faces": [{"name": "bien-cong", "width_px": 64, "height_px": 32}],
            },
        ],
        "sensors": [
            {"name": "mat-nhin", "measures": "illuminance", "profile": "rohm-bh1750",
             "zone": "mat-truoc", "baseline": WHITE_LUX, "options": {"scale": 2.0}},
        ],
    },
    Settings,
)  # fmt: skip


class Street:
    """A face, the sensor before it, and a clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.mono_s = 1000.0
        self.sent = self.shown = 0.0
        self.street_lux = STREET_LUX
        self.details: list[Any] = []
        self.issues: list[str] = []
        self.begun_mono_s: list[float] = []
        any_: Any = self

        def build(*args: Any, **parts: Any) -> WallSight:
            return WallSight(*args, **parts, mono=lambda: self.mono_s)

        monkeypatch.setattr(verifier_module, "WallSight", build)
        self.sensor = SimSensor(measures="illuminance", lag_s=0.4, mono=lambda: self.mono_s)
        self.verifier = build_verifier(SETTINGS, any_, self.set_issue, lambda _zone: False)

    def set_issue(self, kind: str, subject: str, hint: str | None) -> None:
        self.issues.append(f"{'begins' if hint else 'ends'} {kind} {subject}")
        self.begun_mono_s += [self.mono_s] if hint else []

    async def open_play(self, _play: Any) -> int:
        return 1

    async def close_play(self, _key: int, _play: Any) -> Any:
        return SimpleNamespace(epoch="e", seq=9)

    async def append(self, _kind: str, *, play: Any = None, detail: Any = None) -> None:
        assert play is None
        self.details.append(detail)

    async def pass_s(self, seconds: int) -> None:
        """The board tells what it sends twice a second, the sensor is read every two."""
        for half_s in range(2 * seconds):
            self.mono_s += 0.5
            self.verifier.sights.note_sent("mat-truoc", self.sent)
            self.sensor.put(WHITE_LUX * self.shown + self.street_lux)
            lux = await self.sensor.read()
            if half_s % 4 == 3:
                self.verifier.sights.on_sample(SETTINGS.sensors[0], lux)

    async def play(self, light: float, seconds: int = 30, *, shown: float | None = None) -> Any:
        """A picture of so much light for a while, then the face is dark; the proof."""
        play: Any = SimpleNamespace(
            output="bang", zones=["mat-truoc"], proof="A2", medium="picture", safe_mode=None
        )
        key = await self.verifier.log.open_play(play)
        self.sent, self.shown = light, light if shown is None else shown
        await self.pass_s(seconds)
        await self.verifier.log.close_play(key, play)
        self.sent, self.shown = 0.0, 0.0 if shown is None else shown
        return read_proof(self.details.pop()) if self.details else None


@pytest.fixture
def street(monkeypatch: pytest.MonkeyPatch) -> Street:
    return Street(monkeypatch)


async def test_a_picture_that_the_sensor_follows_is_seen(street: Street) -> None:
    await street.pass_s(20)
    proof = await street.play(0.6)
    assert (proof.level, proof.heard, proof.method) == ("B3", True, "light")
    assert street.issues.count("begins not_seen mat-truoc") == 0


async def test_a_dark_face_is_an_issue_within_a_minute_and_ends_when_it_is_seen(
    street: Street,
) -> None:
    await street.pass_s(20)
    begins_mono_s = street.mono_s
    proof = await street.play(0.6, 120, shown=0.0)
    assert street.begun_mono_s[0] - begins_mono_s <= 40  # and a second to the health report
    assert (proof.level, proof.heard, proof.method) == ("B1", False, "light")
    assert proof.zones == ["mat-truoc"]
    assert street.issues[0] == "begins not_seen mat-truoc"
    await street.pass_s(20)
    assert (await street.play(0.6)).level == "B3"
    assert street.issues[-1] == "ends not_seen mat-truoc"


async def test_in_full_sun_nobody_says_anything(street: Street) -> None:
    street.street_lux = 109_224.0  # 54,612 under a dome of 2: the chip counts no further
    await street.pass_s(20)
    for shown in (None, 0.0):
        proof = await street.play(0.6, shown=shown)
        assert (proof.level, proof.heard, proof.why) == ("B1", None, "drowned")
    assert street.issues == []


async def test_a_picture_as_bright_as_the_one_before_is_not_known(street: Street) -> None:
    street.sent = street.shown = 0.5
    await street.pass_s(130)
    proof = await street.play(0.5)
    assert (proof.level, proof.heard, proof.why) == ("B1", None, "no_change")


async def test_a_sign_proves_its_picture_by_the_programme_that_it_says_it_plays(
    street: Street,
) -> None:
    play: Any = SimpleNamespace(
        output="cong", zones=["bien-cong"], proof="A2", medium="picture", safe_mode=None
    )
    key = await street.verifier.log.open_play(play)
    for _ in range(2):
        street.verifier.look_at_sign("bien-cong", "{4f} tramtin-1.png")
    await street.verifier.log.close_play(key, play)
    proof = read_proof(street.details.pop())
    assert proof == PlayProof(
        epoch="e",
        seq=9,
        level="B2",
        heard=True,
        method="card",
        scores=["card bien-cong 1.00 2 of 2"],
        programs=["bien-cong {4f} tramtin-1.png"],
    )


async def test_a_sign_that_says_nothing_is_not_known(street: Street) -> None:
    play: Any = SimpleNamespace(
        output="cong", zones=["bien-cong"], proof="A2", medium="picture", safe_mode=None
    )
    await street.verifier.log.close_play(await street.verifier.log.open_play(play), play)
    proof = read_proof(street.details.pop())
    assert proof is not None
    assert (proof.level, proof.heard) == ("B1", None)
