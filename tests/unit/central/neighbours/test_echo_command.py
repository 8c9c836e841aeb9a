"""`tramtin-central echo`: what it prints, writes and draws for a commune."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from agent.contract.station_policy import Stagger
from agent.plan.expansion import MAX_STAGGER
from central.__main__ import main
from central.cli.echo_command import LATEST_MS

ROOT = Path(__file__).resolve().parents[4]
EXAMPLE = ROOT / "config" / "poles.example.yaml"
SVG = "{http://www.w3.org/2000/svg}"
# 300 m apart on a road, and one far away
ROAD = "id;x;y;name\na;0;0;Chợ\nb;300;0;=1+1\nc;600;0;<Ốc & Ổi>\nd;2000;0;\n"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["echo", *map(str, words)])


@pytest.fixture
def road(tmp_path: Path) -> Path:
    path = tmp_path / "poles.csv"
    path.write_text(ROAD, encoding="utf-8")
    return path


def test_json_has_groups_gaps_and_pairs(road: Path) -> None:
    told = json.loads(run(road, "--format", "json", "--reach", "400", "--longest", "2m").stdout)
    assert {one["id"]: one["group"] for one in told["poles"]} == {"a": 0, "b": 1, "c": 2, "d": 0}
    # two minutes and five seconds, in whole ten seconds
    assert [one["starts_after_ms"] for one in told["poles"]] == [0, 130_000, 260_000, 0]
    assert [one["poles"] for one in told["pairs"]] == [["a", "b"], ["a", "c"], ["b", "c"]]
    assert told["pairs"][1]["distance_m"] == 600


def test_csv_is_no_formula(road: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(road, "--format", "csv").stdout)))
    assert [row["name"] for row in rows] == ["Chợ", "'=1+1", "<Ốc & Ổi>", ""]
    assert rows[1]["echoes_with"] == "a c"


def test_a_snippet_is_what_a_station_config_takes(road: Path, tmp_path: Path) -> None:
    assert run(road, "--configs", tmp_path / "out").exit_code == 0
    patches = {path.stem: json.loads(path.read_bytes()) for path in (tmp_path / "out").iterdir()}
    assert set(patches) == {"a", "b", "c", "d"}
    assert list(patches["b"]) == ["policy"]
    turn = msgspec.convert(patches["b"]["policy"]["stagger"], Stagger)
    assert turn == Stagger(group=1, gap_ms=190_000)


def test_fewer_groups_than_needed_are_said_and_drawn(road: Path, tmp_path: Path) -> None:
    picture = tmp_path / "map.svg"
    said = run(road, "--groups", "1", "--lang", "en", "--map", picture)
    assert "BEWARE: 2 pairs still make an echo, because only 1 groups are allowed." in said.stdout
    assert "still an echo: same group" in picture.read_text(encoding="utf-8")


def test_a_last_group_later_than_boxes_bear_is_refused(road: Path, tmp_path: Path) -> None:
    assert timedelta(milliseconds=LATEST_MS) == MAX_STAGGER
    told = run(road, "--longest", "7h", "--map", tmp_path / "map.svg")
    assert (told.exit_code, (tmp_path / "map.svg").exists()) == (78, False)
    assert "--longest" in told.stderr


def test_a_folder_that_is_not_there_is_told(road: Path, tmp_path: Path) -> None:
    told = run(road, "--map", tmp_path / "none" / "map.svg", "--lang", "en")
    assert (told.exit_code, "cannot be written" in told.stderr) == (78, True)


def test_a_fault_of_the_file_is_told_in_vietnamese(tmp_path: Path) -> None:
    path = tmp_path / "poles.csv"
    path.write_text("id,lat,lon\na,106.2,10.1\nb,10.2,106.2\n")
    told = run(path)
    assert told.exit_code == 78
    assert f"{path}:2:1: poles[0].lat" in told.stderr
    assert "lat 10.1, lon 106.2: vĩ độ và kinh độ bị đổi chỗ" in told.stderr


def test_help_is_in_both_languages() -> None:
    said = run("--help").stdout
    assert "Chia nhóm cột loa" in said
    assert "Group POLES" in said


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_map_stands_alone_and_names_all(road: Path, tmp_path: Path, lang: str) -> None:
    picture = tmp_path / "map.svg"
    assert run(road, "--map", picture, "--lang", lang).exit_code == 0
    root = ET.parse(picture).getroot()  # noqa: S314 - our own file
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert {"Chợ", "=1+1", "<Ốc & Ổi>", "d"} <= set(words)
    assert {"0", "1"} <= set(words)  # groups by number, not by colour alone
    text = picture.read_text(encoding="utf-8")
    assert "href" not in text
    assert "url(" not in text.replace("url(#c)", "")
    assert text.count("http") == 1  # the name of SVG's own namespace


def test_the_scale_bar_is_as_long_as_it_says(tmp_path: Path) -> None:
    # both poles are in the first group, whose mark is a circle; the key has one more at 36
    path, picture = tmp_path / "poles.csv", tmp_path / "map.svg"
    path.write_text("id,x,y\na,0,0\nb,5000,0\n", encoding="utf-8")
    run(path, "--map", picture)
    root = ET.parse(picture).getroot()  # noqa: S314 - our own file
    west, east = [x for one in root.iter(f"{SVG}circle") if (x := float(one.attrib["cx"])) != 36]
    px_per_m = (east - west) / 5000
    bar = next(one.attrib["d"] for one in root.iter(f"{SVG}path") if "v6h" in one.attrib["d"])
    length = float(bar.partition("v6h")[2].partition("v")[0])
    assert length / px_per_m == pytest.approx(1000, rel=0.01)
    assert "1 km" in picture.read_text(encoding="utf-8")


def test_the_picture_of_the_handbook_is_that_of_the_example(tmp_path: Path) -> None:
    told = run(EXAMPLE, "--map", tmp_path / "map.svg")
    assert "8 cột" in told.stdout
    drawn = (tmp_path / "map.svg").read_text(encoding="utf-8")
    shown = (ROOT / "docs" / "phat-lan-luot.svg").read_text(encoding="utf-8")
    # coordinates may differ in their last figure from machine to machine
    assert re.sub(r"[\d.]+", "0", shown) == re.sub(r"[\d.]+", "0", drawn)


def test_a_map_of_many_poles_leaves_names_out(tmp_path: Path) -> None:
    lines = (f"p{n},{n % 10 * 400},{n // 10 * 400},Cột {n}" for n in range(100))
    path = tmp_path / "poles.csv"
    path.write_text("id,x,y,name\n" + "\n".join(lines), encoding="utf-8")
    assert run(path, "--map", tmp_path / "map.svg").exit_code == 0
    assert "Cột 7" not in (tmp_path / "map.svg").read_text(encoding="utf-8")
