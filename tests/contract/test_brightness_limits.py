"""A brightness of 300 per cent is refused wherever one can be written or sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from agent.settings.model import BoardLight
from drivers.frame_sink import FrameSink
from drivers.led.colorlight_board import ColorLightBoard
from drivers.led.pixel_net import PixelNetBoard
from drivers.led.sign_sink import SignSink
from drivers.led.text_sign_sink import TextSignSink
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile, BrightnessRange
from tests.harness.signed_documents import PROVINCE, code_of, judge, seal, station_config

KEYS = ("day_pct", "night_pct", "advert_pct", "reserve_pct")
SINKS: list[tuple[str, Callable[..., FrameSink]]] = [
    ("colorlight-5a-75", lambda profile: ColorLightBoard("eth1", profile, 50.0)),
    ("generic-ddp", lambda profile: PixelNetBoard("127.0.0.1", profile, 25.0)),
    ("generic-e1-31", lambda profile: PixelNetBoard("127.0.0.1", profile, 25.0)),
    ("generic-art-net", lambda profile: PixelNetBoard("127.0.0.1", profile, 25.0)),
    ("huidu-sdk-2-0", lambda profile: SignSink("127.0.0.1", profile)),
    ("generic-modbus-text", lambda profile: TextSignSink("tcp://127.0.0.1:502", profile)),
]


@pytest.mark.parametrize(("name", "make"), SINKS, ids=[name for name, _ in SINKS])
@pytest.mark.parametrize("pct", [300, 101, -1])
def test_no_board_takes_it(name: str, make: Callable[..., FrameSink], pct: int) -> None:
    profile = load_profile(name)
    assert isinstance(profile, BoardProfile)
    with pytest.raises(ValueError, match=f"{pct} % is no brightness"):
        make(profile).set_brightness(pct)


@pytest.mark.parametrize("key", KEYS)
def test_no_setting_has_it(key: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=key):
        msgspec.convert({key: 300}, BoardLight)


@pytest.mark.parametrize("key", ["low", "high"])
def test_no_profile_has_it(key: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=key):
        msgspec.convert({key: 300}, BrightnessRange)


@pytest.mark.parametrize("key", KEYS[:3])
def test_no_signed_policy_has_it(key: str) -> None:
    policy: dict[str, Any] = {"quiet_hours": [], "board_light": {key: 300}}
    config = station_config(policy=policy, crit=["policy.board_light"])
    assert code_of(lambda: judge(seal(config, PROVINCE), "station-config")) == "E_SCHEMA"
