"""The settings of a profile are known without hardware, and loading uses the same list."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from drivers import registry
from drivers.errors import UnsupportedFeature
from drivers.profile.setting import Setting, Use

PORT = "/dev/serial/by-path/x"
WAVE = "waveshare-modbus-rtu-relay"


@pytest.fixture(autouse=True)
def _no_line_left() -> Iterator[None]:
    yield
    registry.close()


def faults_of(use: Use, profile: str, **settings: Any) -> list[str]:
    return [str(fault) for fault in registry.find_faults(use, profile, settings)]


GOOD: list[tuple[Use, str, dict[str, Any]]] = [
    ("switch", WAVE, {"port": PORT, "coil": 7}),
    ("switch", WAVE, {"port": PORT, "unit": 255, "coil": 0, "baud": 19200}),
    ("switch", WAVE, {"port": "tcp://10.0.0.9", "coil": 0}),
    ("switch", "waveshare-modbus-poe-eth-relay", {"port": "tcp://10.0.0.9:4196", "coil": 0}),
    ("switch", "lctech-lcus-1", {"port": PORT}),
    ("switch", "lctech-lcus-1", {"port": PORT, "coil": 0, "inverted": True}),
    ("switch", "toa-9000-series", {"port": PORT, "volume": 100}),
    ("switch", "monoprice-10761", {"port": PORT, "unit": 3, "coil": 5}),
    ("switch", "nad-c-356bee", {"port": PORT}),
    ("input", "waveshare-modbus-rtu-relay-d",
     {"port": PORT, "unit": 2, "line": 7, "active": "low", "debounce_ms": 20}),
    ("sensor", "peacefair-pzem-004t-v3", {"port": PORT, "measures": "power"}),
    ("sensor", "ti-ina226", {"measures": "current"}),
    ("sensor", "ti-ina226", {"measures": "current", "port": "1-0041", "scale": 2.0}),
]  # fmt: skip

BAD: list[tuple[Use, str, dict[str, Any], str]] = [
    ("switch", WAVE, {"coil": 0}, "missing_key port; expected /dev/serial"),
    ("switch", WAVE, {"port": PORT}, "missing_key coil; expected 0..7"),
    ("switch", WAVE, {"port": PORT, "coil": 8}, "bad_value coil '8'"),
    ("switch", WAVE, {"port": PORT, "coil": True}, "bad_value coil 'True'"),
    ("switch", WAVE, {"port": PORT, "coil": 0, "unit": 0}, "expected 1..255"),
    ("switch", WAVE, {"port": PORT, "coil": 0, "boud": 9600},
     "unknown_key boud; expected baud"),
    ("switch", WAVE, {"port": PORT, "coil": 0, "baud": 9601},
     "bad_value baud '9601'; expected 4800, 9600"),
    ("switch", WAVE, {"port": "COM3", "coil": 0}, "bad_value port 'COM3'"),
    ("switch", WAVE, {"port": "tcp://10.0.0.9:99999", "coil": 0},
     "bad_value port"),
    ("switch", "waveshare-modbus-poe-eth-relay", {"port": PORT, "coil": 0}, "bad_value port"),
    ("switch", "lctech-lcus-1", {"port": "tcp://10.0.0.9"}, "bad_value port"),
    ("switch", "lctech-lcus-1", {"port": PORT, "unit": 1}, "unknown_key unit"),
    ("switch", "toa-9000-series", {"port": PORT, "volume": 127},
     "bad_value volume '127'; expected 0..126"),
    ("input", "waveshare-modbus-rtu-relay-d", {"port": PORT}, "missing_key line"),
    ("input", "waveshare-modbus-rtu-relay-d", {"port": PORT, "line": 0, "active": "up"},
     "bad_value active 'up'; expected high, low"),
    ("sensor", "xy-md02", {"port": PORT, "measures": "current"},
     "bad_value measures 'current'; expected temperature, humidity"),
]  # fmt: skip


@pytest.mark.parametrize(("use", "profile", "settings"), GOOD)
def test_settings_that_fit_have_no_fault_and_load(
    use: Use, profile: str, settings: dict[str, Any]
) -> None:
    assert faults_of(use, profile, name="a", **settings) == []
    loaders = {
        "switch": registry.load_switch,
        "input": registry.load_input,
        "sensor": registry.load_sensor,
    }
    assert loaders[use](profile, name="a", **settings).name == "a"  # type: ignore[attr-defined]  # each has a name


@pytest.mark.parametrize(("use", "profile", "settings", "says"), BAD)
def test_settings_that_do_not_fit_are_reported_and_do_not_load(
    use: Use, profile: str, settings: dict[str, Any], says: str
) -> None:
    (fault,) = faults_of(use, profile, **settings)
    assert says in fault
    loaders = {
        "switch": registry.load_switch,
        "input": registry.load_input,
        "sensor": registry.load_sensor,
    }
    with pytest.raises(UnsupportedFeature) as caught:
        loaders[use](profile, name="a", **settings)
    assert says in str(caught.value)


def test_a_profile_of_another_use_is_reported_with_its_uses() -> None:
    with pytest.raises(UnsupportedFeature, match="it is no switch, only sensor"):
        registry.find_faults("switch", "xy-md02", {})


def test_a_built_in_driver_lists_its_settings_too() -> None:
    settings = {s.name: s for s in registry.describe("sim-amplifier").settings["switch"]}
    assert settings["switch_ms"] == Setting(name="switch_ms", type="integer", default=20)
    assert settings["port"].type == "text"
    assert not {"name", "sleep", "mono"} & settings.keys()
    assert set(registry.describe("gpio").settings) == {"switch", "input"}


def test_all_profiles_with_the_use_switch_are_listed() -> None:
    known = registry.list_known("switch")
    assert {"gpio", "sim-amplifier", "lctech-lcus-1", "toa-9000-series"} <= set(known)
    assert "xy-md02" not in known


def test_describing_loads_no_driver_library() -> None:
    import subprocess

    code = (
        "import sys; from drivers import registry;"
        "[registry.describe(n) for u in ('switch', 'input', 'sensor')"
        " for n in registry.list_known(u)];"
        "registry.find_faults('switch', 'lctech-lcus-1', {'port': '/dev/x'});"
        "print(sorted({'pymodbus', 'serial', 'gpiod', 'asyncio.subprocess'} & sys.modules.keys()))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() in ("[]", "['asyncio.subprocess']")


def test_two_devices_of_different_protocols_cannot_share_a_port() -> None:
    registry.load_switch(WAVE, name="a", port=PORT, coil=0)
    registry.load_switch("eletechsup-r421a08", name="b", port=PORT, unit=2, coil=0)
    with pytest.raises(UnsupportedFeature, match="already used as Modbus RTU 9600 8N1"):
        registry.load_switch("nad-c-356bee", name="c", port=PORT)
    with pytest.raises(UnsupportedFeature, match="set them alike"):
        registry.load_switch(WAVE, name="d", port=PORT, unit=3, coil=0, baud=19200)
