"""The one place that names concrete drivers. Each is imported only when the settings ask for it."""

from __future__ import annotations

import difflib
import importlib
import inspect
from collections.abc import Mapping
from typing import Any, cast

from drivers.errors import UnsupportedFeature
from drivers.interface import AudioOutput, FrameSink, InputPin, Sensor, Switch

# profile -> module and class
AUDIO_OUTPUTS: Mapping[str, tuple[str, str]] = {
    "portaudio": ("drivers.audio.portaudio", "PortAudioOutput"),
}
SWITCHES: Mapping[str, tuple[str, str]] = {
    "gpio": ("drivers.gpio.switch", "GpioSwitch"),
    "sim-amplifier": ("drivers.sim.switch", "SimAmplifier"),
}
INPUTS: Mapping[str, tuple[str, str]] = {
    "gpio": ("drivers.gpio.contact", "GpioContact"),
    "sim-input": ("drivers.sim.contact", "SimContact"),
}
SENSORS: Mapping[str, tuple[str, str]] = {
    "hwmon": ("drivers.hwmon.sensor", "HwmonSensor"),
    "sim-sensor": ("drivers.sim.sensor", "SimSensor"),
}
BOARDS: Mapping[str, tuple[str, str]] = {
    "png": ("drivers.board.png", "PngBoard"),
}


def load_audio_output(driver: str, device: str) -> AudioOutput:
    """The sound output that the settings name; `device` is the driver's own name of it.

    Raises:
        UnsupportedFeature: no such driver.
    """
    return cast("AudioOutput", _load(AUDIO_OUTPUTS, driver, {"device": device}))


def load_switch(profile: str, **settings: Any) -> Switch:
    """The switch of one zone; settings that are None count as absent.

    Raises:
        UnsupportedFeature: no such profile, or it does not know one of the settings.
    """
    given = {key: value for key, value in settings.items() if value is not None}
    return cast("Switch", _load(SWITCHES, profile, given))


def load_input(profile: str, **settings: Any) -> InputPin:
    """One input contact; settings that are None count as absent.

    Raises:
        UnsupportedFeature: no such profile, or it does not know one of the settings.
    """
    given = {key: value for key, value in settings.items() if value is not None}
    return cast("InputPin", _load(INPUTS, profile, given))


def load_sensor(profile: str, **settings: Any) -> Sensor:
    """One measured quantity; settings that are None count as absent.

    Raises:
        UnsupportedFeature: no such profile, or it does not know one of the settings.
    """
    given = {key: value for key, value in settings.items() if value is not None}
    return cast("Sensor", _load(SENSORS, profile, given))


def load_board(profile: str, path: str) -> FrameSink:
    """The board controller that the settings name; `path` is where it is.

    Raises:
        UnsupportedFeature: no such profile.
    """
    return cast("FrameSink", _load(BOARDS, profile, {"path": path}))


def _load(known: Mapping[str, tuple[str, str]], profile: str, settings: dict[str, Any]) -> object:
    if profile not in known:
        near = difflib.get_close_matches(profile, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UnsupportedFeature(
            profile, "load", f"no such profile; known: {', '.join(sorted(known))}{hint}"
        )
    module, name = known[profile]
    driver = getattr(importlib.import_module(module), name)
    unknown = settings.keys() - inspect.signature(driver).parameters.keys()
    if unknown:
        raise UnsupportedFeature(profile, "load", f"unknown setting: {', '.join(sorted(unknown))}")
    return cast("object", driver(**settings))
