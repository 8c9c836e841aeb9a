"""An officer's words for days, as a playlist has them and as a signer reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.contract.document import Playlist
from agent.errors import YamlFaults
from central.documents.audio_tools import make_melody
from central.documents.schedule_compiler import compile_schedule
from central.documents.summary import describe

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ALL = [1, 2, 3, 4, 5, 6, 7]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    make_melody(folder / "tin.wav", 1_000)
    return folder


def compiled(clips: Path, keys: str) -> Playlist:
    text = f"""
slot: tuan
to: ["84/29266/*"]
from: 2026-11-23
until: 2026-12-31
items:
  - {{title: Bản tin, play: tin.wav, {keys}}}
"""
    payload = compile_schedule(
        text, issuer="vn.84.29266", seq=1, epoch=1, now=NOW, media_dir=clips / "media",
        media_base_url="https://media.example.vn", clip_dir=clips,
    )  # fmt: skip
    return msgspec.json.decode(payload, type=Playlist)


@pytest.mark.parametrize(
    ("keys", "weekdays", "days"),
    [
        ("days: t2-t7", [1, 2, 3, 4, 5, 6], None),
        ("days: [ngay-le]", ALL, {"sets": ["ngay-le"]}),
        ("days: [cn, tet]", ALL, {"rrule": ["FREQ=WEEKLY;BYDAY=SU"], "sets": ["tet"]}),
        ('days: "@hoi-lang"', ALL, {"sets": ["hoi-lang"]}),
        ("monthly: t2/1", ALL, {"rrule": ["FREQ=MONTHLY;BYDAY=1MO"]}),
        ("monthly: [cn/cuoi, 15, cuoi, fri/2]", ALL,
         {"rrule": ["FREQ=MONTHLY;BYDAY=-1SU,2FR", "FREQ=MONTHLY;BYMONTHDAY=15,-1"]}),
        ("days: t6, every_weeks: 2, from: 2026-11-27", ALL,
         {"rrule": ["FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"]}),
        ("lunar: [15/*, 1/1, 10/3, cuoi/12, 15/6n]", ALL,
         {"lunar": ["15/*", "01/01", "10/03", "last/12", "15/06n"]}),
        ("days: cn, lunar: 1/*", ALL, {"rrule": ["FREQ=WEEKLY;BYDAY=SU"], "lunar": ["01/*"]}),
        ('rrule: "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=22"', ALL,
         {"rrule": ["FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=22"]}),
    ],
)  # fmt: skip
def test_the_days_of_an_item(clips: Path, keys: str, weekdays: list[int], days: Any) -> None:
    playlist = compiled(clips, f'at: "05:00", {keys}')
    document = msgspec.to_builtins(playlist)
    when = document["entries"][0]["when"]
    assert (when["weekdays"], when.get("days")) == (weekdays, days)
    assert document.get("crit") == (None if days is None else ["entries.when.days"])


def test_exceptions_are_dates_lunar_dates_and_names(clips: Path) -> None:
    playlist = compiled(clips, 'at: "05:00", except: [2026-12-25, tet, 15/*, quoc-tang]')
    document = msgspec.to_builtins(playlist)
    when = document["entries"][0]["when"]
    assert when["except"] == ["2026-12-25"]
    assert when["except_days"] == {"lunar": ["15/*"], "sets": ["tet", "quoc-tang"]}
    assert document["crit"] == ["entries.when.except_days"]


def test_starts_by_the_sun_and_by_the_clock(clips: Path) -> None:
    playlist = compiled(clips, 'at: ["05:00", mat-troi-moc-15m, sunset], music: true')
    document = msgspec.to_builtins(playlist)
    (entry,) = document["entries"]
    assert (entry["when"]["at"], entry["music"]) == (["05:00:00"], True)
    assert entry["when"]["sun"] == [
        {"event": "sunrise", "offset_min": -15}, {"event": "sunset", "offset_min": 0},
    ]  # fmt: skip
    assert document["crit"] == ["entries.when.sun"]


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ('at: "05:00", days: ngay-nghi', "items[0].days"),
        ('at: "05:00", days: [t2, tett]', "items[0].days"),
        ('at: "05:00", monthly: 32', "items[0].monthly"),
        ('at: "05:00", monthly: t2/6', "items[0].monthly"),
        ('at: "05:00", monthly: dau', "items[0].monthly"),
        ('at: "05:00", lunar: 31/1', "items[0].lunar"),
        ('at: "05:00", lunar: 1/13', "items[0].lunar"),
        ('at: "05:00", lunar: ram', "items[0].lunar"),
        ('at: "05:00", rrule: "FREQ=SECONDLY"', "items[0].rrule"),
        ('at: "05:00", except: [2026-02-30]', "items[0].except"),
        ('at: "05:00", except: [ngay-nghi]', "items[0].except"),
        ('at: "05:00", every_weeks: 2, days: t6', "items[0]"),
        ("at: binh-minh", "items[0].at"),
    ],
)
def test_a_word_that_is_none_is_a_fault_at_its_key(clips: Path, keys: str, place: str) -> None:
    with pytest.raises(YamlFaults) as caught:
        compiled(clips, keys)
    assert [one.key for one in caught.value.faults] == [place]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", ["Chủ nhật, thứ Hai thứ 1 trong tháng, ngày 15 âm lịch hằng tháng, Tết",
                "15 phút trước khi mặt trời mọc", "trừ 25/12/2026, ngày cuối tháng 12 âm lịch",
                "ca nhạc"]),
        ("en", ["Sunday, Monday no. 1 of the month, day 15 of every lunar month, Tết",
                "15 min before sunrise", "except 25/12/2026, day last of lunar month 12",
                "music"]),
    ],
)  # fmt: skip
def test_a_signer_reads_the_days_in_words(clips: Path, lang: Any, words: list[str]) -> None:
    playlist = compiled(
        clips,
        "at: sunrise-15m, days: [cn, tet], monthly: t2/1, lunar: 15/*, "
        "except: [2026-12-25, cuoi/12], music: true",
    )
    text = "\n".join(describe(playlist, lang))
    assert [word for word in words if word not in text] == []
