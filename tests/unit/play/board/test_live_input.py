"""A signed item switches a wall's card to its input and back; nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from agent.contract.priority import Level
from agent.contract.scene import Element, Scene
from agent.play.board.board_output import BoardOutput
from agent.play.board.live_input import LiveInput
from agent.play.board.wall_control import WallControl
from agent.play.item import Item, OutputContext
from drivers.control_plane import BoardReading
from drivers.sim.sim_novastar import SimNovaStar
from tests.harness.novastar_wall import wall_of
from tests.harness.sound_output_harness import FakeRundown, build_clock, build_item

FACES = ["mat-truoc", "mat-sau"]
NOTICE = Element("text", [0, 0, 1000, 1000], text="Lễ hội")


class Seen:
    """A session whose item is on its face."""

    def __init__(self, item: Item) -> None:
        self.item = item

    def is_seen_on(self, _face: str) -> bool:
        return True


class Bench:
    """A board of two faces under one card."""

    def __init__(self, card: SimNovaStar, wall: WallControl, issues: list[Any]) -> None:
        self.card, self.wall, self.issues = card, wall, issues
        any_: Any = None
        context = OutputContext(FakeRundown(), build_clock(), any_, any_, lambda *_: None)
        self.board = BoardOutput("bang", dict.fromkeys(FACES, FakeRundown()), any_, context)
        self.inputs = LiveInput(self.board, [wall])

    def show(self, *items: Item | None) -> None:
        for face, item in zip(FACES, items, strict=True):
            session: Any = None if item is None else Seen(item)
            self.board.lanes[face].session = session

    async def selected(self) -> str | None:
        """The input by the card's own word, after a step."""
        await self.inputs.step()
        return (await self.wall.card.read()).input


def live(name: str = "sdi") -> Item:
    at = build_clock().now().at
    return build_item("le-hoi", at, scene=Scene([NOTICE], 3_600_000, input=name), clips=())


def still(level: int = 1) -> Item:
    return build_item("tin", build_clock().now().at, level, scene=Scene([NOTICE], 1), clips=())


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with wall_of(monkeypatch, "novastar-mctrl660", 2, 2, source="hdmi") as (card, driver):
        card.apply({"input": "hdmi"})
        issues: list[Any] = []
        wall = WallControl("the-phat", (), driver, lambda *one: issues.append(one), lambda: 100.0)
        yield Bench(card, wall, issues)


async def test_the_card_shows_the_input_while_the_item_is_on_and_ours_again_at_its_end(
    bench: Bench,
) -> None:
    assert await bench.selected() == "hdmi"
    item = live()
    bench.show(item, item)
    assert await bench.selected() == "sdi"
    await bench.wall.refresh()
    assert "board_foreign" not in {kind for kind, _, hint in bench.issues if hint}
    bench.show(None, None)
    assert await bench.selected() == "hdmi"


async def test_an_emergency_has_the_wall_at_once(bench: Bench) -> None:
    item = live()
    bench.show(item, item)
    assert await bench.selected() == "sdi"
    alarm = still(int(Level.EMERGENCY))
    bench.show(alarm, alarm)
    assert await bench.selected() == "hdmi"


async def test_a_face_with_a_programme_of_its_own_keeps_it(bench: Bench) -> None:
    bench.show(live(), still())
    assert await bench.selected() == "hdmi"
    bench.show(live(), None)
    assert await bench.selected() == "hdmi"


async def test_an_input_that_the_card_has_not_leaves_the_picture_of_the_box(bench: Bench) -> None:
    item = live("composite-9")
    bench.show(item, item)
    assert await bench.selected() == "hdmi"


async def test_without_a_grant_and_after_it_the_same_input_is_an_intrusion(bench: Bench) -> None:
    item = live()
    bench.show(item, item)
    assert await bench.selected() == "sdi"
    bench.show(None, None)
    await bench.inputs.step()
    bench.card.apply({"input": "sdi"})  # somebody selects it by the maker's program
    await bench.wall.refresh()
    assert ("board_foreign", "the-phat", "input is sdi, not hdmi") in bench.issues
    assert (await bench.wall.card.read()).input == "hdmi"


async def test_while_one_input_is_granted_another_is_an_intrusion(bench: Bench) -> None:
    item = live()
    bench.show(item, item)
    assert await bench.selected() == "sdi"
    bench.card.apply({"input": "hdmi"})
    await bench.wall.refresh()
    assert ("board_foreign", "the-phat", "input is hdmi, not sdi") in bench.issues
    assert (await bench.wall.card.read()).input == "sdi"


async def test_an_input_that_brings_no_picture_gives_way_to_the_picture_of_the_box(
    bench: Bench,
) -> None:
    """The camera is off: the item's own words are read, and the wall does not go black."""
    item = live()
    bench.show(item, item)
    assert await bench.selected() == "sdi"
    bench.card.apply({"video": False})
    await bench.wall.refresh()
    assert await bench.selected() == "sdi"  # a switch takes its time
    await bench.wall.refresh()
    assert await bench.selected() == "hdmi"
    modes = {one.mode for one in (await bench.wall.card.read()).receivers}
    assert modes == {"normal"}
    assert await bench.selected() == "hdmi"
    bench.card.apply({"video": True})  # a signal is there again, by the card's own word
    await bench.wall.refresh()
    assert await bench.selected() == "sdi"
    faults = [hint for kind, _, hint in bench.issues if kind == "board_no_picture"]
    assert faults == ["no signal at the card's input"] * 2 + [None]


async def test_an_input_without_picture_that_the_card_sees_a_signal_at_waits_for_the_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form of picture that the card cannot show: it would come and go for hours."""
    item = live()
    bench.show(item, item)
    assert await bench.selected() == "sdi"
    read = bench.wall.card.read

    async def read_without_picture() -> BoardReading:
        return replace(await read(), video_present=False, signals=("sdi", "hdmi"))

    with monkeypatch.context() as patch:
        patch.setattr(bench.wall.card, "read", read_without_picture)
        await bench.wall.refresh()
        await bench.wall.refresh()
    assert await bench.selected() == "hdmi"
    await bench.wall.refresh()
    assert await bench.selected() == "hdmi"
    other = replace(item, key="le-hoi-2")
    bench.show(other, other)
    assert await bench.selected() == "sdi"
