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


def compile_scene(show: str, folder: Path) -> list[dict[str, Any]]:
    payload = compile_schedule(
        HEAD + ITEM % show, issuer="vn.84.29266", seq=1, epoch=1, media_dir=folder,
        now=datetime(2026, 11, 22, 8, tzinfo=UTC), media_base_url="https://media.example.vn",
        clip_dir=folder,
    )  # fmt: skip
    document = json.loads(payload)
    assert "crit" not in document
    return document["entries"][0]["body"]["scene"]["elements"]


def test_a_line_that_runs_has_the_face_to_itself_or_its_bottom(tmp_path: Path) -> None:
    (alone,) = compile_scene("ticker: Lũ về", tmp_path)
    assert (alone["kind"], alone["box"], alone["ticker_ms"]) == ("text", [0, 0, 1000, 1000], 10_000)
    text, code, line = compile_scene(
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
    (picture,) = compile_scene(show, tmp_path)
    assert picture.get("fit") == fit
