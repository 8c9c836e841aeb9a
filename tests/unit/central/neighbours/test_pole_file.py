"""Files of poles as people write them: YAML, and tables from a spreadsheet; all faults at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import YamlFaults
from central.neighbours.pole import Geodetic, Metric, Pole
from central.neighbours.pole_file import load_poles

PLAIN = "id,lat,lon,name\na,10.1,106.2,Chợ\nb,10.2,106.3,Chùa\n"
EXCEL = "Mã trạm;Vĩ độ;Kinh độ;Hướng loa;Ghi chú\r\na;10,1;106,2;90 270;x\r\nb;10,2;106,3;;\r\n"


def write(folder: Path, text: str | bytes, name: str = "poles.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def faults(path: Path) -> list[tuple[int, str, str]]:
    """Line, key and expected text of each fault."""
    with pytest.raises(YamlFaults) as caught:
        load_poles(path)
    found = caught.value.faults
    return [
        (one.line, one.key, one.expected.text("en", one.catalogue) if one.expected else "")
        for one in found
    ]


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.replace(",", "\t").encode("utf-16"),
        b'id;lat;lon;name\n"a";"10,1";"106,2";"Ch\xe1\xbb\xa3"\n\n;;;\nb;10.2;106,3;Ch\xc3\xb9a\n',
    ],
    ids=["plain", "BOM", "UTF-16 with tabs", "quotes and empty lines"],
)
def test_a_table_is_read_however_it_was_saved(tmp_path: Path, raw: bytes) -> None:
    assert load_poles(write(tmp_path, raw)) == [
        Pole("a", Geodetic(10.1, 106.2), "Chợ", (), 300.0),
        Pole("b", Geodetic(10.2, 106.3), "Chùa", (), 300.0),
    ]


def test_vietnamese_headings_decimal_commas_and_unknown_columns(tmp_path: Path) -> None:
    first, second = load_poles(write(tmp_path, EXCEL.encode("utf-8-sig")), reach_m=250)
    assert (first.position, first.horns, first.reach_m) == (Geodetic(10.1, 106.2), (90, 270), 250)
    assert second.horns == ()


def test_yaml_in_metres_with_a_reach_of_its_own(tmp_path: Path) -> None:
    text = "reach_m: 350\npoles:\n- {id: a, x: 0, y: 0}\n- {id: b, x: 10, y: 5, reach_m: 90}\n"
    first, second = load_poles(write(tmp_path, text, "poles.yaml"))
    assert (first.position, first.reach_m) == (Metric(0, 0), 350)
    assert (second.position, second.reach_m) == (Metric(10, 5), 90)


def test_swapped_coordinates_are_told_the_right_way_round(tmp_path: Path) -> None:
    path = write(tmp_path, PLAIN.replace("10.2,106.3", "106.3,10.2"))
    expected = "lat 10.2, lon 106.3: latitude and longitude are swapped"
    assert faults(path) == [(3, "poles[1].lat", expected)]


def test_all_faults_of_a_table_are_told_at_once(tmp_path: Path) -> None:
    text = (
        "id,lat,lon,horns\na,48.8,2.3,\nA,10.2,106.3,\nb,10.2,,\nc,10.2,106.3,\nd,10.2000001,106.3,"
    )
    found = faults(write(tmp_path, text))
    assert [(line, key) for line, key, _ in found] == [
        (2, "poles[0].lat"), (3, "poles[1].id"), (4, "poles[2].lat"),
    ]  # fmt: skip
    assert "a place in Vietnam" in found[0][2]
    assert "already in line 2" in found[1][2]


def test_two_poles_at_one_place_are_one_copied_line(tmp_path: Path) -> None:
    path = write(tmp_path, PLAIN + "c,10.2000001,106.3,\n")
    assert faults(path) == [(4, "poles[2].lat", "another place: pole b already stands here")]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("id,lat,lon\na,10.1,106.2\n", 1, "at least two poles"),
        ("ten,lat\na,1\n", 1, "a first line with id"),
        ("id,lat,lat\na,1,2\n", 1, "a first line with id"),
        ("", 1, "a first line with id"),
        ("id,lat,lon\na,10.1.2,106\nb,10,106\n", 2, "a number"),
        ("id,lat,lon\na b,10.1,106\nb,10,106\n", 2, "tv-cl-0007"),
        ("id,lat,lon\n,10.1,106\nb,10,106\n", 2, "tv-cl-0007"),
        ("id,lat,lon\na,10,1,106,2\nb,10,106\n", 2, "decimal commas need semicolons"),
        ("id,lat,lon,horns\na,10.1,106,400\nb,10,106,\n", 2, "azimuths"),
        ("id,lat,lon,reach_m\na,10.1,106,5\nb,10,106,\n", 2, "from 20 to 3000"),
        ("id,lat,lon,x,y\na,10.1,106,,\nb,,,5,5\n", 3, "the same kind"),
    ],
)
def test_a_bad_table_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    found = faults(write(tmp_path, text))
    assert any(one[0] == line and said in one[2] for one in found)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    assert faults(write(tmp_path, b"id,lat\n\xff\xff"))[0][0] == 1
    assert faults(write(tmp_path, b"poles: \xff\xff", "poles.yaml"))[0][0] == 1


def test_yaml_faults_have_their_place(tmp_path: Path) -> None:
    text = "poles:\n- {id: a, lat: 10.1, lon: 106.2, x: 1}\n- {id: b, lat: 10.1, lon: east}\n"
    assert faults(write(tmp_path, text, "poles.yaml"))[0][0] == 3
