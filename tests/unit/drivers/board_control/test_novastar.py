"""A NovaStar card, driven against the simulated one: what is written, read, proved and refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers import registry
from drivers.control_plane import BoardControl
from drivers.errors import (
    DeviceFault,
    DeviceProtocolError,
    DeviceTimeout,
    UnsupportedFeature,
)
from drivers.sim.sim_novastar import SimNovaStar
from tests.harness.novastar_wall import wall_of

Wall = tuple[SimNovaStar, BoardControl]


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wall]:
    with wall_of(monkeypatch, "novastar-mctrl660", 2, 3) as one:
        yield one


@pytest.fixture
def processor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wall]:
    with wall_of(monkeypatch, "novastar-vx4s", 4) as one:
        yield one


async def test_a_card_says_what_it_is(wall: Wall) -> None:
    found = await wall[1].identify()
    assert (found.model, found.firmware, found.is_expected) == ("MCTRL660", "4.3.0.0", True)
    assert found.cabinet_px == (128, 64)
    wall[0].sender |= {2: 0x06, 3: 0x61}
    other = await wall[1].identify()
    assert (other.model, other.is_expected) == ("model number 06 61", False)


async def test_brightness_goes_to_every_receiving_card_and_is_read_back(wall: Wall) -> None:
    card, driver = wall
    await driver.set_brightness(40)
    assert {one.memory[0x0200_0001] for one in card.receivers.values()} == {102}
    assert (await driver.read()).brightness_pct == 40
    with pytest.raises(ValueError, match="300 %"):
        await driver.set_brightness(300)


async def test_black_freeze_and_test_end_with_the_picture(wall: Wall) -> None:
    card, driver = wall
    await driver.set_mode("black")
    assert (await driver.read()).mode == "black"
    await driver.set_mode("freeze")
    assert (await driver.read()).mode == "freeze"
    await driver.show_test("green")
    assert (await driver.read()).has_test
    await driver.set_mode("normal")
    found = await driver.read()
    assert (found.mode, found.has_test) == ("normal", False)
    assert card.receivers[1, 2].memory[0x0200_0101] == 0


async def test_black_comes_before_anything_else_changes(wall: Wall) -> None:
    card, driver = wall
    await driver.show_test("white")
    card.requests.clear()
    await driver.set_mode("black")
    written = [one.register for one in card.requests if one.is_write]
    assert written[0] == 0x0200_0100


async def test_an_input_is_selected_and_the_picture_at_it_is_seen(wall: Wall) -> None:
    card, driver = wall
    await driver.select_input("hdmi")
    found = await driver.read()
    assert found.input == "hdmi"
    assert found.video_present
    assert "hdmi" in found.signals
    card.apply({"video": False, "input": "sdi"})
    found = await driver.read()
    assert (found.input, found.video_present, found.signals) == ("sdi", False, ())
    with pytest.raises(ValueError, match="no input 'scart'"):
        await driver.select_input("scart")


async def test_light_backup_and_receivers_are_read(wall: Wall) -> None:
    card, driver = wall
    assert (await driver.read()).lux is None
    card.apply({"lux": 112, "backup": [2], "dead": ["2.2"], "ambient_c": 31})
    found = await driver.read()
    assert (found.lux, found.backup_ports) == (112, (2,))
    places = [(one.port, one.index, one.is_alive) for one in found.receivers]
    assert places == [(1, 1, True), (1, 2, True), (2, 1, True), (2, 2, False), (2, 3, True)]
    assert found.receivers[0].voltage_v == 4.9


async def test_the_first_receiving_card_may_be_dead(wall: Wall) -> None:
    card, driver = wall
    card.apply({"dead": ["1.1", "1.2"]})
    await driver.set_brightness(20)
    assert (await driver.read()).brightness_pct == 20
    card.apply({"dead": ["1.1", "1.2", "2.1", "2.2", "2.3"]})
    with pytest.raises(DeviceFault, match="no receiving card answers"):
        await driver.set_brightness(30)
    found = await driver.read()
    assert (found.brightness_pct, found.mode) == (None, None)


async def test_a_processor_blanks_by_itself_and_has_no_light_sensor(processor: Wall) -> None:
    card, driver = processor
    await driver.set_mode("black")
    assert card.sender[0x0220_0050] == 2
    await driver.select_input("dp")
    assert card.sender[0x0220_002D] == 0x90
    found = await driver.read()
    assert (found.mode, found.input, found.video_present, found.lux) == ("black", "dp", None, None)
    with pytest.raises(UnsupportedFeature):
        await driver.set_power(1, on=True)


async def test_a_power_output_of_the_function_card_is_switched(wall: Wall) -> None:
    card, driver = wall
    await driver.set_power(3, on=False)
    assert card.power == [True, True, False, True, True, True, True, True]
    with pytest.raises(ValueError, match="power output 9"):
        await driver.set_power(9, on=True)


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        ("mute", DeviceTimeout, "no answer"),
        ("half", DeviceProtocolError, "its end has not come"),
        ("damaged", DeviceProtocolError, "its checksum is wrong"),
        ("other_number", DeviceProtocolError, "it answers request"),
        ("refuses", UnsupportedFeature, "unknown command"),
        ("liar", DeviceFault, "it reads 128, not 102"),
    ],
)
async def test_a_card_that_misbehaves_is_named_and_recovers(
    wall: Wall, fault: str, error: type[Exception], says: str
) -> None:
    card, driver = wall
    card.apply({"fault": fault})
    with pytest.raises(error, match=says):
        await driver.set_brightness(40)
    card.apply({"fault": None})
    await driver.set_brightness(50)
    assert (await driver.read()).brightness_pct == 50


async def test_what_was_written_is_gone_after_a_power_cut(wall: Wall) -> None:
    card, driver = wall
    await driver.set_brightness(10)
    await driver.set_mode("black")
    card.cut_power()
    found = await driver.read()
    assert (found.brightness_pct, found.mode) == (50, "normal")


def test_a_wall_warms_up_with_its_light(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [0.0]
    with wall_of(monkeypatch, "novastar-mctrl300", mono=lambda: now_s[0]) as (card, _):
        receiver = card.receivers[0, 0]
        receiver.memory[0x0200_0001] = 255
        now_s[0] = 3600.0
        card.answer(b"")
        assert 53.0 < receiver.temperature_c <= 54.0  # 24 °C above 30
        receiver.memory[0x0200_0100] = 0xFF
        now_s[0] = 7200.0
        card.answer(b"")
        assert receiver.temperature_c < 31.0


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"receivers": "4,x"}, "no list such as 4,4"),
        ({"receivers": "1,1,1,1,1"}, "for 4 output"),
        ({"receivers": "0"}, "receivers: 0"),
        ({"card": 8}, "bad_value card"),
        ({"baud": 9600}, "bad_value baud"),
        ({"port": "COM3"}, "bad_value port"),
        ({"persist": True}, "unknown_key persist"),
    ],
)
def test_settings_that_do_not_fit_are_refused_before_anything_is_opened(
    settings: dict[str, object], says: str
) -> None:
    given = {"port": "/dev/serial/by-id/usb-card", **settings}
    with pytest.raises(UnsupportedFeature, match=says):
        registry.load_board_control("novastar-mctrl660", name="x", **given)
    registry.close()


async def test_a_processor_ends_what_its_receiving_cards_show_by_themselves(
    processor: Wall,
) -> None:
    sim, card = processor
    sim.receivers[0, 2].memory[0x0200_0101] = 5  # white
    sim.receivers[0, 3].memory[0x0200_0102] = 0xFF  # freeze
    found = await card.read()
    assert (found.mode, found.has_test) == ("normal", True)
    assert [one.mode for one in found.receivers] == [None, None, None, "freeze"]
    await card.set_mode("normal")
    assert {
        (one.memory[0x0200_0101], one.memory[0x0200_0102]) for one in sim.receivers.values()
    } == {(0, 0)}
