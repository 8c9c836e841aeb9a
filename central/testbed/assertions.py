"""The verdict: whether the capture matches the collected journal, and the rest was refused."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from central.testbed.sound_capture import find_sounds, find_tone

TONES_HZ = (853.0, 960.0)  # 47 CFR 11.31(c), the attention signal
CLINIC = "tram-y-te"  # the zone that a signed command mutes
FACES = ("mat-truoc", "mat-sau")
ONSET = timedelta(milliseconds=60)
MARGIN = timedelta(milliseconds=120)
SIGNAL = timedelta(seconds=3.1)  # the attention signal is over by then
LINE = timedelta(seconds=4)  # no built-in announcement is shorter


@dataclass(frozen=True)
class Assertion:
    """One expected fact and whether it holds."""

    is_good: bool
    what_vi: str
    what_en: str
    why: str = ""


@dataclass(frozen=True)
class Expectation:
    """What the scenario expects: entries heard and seen, refusals recorded."""

    heard: Sequence[tuple[str, str]]  # (entry id or event id, result)
    seen: Sequence[str]
    refused: Sequence[str]  # codes
    unspoken: str  # the event without a recording


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def assert_all(
    plays: Sequence[dict[str, Any]],
    refusals: Sequence[dict[str, Any]],
    commands: Sequence[dict[str, Any]],
    wav: Path,
    wav_at: datetime,
    boards: Path,
    expected: Expectation,
) -> list[Assertion]:
    """Compare scenario, journal, sound and pictures.

    Args:
        plays: the `play` parts of the collected records.
        refusals: the `detail` parts of the collected refusals.
        commands: the same of the commands.
        wav: the capture.
        wav_at: UTC of its first sample.
        boards: the folder of the board's PNGs.
        expected: what the scenario expects.
    """
    sound = [play for play in plays if play["output"] == "loa"]
    sights = [play for play in plays if play["output"] == "bang-tin"]
    spans = [
        (wav_at + timedelta(seconds=first), wav_at + timedelta(seconds=last))
        for first, last in find_sounds(wav)
    ]
    return [
        *_journalled(sound, expected),
        *_heard(sound, spans),
        *_alarmed(sound, wav, wav_at),
        _spoken_for(sound, wav_at, spans, expected.unspoken),
        assert_nothing_else(sound, spans),
        _muted(sound, commands),
        *_seen(sights, boards, expected),
        *_refused(refusals, expected),
    ]


def outcome_of(play: Mapping[str, Any]) -> str:
    """The result of a play; a laptop that starves makes under-runs, which are no cut of ours."""
    return "full" if play["reason"] == "underruns" else str(play["result"])


def _journalled(sound: Sequence[dict[str, Any]], expected: Expectation) -> list[Assertion]:
    have = Counter((play["entry"], outcome_of(play)) for play in sound)
    want = Counter(expected.heard)
    findings = [
        Assertion(
            have[key] == count,
            f"nhật ký có mục {key[0][:8]}: {key[1]}",
            f"the journal has {key[0][:8]}: {key[1]}",
            f"{have[key]}×",
        )
        for key, count in want.items()
    ]
    others = [f"{entry[:8]} {result}" for entry, result in have - want]
    findings.append(
        Assertion(
            not others,
            "nhật ký không có gì khác",
            "the journal has nothing else",
            ", ".join(others),
        )
    )
    return findings


def _heard(
    sound: Sequence[dict[str, Any]], spans: Sequence[tuple[datetime, datetime]]
) -> list[Assertion]:
    findings = []
    for play in sound:
        if play["start"] is None:
            continue
        start, end = _moment(play["start"]), _moment(play["end"])
        onsets = [first for first, last in spans if last > start + MARGIN and first < end]
        # A pre-empting sound has no onset of its own by level: `_alarmed` finds it by its tone.
        is_cutting_in = any(first < start - MARGIN for first in onsets)
        late = None if is_cutting_in or not onsets else min(onsets) - start
        findings.append(
            Assertion(
                is_cutting_in or (late is not None and abs(late) <= ONSET),
                f"nghe thấy “{play['title']}” đúng lúc ({play['start'][11:23]} UTC)",
                f"“{play['title']}” is heard when the journal says",
                "" if late is None else f"{late.total_seconds() * 1000:+.1f} ms",
            )
        )
    return findings


def _alarmed(sound: Sequence[dict[str, Any]], wav: Path, wav_at: datetime) -> list[Assertion]:
    """Find the attention signal of each emergency by its first tone alone."""
    findings = []
    for play in sound:
        if play["class"] != "emergency" or play["start"] is None:
            continue
        start_s = (_moment(play["start"]) - wav_at).total_seconds()
        heard_s = find_tone(wav, TONES_HZ[0], start_s - 1.0, start_s + 1.0)
        late_s = None if heard_s is None else heard_s - start_s
        findings.append(
            Assertion(
                late_s is not None and abs(late_s) <= ONSET.total_seconds(),
                "tín hiệu báo động cắt ngang chương trình đang phát",
                "the attention signal cuts into what was playing",
                "" if late_s is None else f"{late_s * 1000:+.1f} ms",
            )
        )
    return findings


def _spoken_for(
    sound: Sequence[dict[str, Any]],
    wav_at: datetime,
    spans: Sequence[tuple[datetime, datetime]],
    event: str,
) -> Assertion:
    """Find the built-in announcement after the signal of an unrecorded emergency."""
    plays = [play for play in sound if play["entry"] == event and play["start"]]
    begin = _moment(plays[0]["start"]) + SIGNAL if plays else wav_at
    heard = sum((_overlap(span, begin, begin + LINE) for span in spans), timedelta())
    is_told = any(play.get("words_missing") for play in plays)
    return Assertion(
        is_told and heard > LINE / 4,
        "tin chỉ có chữ: sau tín hiệu, loa tự đọc câu có sẵn",
        "text only: behind the signal the loudspeaker speaks the built-in line",
        f"{heard.total_seconds():.1f} s",
    )


def _overlap(span: tuple[datetime, datetime], begin: datetime, end: datetime) -> timedelta:
    return max(timedelta(), min(span[1], end) - max(span[0], begin))


def assert_nothing_else(
    sound: Sequence[dict[str, Any]], spans: Sequence[tuple[datetime, datetime]]
) -> Assertion:
    """Every stretch of sound lies within plays of the journal."""
    windows = [
        (_moment(play["start"]) - MARGIN, _moment(play["end"]) + MARGIN)
        for play in sound
        if play["start"] is not None
    ]
    strays = [
        first.isoformat()
        for first, last in spans
        if not any(start <= first and last <= end for start, end in _merged(windows))
    ]
    return Assertion(
        not strays,
        "ngoài nhật ký không có âm thanh nào",
        "there is no sound that the journal does not name",
        ", ".join(strays[:3]),
    )


def _muted(sound: Sequence[dict[str, Any]], commands: Sequence[dict[str, Any]]) -> Assertion:
    """Find the mute carried out, and the zone off for programme and on for every emergency."""
    is_done = [(one["do"], one["result"]) for one in commands] == [("mute", "done")]
    is_off = any(play.get("muted") == [CLINIC] for play in sound if play["class"] == "routine")
    alarms = [play["zones"] for play in sound if play["class"] == "emergency" and play["start"]]
    return Assertion(
        is_done and is_off and all(CLINIC in zones for zones in alarms),
        "lệnh tắt tiếng loa trạm y tế đã làm; tin khẩn cấp vẫn phát ở đó",
        "the clinic's loudspeaker was muted by command; emergencies sound there",
    )


def _merged(windows: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _seen(sights: Sequence[dict[str, Any]], boards: Path, expected: Expectation) -> list[Assertion]:
    shown = {play["entry"] for play in sights if play["start"] is not None}
    findings = [
        Assertion(entry in shown, f"bảng tin đã hiện {entry}", f"the board showed {entry}")
        for entry in expected.seen
    ]
    for face in FACES:
        pictures = {_content(path) for path in boards.glob(f"{face}-0*.png")} - {None}
        findings.append(
            Assertion(
                len(pictures) == len(expected.seen),
                f"mặt {face}: {len(pictures)} hình khác nhau, không kể nền đen",
                f"face {face}: {len(pictures)} different pictures, black aside",
            )
        )
    return findings


def _content(path: Path) -> str | None:
    """Return a frame's hash, or None when it is all black."""
    from PIL import Image

    with Image.open(path) as image:
        if image.getbbox() is None:
            return None
        return hashlib.sha256(image.tobytes()).hexdigest()


def _refused(refusals: Sequence[dict[str, Any]], expected: Expectation) -> list[Assertion]:
    codes = [refusal["code"] for refusal in refusals]
    return [
        Assertion(
            code in codes,
            f"trung tâm thấy đã từ chối: {code}",
            f"the centre saw the refusal {code}",
            f"{codes.count(code)}×",
        )
        for code in expected.refused
    ]
