"""What an officer writes under `show`, as boxes of a face."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from agent.errors import YamlFaults
from central.documents.schedule_compiler import compile_schedule

ITEM = "  - {title: Nước sạch, at: '06:00', for: 12h, show: {%s}}\n"
HEAD = "slot: tuan\nto: ['84/29266/*']\nfrom: 2026-11-23\nuntil: 2026-12-31\nitems:\n"


def compile_scene(show: str, folder: Path) -> dict[str, Any]:
    payload = compile_schedule(
        HEAD + ITEM % show, issuer="vn.84.29266", seq=1, epoch=1, media_dir=folder,
        now=datetime(2026, 11, 22, 8, tzinfo=UTC), media_base_url="https://media.example.vn",
        clip_dir=folder,
    )  # fmt: skip
    document = json.loads(payload)
    assert "crit" not in document
    return document["entries"][0]["body"]["scene"]


def compile_elements(show: str, folder: Path) -> list[dict[str, Any]]:
    return compile_scene(show, folder)["elements"]


def test_a_line_that_runs_has_the_face_to_itself_or_its_bottom(tmp_path: Path) -> None:
    (alone,) = compile_elements("ticker: Lũ về", tmp_path)
    assert (alone["kind"], alone["box"], alone["ticker_ms"]) == ("text", [0, 0, 1000, 1000], 10_000)
    text, code, line = compile_elements(
        "text: Nước sạch, qr: 'https://a.vn', ticker: 'Lũ về, {station}', ticker_speed: slow",
        tmp_path,
    )
    assert (line["box"], line["ticker_ms"]) == ([0, 780, 1000, 220], 16_000)
    for above in (text, code):
        assert above["box"][1] + above["box"][3] <= 780
        assert "ticker_ms" not in above


@pytest.mark.parametrize("show", ["ticker: ''", "ticker: a, ticker_speed: 3", "colour: '#ffffff'"])
def test_a_line_of_nothing_or_of_no_known_speed_is_a_fault(show: str, tmp_path: Path) -> None:
    with pytest.raises(YamlFaults):
        compile_scene(show, tmp_path)


@pytest.mark.parametrize(
    ("show", "fit"),
    [("image: a.png", None), ("image: a.png, image_fit: cover", "cover")],
)
def test_a_picture_says_how_it_fits_only_where_it_is_not_whole(
    show: str, fit: str | None, tmp_path: Path
) -> None:
    Image.new("RGB", (40, 20), "red").save(tmp_path / "a.png")
    (picture,) = compile_elements(show, tmp_path)
    assert picture.get("fit") == fit


def draw(folder: Path, *names: str) -> None:
    for index, name in enumerate(names):
        Image.new("RGB", (40, 20), (index, 0, 0)).save(folder / name)


def test_slides_take_the_place_of_the_picture_and_older_boxes_show_the_first(
    tmp_path: Path,
) -> None:
    draw(tmp_path, "a.png", "b.png")
    scene = compile_scene(
        "text: Trạm y tế, image_fit: cover, slides: [{image: a.png}, {image: b.png, for: 12s}]",
        tmp_path,
    )
    picture, text = scene["elements"]
    (region,) = scene["regions"]
    assert (picture["box"], text["box"]) == ([0, 0, 1000, 640], [0, 640, 1000, 360])
    assert (region["box"], [turn["ms"] for turn in region["turns"]]) == (
        [0, 0, 1000, 640], [8_000, 12_000],
    )  # fmt: skip
    slides = [turn["elements"] for turn in region["turns"]]
    assert [(one["fit"], one["box"]) for (one,) in slides] == [("cover", [0, 0, 1000, 1000])] * 2
    assert slides[0][0]["media"] == picture["media"] != slides[1][0]["media"]


def test_a_countdown_is_to_local_midnight_or_the_minute_that_is_written(tmp_path: Path) -> None:
    (day,) = compile_elements("text: Tết, count_to: 2027-02-06", tmp_path)
    (minute,) = compile_elements("text: Bầu cử, count_to: 2026-12-20 07:00", tmp_path)
    assert (day["count_to"], day["lang"]) == ("2027-02-05T17:00:00Z", "vi")
    assert minute["count_to"] == "2026-12-20T00:00:00Z"


@pytest.mark.parametrize(
    ("clock", "form", "full"),
    [
        ("time", "%H:%M", None),
        ("date", "%d/%m/%Y\n%H:%M", "%A %d/%m/%Y\n%H:%M"),
        ("lunar", "%d/%m/%Y\n%H:%M", "%A %d/%m/%Y\n%L\n%H:%M"),
    ],
)
def test_a_clock_is_alone_or_at_the_top(
    clock: str, form: str, full: str | None, tmp_path: Path
) -> None:
    (alone,) = compile_elements(f"clock: {clock}", tmp_path)
    assert (alone["box"], alone["format"]) == ([0, 0, 1000, 1000], form)
    assert alone.get("full_format") == full
    above, text, line = compile_elements(f"clock: {clock}, text: Lũ, ticker: Lũ về", tmp_path)
    assert above["box"][1] + above["box"][3] <= text["box"][1]
    assert text["box"][1] + text["box"][3] <= line["box"][1] == 780


def test_a_code_and_a_text_say_that_they_name_the_face(tmp_path: Path) -> None:
    text, code = compile_elements("text: Lũ, qr: 'https://a.vn/{station}/{face}'", tmp_path)
    assert ("face_name" in text, code["face_name"]) == (False, True)


def test_regions_are_where_they_say_and_older_boxes_show_their_first_turns(tmp_path: Path) -> None:
    draw(tmp_path, "a.png")
    scene = compile_scene(
        "regions: [{place: right, turns: [{clock: date}, {image: a.png, for: 20s}]},"
        " {box: [0, 0, 30, 100], turns: [{text: Nước sạch}]}]",
        tmp_path,
    )
    clock, text = scene["elements"]
    right, left = scene["regions"]
    assert (clock["kind"], clock["box"]) == ("clock", [500, 0, 500, 1000])
    assert (text["text"], text["box"]) == ("Nước sạch", [0, 0, 300, 1000])
    assert (right["box"], left["box"]) == ([500, 0, 500, 1000], [0, 0, 300, 1000])
    assert [turn["ms"] for turn in right["turns"]] == [8_000, 20_000]
    assert right["turns"][1]["elements"][0]["box"] == [0, 0, 1000, 1000]


@pytest.mark.parametrize(
    "show",
    [
        "count_to: 2027-02-06",  # to what?
        "text: Tết, count_to: 2027-02-30",
        "text: Tết, count_to: mai",
        "clock: moon",
        "slides: [{image: none.png}]",
        "image: a.png, slides: [{image: a.png}]",
        "regions: [{turns: [{text: a}]}]",
        "regions: [{place: left, box: [0, 0, 50, 100], turns: [{text: a}]}]",
        "regions: [{box: [60, 0, 50, 100], turns: [{text: a}]}]",
        "regions: [{box: [0, 0, 50], turns: [{text: a}]}]",
        "regions: [{place: left, turns: []}]",
        "regions: [{place: left, turns: [{for: 8s}]}]",
        "regions: [{place: left, turns: [{text: a, ticker: b}]}]",
        "slides: [{image: a.png}], regions: "
        + str([{"place": "left", "turns": [{"text": "a"}]}] * 3),
    ],
)
def test_what_cannot_be_shown_is_a_fault_with_its_place(show: str, tmp_path: Path) -> None:
    draw(tmp_path, "a.png")
    with pytest.raises(YamlFaults) as caught:
        compile_scene(show, tmp_path)
    assert all(fault.line == 6 for fault in caught.value.faults)


def test_a_fade_takes_less_than_a_second_and_a_cut_says_nothing(tmp_path: Path) -> None:
    assert compile_scene("text: Lũ, transition: fade", tmp_path)["fade_ms"] == 600
    assert "fade_ms" not in compile_scene("text: Lũ, transition: cut", tmp_path)


@pytest.mark.parametrize(
    "show",
    [
        "slides: [{image: a.png, for: 3s}]",
        "regions: [{place: all, turns: [{text: a, for: 3999ms}]}]",
    ],
)
def test_a_turn_that_would_flash_is_a_fault_with_its_place(show: str, tmp_path: Path) -> None:
    draw(tmp_path, "a.png")
    with pytest.raises(YamlFaults) as caught:
        compile_scene(show, tmp_path)
    assert [fault.line for fault in caught.value.faults] == [6]
    assert "4s" in str(caught.value)


def compile_entry(item: str, folder: Path) -> dict[str, Any]:
    payload = compile_schedule(
        HEAD + f"  - {{title: Cúp điện, at: '06:00', for: 12h, {item}}}\n", issuer="vn.84.29266",
        seq=1, epoch=1, media_dir=folder, now=datetime(2026, 11, 22, 8, tzinfo=UTC),
        media_base_url="https://media.example.vn", clip_dir=folder,
    )  # fmt: skip
    return json.loads(payload)


def test_a_banner_is_a_class_of_entry_that_older_boxes_refuse_by_name(tmp_path: Path) -> None:
    document = compile_entry("banner: bottom, show: {ticker: Cúp điện chiều nay}", tmp_path)
    assert document["crit"] == ["entries.banner"]
    assert document["entries"][0]["banner"] == "bottom"


@pytest.mark.parametrize(
    "item",
    [
        "banner: bottom, play: a.mp3",
        "banner: bottom, say: Cúp điện",
        "banner: left, show: {text: a}",
        "banner: top, show: {regions: [{place: left, turns: [{text: a}]}]}",
    ],
)
def test_a_banner_without_a_strip_to_show_is_a_fault(item: str, tmp_path: Path) -> None:
    with pytest.raises(YamlFaults):
        compile_entry(item, tmp_path)


def test_a_live_picture_is_critical_and_lasts_four_hours_at_most(tmp_path: Path) -> None:
    def compile_live(length: str) -> dict[str, Any]:
        item = ITEM.replace("12h", length) % "input: sdi, text: Lễ hội"
        payload = compile_schedule(
            HEAD + item, issuer="vn.84.29266", seq=1, epoch=1, media_dir=tmp_path,
            now=datetime(2026, 11, 22, 8, tzinfo=UTC), media_base_url="https://media.example.vn",
            clip_dir=tmp_path,
        )  # fmt: skip
        document: dict[str, Any] = json.loads(payload)
        return document

    document = compile_live("4h")
    assert document["crit"] == ["entries.body.scene.input"]
    scene = document["entries"][0]["body"]["scene"]
    assert (scene["input"], scene["ms"]) == ("sdi", 14_400_000)
    assert [one["text"] for one in scene["elements"]] == ["Lễ hội"]
    with pytest.raises(YamlFaults, match="4"):
        compile_live("5h")
