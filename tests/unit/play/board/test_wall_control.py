"""A control card in the agent: what it reports becomes issues, what is changed is put back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.play.board.wall_control import WallControl
from drivers.sim.sim_novastar import SimNovaStar
from tests.harness.novastar_wall import wall_of


class OpenIssues:
    """The issues that are open, as the centre would list them."""

    def __init__(self) -> None:
        self.open: dict[str, str] = {}
        self.ever: list[str] = []

    def __call__(self, kind: str, subject: str, hint: str | None) -> None:
        assert subject == "the-phat"
        if hint is None:
            del self.open[kind]  # an end without a beginning is a fault of the code
        else:
            self.open[kind] = hint
            self.ever.append(kind)


class Bench:
    """A wall under its control card."""

    def __init__(self, card: SimNovaStar, wall: WallControl, issues: OpenIssues) -> None:
        self.card, self.wall, self.issues = card, wall, issues

    def level(self) -> int:
        return self.card.receivers[0, 0].memory[0x0200_0001]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with wall_of(monkeypatch, "novastar-mctrl660", 2, 2, source="hdmi") as (card, driver):
        card.apply({"input": "hdmi"})
        issues = OpenIssues()
        yield Bench(card, WallControl("the-phat", (), driver, issues, lambda: 100.0), issues)


async def test_a_wall_without_faults_has_no_issue(bench: Bench) -> None:
    await bench.wall.refresh()
    assert bench.issues.open == {}
    readings = bench.wall.readings()
    assert readings["the-phat.brightness"].value == 50
    assert readings["the-phat.temperature"].unit == "°C"
    assert "the-phat.light" not in readings


async def test_what_the_monitor_cards_measure_is_told_at_its_worst(bench: Bench) -> None:
    await bench.wall.refresh()
    assert not {"the-phat.humidity", "the-phat.fan"} & set(bench.wall.readings())
    bench.card.apply({"monitor": {"humidity_pct": 60, "fans_rpm": [1200, 1150]}})
    one, *_ = bench.card.receivers.values()
    one.monitor = {"humidity_pct": 85, "fans_rpm": [1200, 400]}
    await bench.wall.refresh()
    found = bench.wall.readings()
    told = {key.removeprefix("the-phat."): (one.value, one.unit) for key, one in found.items()}
    expected = {"humidity": (85, "%"), "fan": (400, "rpm"), "voltage": (4.9, "V")}
    assert told.items() >= expected.items()
    bench.card.apply({"monitor": {"smoke": True}})
    await bench.wall.refresh()
    assert "board_smoke" in bench.issues.open


@pytest.mark.parametrize(
    ("change", "back", "kind", "says"),
    [
        ({"video": False}, {"video": True}, "board_no_picture", "no signal"),
        ({"dead": ["1.2", "2.1"]}, {"dead": []}, "board_receiver_dead", "2 of 4: 1.2, 2.1"),
        ({"backup": [2]}, {"backup": []}, "board_on_backup", "output 2 runs as backup"),
    ],
)
async def test_a_fault_of_the_wall_is_an_issue_while_it_lasts(
    bench: Bench, change: dict[str, object], back: dict[str, object], kind: str, says: str
) -> None:
    bench.card.apply(change)
    await bench.wall.refresh()
    assert says in bench.issues.open[kind]
    bench.card.apply(back)
    await bench.wall.refresh()
    assert bench.issues.open == {}


async def test_heat_ends_as_an_issue_only_well_below_its_limit(bench: Bench) -> None:
    receiver = bench.card.receivers[1, 1]
    receiver.temperature_c = 71.0
    await bench.wall.refresh()
    assert "2.2 71 °C; limit 70 °C" in bench.issues.open["board_hot"]
    receiver.temperature_c = 67.0
    await bench.wall.refresh()
    assert "board_hot" in bench.issues.open
    receiver.temperature_c = 64.0
    await bench.wall.refresh()
    assert bench.issues.open == {}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"input": "sdi"}, "input is sdi, not hdmi"),
        ({"mode": "freeze"}, "mode is freeze, not normal"),
        ({"mode": "black"}, "mode is black, not normal"),
        ({"test": True}, "a test pattern of the card is on"),
    ],
)
async def test_what_a_stranger_changes_is_told_and_taken_back_at_the_same_poll(
    bench: Bench, change: dict[str, object], says: str
) -> None:
    await bench.wall.refresh()
    bench.card.apply(change)
    await bench.wall.refresh()
    assert bench.issues.open["board_foreign"] == says
    found = await bench.wall.card.read()
    assert (found.input, found.mode, found.has_test) == ("hdmi", "normal", False)
    await bench.wall.refresh()
    assert bench.issues.open == {}


async def test_a_wall_whose_input_stays_foreign_goes_black_until_it_is_ours(bench: Bench) -> None:
    bench.card.locked_input = "sdi"
    for _poll in range(3):
        assert bench.card.receivers[0, 0].memory[0x0200_0100] == 0
        await bench.wall.refresh()
    assert bench.card.receivers[1, 1].memory[0x0200_0100] == 0xFF
    assert "input is sdi, not hdmi" in bench.issues.open["board_foreign"]
    bench.card.locked_input = None
    bench.card.apply({"input": "hdmi"})
    await bench.wall.refresh()
    assert bench.card.receivers[1, 1].memory[0x0200_0100] == 0
    await bench.wall.refresh()
    assert bench.issues.open == {}


async def test_what_one_receiving_card_alone_shows_is_seen_and_taken_back(bench: Bench) -> None:
    await bench.wall.refresh()
    bench.card.receivers[1, 0].memory[0x0200_0101] = 5  # white
    bench.card.receivers[1, 1].memory[0x0200_0102] = 0xFF  # freeze
    await bench.wall.refresh()
    assert bench.issues.open["board_foreign"] == (
        "a test pattern of the card is on; mode of 2.2 is freeze, not normal"
    )
    memories = [one.memory for one in bench.card.receivers.values()]
    assert {(one[0x0200_0101], one[0x0200_0102]) for one in memories} == {(0, 0)}
    await bench.wall.refresh()
    assert bench.issues.open == {}


async def test_a_test_picture_that_stays_is_made_black_and_tried_again_later(bench: Bench) -> None:
    bench.card.apply({"locked_test": True})
    memory = bench.card.receivers[0, 0].memory
    for _poll in range(3):
        assert memory[0x0200_0100] == 0
        await bench.wall.refresh()
    assert memory[0x0200_0100] == 0xFF
    bench.card.apply({"locked_test": False})
    polls = 0
    while memory[0x0200_0100] == 0xFF:
        await bench.wall.refresh()
        polls += 1
        assert polls <= 61
    assert polls == 61  # ten minutes
    await bench.wall.refresh()
    assert bench.issues.open == {}


async def test_a_picture_that_does_not_arrive_is_asked_for_and_then_the_wall_is_black(
    bench: Bench,
) -> None:
    await bench.wall.refresh()
    bench.card.apply({"video": False})
    memory = bench.card.receivers[0, 0].memory
    bench.card.requests.clear()
    for _poll in range(3):
        assert memory[0x0200_0100] == 0
        await bench.wall.refresh()
    inputs = [one for one in bench.card.requests if one.is_write and one.register == 0x0200_0023]
    assert len(inputs) == 3  # our own input is chosen again each time
    assert memory[0x0200_0100] == 0xFF
    assert set(bench.issues.open) == {"board_no_picture"}
    bench.card.apply({"video": True})
    await bench.wall.refresh()
    assert memory[0x0200_0100] == 0
    assert bench.issues.open == {}


async def test_brightness_is_clamped_and_comes_back_after_a_power_cut(bench: Bench) -> None:
    assert await bench.wall.dim(300)
    assert bench.level() == 255
    await bench.wall.refresh()
    assert await bench.wall.dim(20)
    assert bench.wall.readings()["the-phat.brightness"].value == 20  # not only at the next poll
    bench.card.cut_power()
    assert bench.level() == 128
    await bench.wall.refresh()
    assert bench.level() == 51
    assert bench.issues.open.keys() <= {"board_foreign"}  # the card has chosen its own input


@pytest.mark.parametrize("fault", ["mute", "half", "damaged", "other_number"])
async def test_a_card_without_a_good_answer_is_an_issue_after_three_polls_and_comes_back(
    bench: Bench, fault: str
) -> None:
    await bench.wall.refresh()
    bench.card.apply({"fault": fault})
    for _poll in range(2):
        await bench.wall.refresh()
    assert bench.issues.open == {}
    await bench.wall.refresh()
    assert "the-phat" in bench.issues.open["board_card_silent"]
    assert bench.wall.readings() == {}
    bench.card.apply({"fault": None})
    assert await bench.wall.dim(40)  # a command is not refused on account of the silence
    await bench.wall.refresh()
    assert bench.issues.open == {}


async def test_a_card_that_says_yes_and_does_nothing_is_a_fault(bench: Bench) -> None:
    bench.card.apply({"fault": "liar"})
    assert not await bench.wall.dim(40)
    assert "it reads 128, not 102" in bench.issues.open["board_card_fault"]
    bench.card.apply({"fault": None})
    await bench.wall.refresh()
    assert bench.level() == 102
    assert bench.issues.open == {}


async def test_a_fault_ends_when_the_card_has_what_is_wanted_by_itself(bench: Bench) -> None:
    bench.card.apply({"fault": "liar"})
    assert not await bench.wall.dim(40)
    bench.card.apply({"fault": None})
    for receiver in bench.card.receivers.values():
        receiver.memory[0x0200_0001] = 102
    await bench.wall.refresh()
    assert bench.issues.open == {}


async def test_another_model_at_the_port_is_named(bench: Bench) -> None:
    bench.card.sender |= {2: 0x06, 3: 0x61}
    await bench.wall.refresh()
    assert "model number 06 61" in bench.issues.open["board_card_other"]


async def test_a_bug_of_the_driver_is_a_fault_of_this_card_only(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read() -> None:
        raise KeyError("bug")

    monkeypatch.setattr(bench.wall.card, "read", read)
    for _poll in range(3):
        await bench.wall.refresh()
    assert "KeyError" in bench.issues.open["board_card_silent"]
