"""What moves in a scene is listed, and stands still on a sign that shows stills."""

from __future__ import annotations

from agent.contract.scene import Element, Region, Scene, Turn, list_motion, still

BOX = [0, 0, 1000, 1000]
STRIP = [0, 800, 1000, 200]


def test_a_scene_without_motion_is_as_it_was() -> None:
    scene = Scene([Element("text", BOX, text="x"), Element("clock", BOX, format="%H:%M")], 9000)
    assert list_motion(scene) == []
    assert still(scene) == scene


def test_each_kind_of_motion_is_named_and_stands() -> None:
    turns = [Turn([Element("text", BOX, text=str(n))], 1000) for n in range(2)]
    scene = Scene(
        [
            Element("text", STRIP, text="x", ticker_ms=6000),
            Element("clock", BOX, format="%H:%M:%S %d/%m"),
            Element("clock", BOX, full_format="%A %H:%M:%S"),
            Element("text", BOX, text="Tết", count_to="2027-02-06T17:00:00Z"),
        ],
        9000,
        [Region(BOX, turns)],
    )
    assert list_motion(scene) == ["ticker", "turns", "seconds", "countdown"]
    resting = [
        Element("clock", BOX, format="%H:%M %d/%m"),
        Element("clock", BOX, full_format="%A %H:%M"),
        Element("text", BOX, text="Tết"),
    ]
    first = Region(BOX, [Turn([Element("text", BOX, text="0")], 9000)])
    front = Region(STRIP, [Turn([Element("text", BOX, text="x")], 9000)])  # as while it ran
    assert still(scene) == Scene(resting, 9000, [first, front])
    assert list_motion(still(scene)) == []


def test_a_running_text_alone_stands_where_it_was() -> None:
    scene = Scene([Element("text", BOX, text="x", ticker_ms=6000)], 9000)
    assert still(scene) == Scene([Element("text", BOX, text="x")], 9000)


def test_a_clock_of_seconds_in_a_turn_is_found() -> None:
    turn = Turn([Element("clock", BOX, format="%S")], 1000)
    assert list_motion(Scene([], 9000, [Region(BOX, [turn])])) == ["seconds"]
