"""A start that fails midway, at whatever part, leaves no amplifier on and the journal closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from agent import app, box_state, output_set
from agent.box_state import BoxState, Device
from agent.clock import Clock
from agent.contract.input_kind import InputKindName
from agent.contract.report import Issue
from agent.errors import ConfigError
from agent.evidence.device_key import DeviceKey
from agent.evidence.journal import Journal
from agent.link.crash_guard import CrashGuard
from agent.overrides.site_inputs import SiteInputs
from agent.settings.model import Settings
from agent.store.database import Store
from agent.trust.trust_anchor import load_installed
from drivers import registry
from drivers.control_plane import BoardControl
from drivers.sim.sim_novastar import SimNovaStar
from tests.fakes.fake_publisher import FakePublisher
from tests.harness.novastar_wall import wall_of
from tests.harness.station_settings import SETTINGS

SWITCH = {"profile": "sim-amplifier"}
ZONES = [{"name": name, "switch": SWITCH} for name in ("nga-ba", "nha-van-hoa")]
AUDIO = {"audio": {"driver": "portaudio", "device": "default"}}
OUTPUTS = [{"name": zone["name"], **AUDIO, "zones": [zone]} for zone in ZONES]


@dataclass
class FakeSwitch:
    """An amplifier that a former process has left on."""

    is_on: bool = True
    takes_s: float = 0.0

    async def set(self, on: bool) -> None:  # noqa: FBT001 - as the interface
        self.is_on = on


@dataclass
class Machine:
    """What a start may leave behind."""

    switches: dict[str, FakeSwitch] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)

    def load_switch(self, _profile: str, *, name: str, **_options: Any) -> FakeSwitch:
        return self.switches.setdefault(name, FakeSwitch())


def list_parts() -> list[str]:
    """Whatever `app.build` makes, in its order."""
    build: Any = app.build
    names = build.__wrapped__.__code__.co_names
    made = [(name, getattr(app, name, None)) for name in names]
    return [
        name
        for name, one in made
        if str(getattr(one, "__module__", "")).startswith("agent.")
        and (isinstance(one, type) or "build_" in name)
        and name not in ("Signal", "AsyncSignal", "StationId", "CardWatch", "ConnectTiming")
    ]


PARTS = list_parts()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    one = Machine()
    close = Journal.close

    async def close_journal(journal: Journal) -> None:
        one.closed.append("journal")
        await close(journal)

    monkeypatch.setattr(registry, "load_switch", one.load_switch)
    monkeypatch.setattr(app, "close_ports", lambda: one.closed.append("ports"))
    monkeypatch.setattr(Journal, "close", close_journal)
    return one


@pytest.fixture
async def device(tmp_path: Path) -> AsyncIterator[Device]:
    store = await asyncio.to_thread(Store.open, tmp_path)
    reread: Any = None
    yield Device(
        load_installed(FakePublisher().wire["1.root.json"]), store, Clock(),
        DeviceKey(generate_private_key(SECP256R1()), "k"), "a" * 32, reread,
        CrashGuard.in_memory(),
    )  # fmt: skip
    await asyncio.to_thread(store.close)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    own = {"state": str(tmp_path), "outputs": OUTPUTS, "page": None}
    return msgspec.convert({**SETTINGS, **own}, Settings)


def fail(*_: object, **__: object) -> None:
    raise ConfigError("E_DRIVER", "part", "broken")


def assert_all_is_closed(machine: Machine) -> None:
    assert [name for name, switch in machine.switches.items() if switch.is_on] == []
    assert machine.closed == ["journal", "ports"]


async def test_a_built_box_has_its_services_and_closes_all_at_the_end(
    machine: Machine, device: Device, settings: Settings
) -> None:
    async with app.build(settings, device) as agent:
        assert {"link", "time sync", "output nga-ba", "output nha-van-hoa"} <= set(agent.services)
        assert "card" not in agent.services
        assert "page" not in agent.services
    assert set(machine.switches) == {"nga-ba", "nha-van-hoa"}
    assert_all_is_closed(machine)


def test_parts_are_found_in_their_order() -> None:
    assert PARTS.index("IngestPipeline") < PARTS.index("build_outputs") < PARTS.index("MqttLink")
    assert len(PARTS) >= 20


@pytest.mark.parametrize("part", PARTS)
async def test_a_part_that_cannot_be_built_leaves_nothing_on(
    machine: Machine, device: Device, settings: Settings, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(app, part, fail)
    with pytest.raises(ConfigError):
        async with app.build(settings, device):
            pass
    assert_all_is_closed(machine)
    has_buses = PARTS.index(part) > PARTS.index("build_outputs")
    assert bool(machine.switches) == has_buses


@pytest.mark.parametrize("room", ["SilenceEvents", "SiteInputs", "AuthorityTracker"])
async def test_a_part_that_cannot_load_its_state_leaves_nothing_on(
    machine: Machine, device: Device, settings: Settings, monkeypatch: pytest.MonkeyPatch, room: str
) -> None:
    monkeypatch.setattr(getattr(app, room), "load", fail)
    with pytest.raises(ConfigError):
        async with app.build(settings, device):
            pass
    assert_all_is_closed(machine)


async def test_an_output_that_cannot_be_built_switches_off_those_before_it(
    machine: Machine, device: Device, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = output_set.build_sound_output

    def second_fails(output: Any, near: Any) -> Any:
        return fail() if output.name == "nha-van-hoa" else build(output, near)

    monkeypatch.setattr(output_set, "build_sound_output", second_fails)
    with pytest.raises(ConfigError):
        async with app.build(settings, device):
            pass
    assert list(machine.switches) == ["nga-ba"]
    assert_all_is_closed(machine)


async def test_state_that_cannot_be_read_leaves_the_ports_closed(
    machine: Machine, device: Device, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box_state, "BackgroundJobs", fail)
    with pytest.raises(ConfigError):
        async with app.build(settings, device):
            pass
    assert machine.closed == ["journal", "ports"]


async def test_a_listener_that_fails_begins_an_issue_and_the_parts_after_it_still_run(
    device: Device, settings: Settings, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_state, states, checked = app.open_state, [], []

    async def keep_state(*args: Any) -> BoxState:
        states.append(await open_state(*args))
        return states[0]

    def refuse(*_: object) -> None:
        raise KeyError("slot")

    monkeypatch.setattr(app, "open_state", keep_state)
    monkeypatch.setattr(app.EmergencyMonitor, "changed", lambda _: checked.append(True))
    refresh = app.Schedule.refresh
    async with app.build(settings, device):
        [state] = states
        checked.clear()
        monkeypatch.setattr(app.Schedule, "refresh", refuse)
        state.mutes.changed.emit()
        assert [(one.kind, one.hint) for one in internal_errors(state)] == [
            ("internal_error", "KeyError: 'slot'")
        ]
        assert checked
        monkeypatch.setattr(app.Schedule, "refresh", refresh)
        state.mutes.changed.emit()
        assert internal_errors(state) == []
    assert_all_is_closed(machine)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("live", app.LiveReception), ("local voice", output_set.LocalVoice),
        ("emergency keys", app.EmergencyKeys),
        ("commands", app.CommandExecutor), ("loudness", app.LoudnessSurvey),
    ],
)  # fmt: skip
async def test_a_part_that_fails_is_an_issue_and_ends_no_other(
    device: Device, settings: Settings, name: str, part: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_state, states, is_issue = app.open_state, [], asyncio.Event()

    async def keep_state(*args: Any) -> BoxState:
        states.append(await open_state(*args))
        states[0].issues.changed.connect(lambda _issue, _begins: is_issue.set())
        return states[0]

    async def break_down(_: object) -> None:
        raise KeyError("slot")

    monkeypatch.setattr(app, "open_state", keep_state)
    monkeypatch.setattr(part, "run", break_down)
    async with app.build(settings, device) as agent:
        running = asyncio.create_task(agent.services[name]())
        await is_issue.wait()
        assert [one.hint for one in internal_errors(states[0])] == ["KeyError: 'slot'"]
        assert not running.done()
        running.cancel()
        await asyncio.wait([running])


@pytest.mark.parametrize(
    ("part", "method", "kind"),
    [
        (app.EmergencyKeys, "press", "emergency-key"),
        (output_set.LocalVoice, "on_key", "microphone-key"),
    ],
)
async def test_a_key_whose_press_fails_is_an_issue_and_ends_nothing(
    device: Device, settings: Settings, part: type, method: str, kind: InputKindName,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    open_state, states, sites = app.open_state, [], []
    load = app.SiteInputs.load

    async def keep_state(*args: Any) -> BoxState:
        states.append(await open_state(*args))
        return states[0]

    async def keep_site(site: SiteInputs) -> None:
        sites.append(site)
        await load(site)

    def refuse(*_: object) -> None:
        raise KeyError("slot")

    monkeypatch.setattr(app, "open_state", keep_state)
    monkeypatch.setattr(app.SiteInputs, "load", keep_site)
    monkeypatch.setattr(part, method, refuse)
    async with app.build(settings, device):
        sites[0]._on_input("khan", kind, True)  # noqa: FBT003 - as `OnInput`
        assert [one.hint for one in internal_errors(states[0])] == ["KeyError: 'slot'"]


def internal_errors(state: BoxState) -> list[Issue]:
    return [one for one in state.issues.all() if one.kind == "internal_error"]


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[SimNovaStar, BoardControl]]:
    with wall_of(monkeypatch, "novastar-mctrl660") as one:
        yield one


async def test_a_board_with_a_control_card_is_watched_and_dimmed(
    device: Device,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wall: tuple[SimNovaStar, BoardControl],
) -> None:
    board = {
        "name": "bang-tin",
        "board": {"profile": "png", "path": str(tmp_path / "board")},
        "faces": [{"name": "mat-truoc", "width_px": 64, "height_px": 32}],
        "controls": [
            {
                "name": "the-phat",
                "profile": "novastar-mctrl660",
                "port": "/dev/serial/by-id/usb-card",
            }
        ],
        "light": {"by": "clock", "day_pct": 40, "night_pct": 40},
    }
    settings = msgspec.convert(
        {**SETTINGS, "state": str(tmp_path), "outputs": [board], "page": None}, Settings
    )
    card, driver = wall
    dimmed = asyncio.Event()
    set_brightness = driver.set_brightness

    async def watch(pct: int) -> None:
        await set_brightness(pct)
        dimmed.set()

    monkeypatch.setattr(driver, "set_brightness", watch)
    monkeypatch.setattr(registry, "load_board_control", lambda *_, **__: driver)
    async with app.build(settings, device) as agent, asyncio.TaskGroup() as group:
        names = ("wall the-phat", "light bang-tin")
        tasks = [group.create_task(agent.services[name](), name=name) for name in names]
        await dimmed.wait()
        assert card.receivers[0, 0].memory[0x0200_0001] == 102  # 40 %
        for task in tasks:
            task.cancel()
