"""The verdict on the demonstration of voices, from the capture and the centre's database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from central.testbed.assertions import Assertion, assert_nothing_else, outcome_of
from central.testbed.sound_capture import find_sounds
from central.testbed.speech_match import match_speech, measure_dbfs

STREAM = "relay"  # the level at which a live voice and a relay play
MEETING, VOV = "Họp dân", "Tiếp âm VOV1"
READ, VOLUME, NIGHT, UNHEARD = "doc", "am-luong", "dem", "mat-tieng"
SAID = (
    "Sáng ngày mười lăm tháng mười hai, từ bảy giờ ba mươi phút, tiêm chủng cho trẻ em tại trạm y"
    " tế xã."
)
ALIKE = 0.7  # measured: the speech itself 0.97 at any level, another one of that voice up to 0.54
COMMANDED_DB = 12.0
NIGHT_DROP_DB = 12.0  # from 82 dBA by day to 70
LEVEL_TOLERANCE_DB = 1.5
SILENT_DBFS = -80.0
EDGE_S = 1.5


@dataclass(frozen=True)
class VoiceStory:
    """What happened when.

    Args:
        studio: the folder of what was spoken.
        allowed_at: when policy began to allow the microphone.
        volume_at: begin of the tone that is turned down.
        turned_down_at: when the command was sent.
        night_at: when the night's cap began.
        is_told: was there an issue of the muted loudspeaker at the centre while it lasted?
    """

    studio: Path
    allowed_at: datetime
    volume_at: datetime
    turned_down_at: datetime
    night_at: datetime
    is_told: bool


@dataclass(frozen=True)
class Sound:
    """The capture, addressed by UTC."""

    wav: Path
    at: datetime

    def second(self, moment: datetime) -> float:
        """A moment in seconds of the capture."""
        return (moment - self.at).total_seconds()

    def level(self, since: datetime, from_s: float, until_s: float) -> float:
        """The level of a stretch, dBFS; seconds after a moment."""
        zero = self.second(since)
        return measure_dbfs(self.wav, zero + from_s, zero + until_s)

    def likeness(self, play: Mapping[str, Any], spoken: Path) -> float:
        """How well a speech is found in a play."""
        start, end = (self.second(datetime.fromisoformat(play[one])) for one in ("start", "end"))
        return match_speech(self.wav, start - 0.5, end + 0.5, spoken)


def assert_voices(
    plays: Sequence[dict[str, Any]],
    commands: Sequence[dict[str, Any]],
    wav: Path,
    wav_at: datetime,
    story: VoiceStory,
) -> list[Assertion]:
    """Compare what was spoken with journal and capture.

    Args:
        plays: the `play` parts of the collected records.
        commands: the `detail` parts of the collected commands.
        wav: the capture.
        wav_at: UTC of its first sample.
        story: what happened when.
    """
    sound = Sound(wav, wav_at)
    spans = [
        (wav_at + timedelta(seconds=first), wav_at + timedelta(seconds=last))
        for first, last in find_sounds(wav)
    ]
    return [
        _live(plays, sound, story),
        _relayed(plays, sound, story),
        _read_aloud(plays, sound, story),
        _proved(plays),
        _turned_down(commands, sound, story),
        _capped(plays, sound, story),
        _mic_refused(plays, commands, story),
        _mic_heard(plays, commands, sound, story),
        *_unheard(plays, sound, story),
        assert_nothing_else(plays, spans),
    ]


def _find(plays: Sequence[dict[str, Any]], member: str, value: str) -> dict[str, Any] | None:
    """The longest play of it: one that was interrupted has several."""
    found = [play for play in plays if play[member] == value and play["start"] is not None]
    return max(found, key=lambda play: int(play["duration_ms"]), default=None)


def _live(plays: Sequence[dict[str, Any]], sound: Sound, story: VoiceStory) -> Assertion:
    play = _find(plays, "title", MEETING)
    alike = 0.0 if play is None else sound.likeness(play, story.studio / "hop-dan.wav")
    return Assertion(
        play is not None and play["level"] == STREAM and alike > ALIKE,
        "lời nói trực tiếp đã ra loa, đúng lời đã nói",
        "the live voice came out of the loudspeaker, word for word",
        f"{alike:.2f}",
    )


def _relayed(plays: Sequence[dict[str, Any]], sound: Sound, story: VoiceStory) -> Assertion:
    play = _find(plays, "title", VOV)
    alike = 0.0 if play is None else sound.likeness(play, story.studio / "dai.wav")
    level, seconds = -120.0, 0.0
    if play is not None:
        seconds = play["duration_ms"] / 1000
        level = sound.level(datetime.fromisoformat(play["start"]), 1.0, seconds - 0.5)
    return Assertion(
        play is not None and play["level"] == STREAM and alike > ALIKE,
        "đài Icecast qua TLS được tiếp âm ra loa, đúng lời của đài",
        "the radio of an Icecast behind TLS came out of the loudspeaker, word for word",
        f"{alike:.2f}, {seconds:.1f} s, {level:.0f} dBFS",
    )


def _read_aloud(plays: Sequence[dict[str, Any]], sound: Sound, story: VoiceStory) -> Assertion:
    play = _find(plays, "entry", READ)
    alike = 0.0 if play is None else sound.likeness(play, story.studio / "doc.wav")
    words = [] if play is None else list((play.get("said") or {}).values())
    return Assertion(
        words == [SAID] and alike > ALIKE,
        "bản tin chữ được đọc lên; nhật ký ghi đúng lời đã đọc",
        "the text was read aloud; the journal has the words that were said",
        f"{alike:.2f}",
    )


def _proved(plays: Sequence[dict[str, Any]]) -> Assertion:
    """Whatever sounds is proved alike: a live voice, a text that is read, a file, a microphone."""
    kinds = (
        ("title", MEETING),
        ("title", VOV),
        ("entry", READ),
        ("entry", VOLUME),
        ("level", "local_voice"),
    )
    found = [_find(plays, *kind) for kind in kinds]
    return Assertion(
        all(play is not None and play["heard"] is True for play in found),
        "trạm tự nghe lại và chứng minh đã kêu: trực tiếp, tiếp âm, chữ đọc lên, tệp, micro",
        "the station heard each come back and proved it: live, relay, read aloud, file, microphone",
        ", ".join("–" if play is None else str(play["proof"]) for play in found),
    )


def _turned_down(commands: Sequence[dict[str, Any]], sound: Sound, story: VoiceStory) -> Assertion:
    before = sound.level(story.turned_down_at, -2.0, 0.0)
    after = sound.level(story.volume_at, 7.5, 9.5)
    is_done = any(one["do"] == "volume" and one["result"] == "done" for one in _signed(commands))
    return Assertion(
        is_done and abs(before - after - COMMANDED_DB) <= LEVEL_TOLERANCE_DB,
        "lệnh giảm 12 dB đã làm, giữa lúc đang phát",
        "the command of 12 dB less was carried out while it played",
        f"{before:.1f} → {after:.1f} dBFS",
    )


def _signed(commands: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in commands if one.get("doc_id")]


def _capped(plays: Sequence[dict[str, Any]], sound: Sound, story: VoiceStory) -> Assertion:
    play = _find(plays, "entry", NIGHT)
    by_day = sound.level(story.night_at, -6.0, -EDGE_S)
    by_night = sound.level(story.night_at, 3.0, 6.5)
    figures = None if play is None else (play.get("gain_db"), play.get("gain_end_db"))
    return Assertion(
        figures == (-12.0, -24.0) and abs(by_day - by_night - NIGHT_DROP_DB) <= LEVEL_TOLERANCE_DB,
        "cùng một mục, mức trần ban đêm làm nhỏ đi đúng như nhật ký ghi",
        "the same item: the night's cap lowers it as the journal says",
        f"{by_day:.1f} → {by_night:.1f} dBFS",
    )


def _presses(commands: Sequence[dict[str, Any]], result: str) -> list[dict[str, Any]]:
    return [one for one in commands if one.get("input") and one["result"] == result]


def _mic_refused(
    plays: Sequence[dict[str, Any]], commands: Sequence[dict[str, Any]], story: VoiceStory
) -> Assertion:
    early = [
        play
        for play in plays
        if play["level"] == "local_voice"
        and play["start"]
        and datetime.fromisoformat(play["start"]) < story.allowed_at
    ]
    rules = [one.get("rule") for one in commands if one["result"] == "refused"]
    return Assertion(
        not early and "mic: false" in rules,
        "chính sách chưa cho thì bấm nút micro không có tiếng, và có ghi lại",
        "before policy allowed it the microphone's key was refused, on record",
        ", ".join(str(rule) for rule in rules),
    )


def _mic_heard(
    plays: Sequence[dict[str, Any]],
    commands: Sequence[dict[str, Any]],
    sound: Sound,
    story: VoiceStory,
) -> Assertion:
    play = _find(plays, "level", "local_voice")
    alike = 0.0 if play is None else sound.likeness(play, story.studio / "tai-tram.wav")
    return Assertion(
        bool(_presses(commands, "done")) and alike > ALIKE,
        "người nói bằng micro ở trạm được nghe thấy, nhật ký ghi ai mở",
        "who spoke into the station's microphone was heard; the journal names the key",
        f"{alike:.2f}",
    )


def _unheard(plays: Sequence[dict[str, Any]], sound: Sound, story: VoiceStory) -> list[Assertion]:
    play = _find(plays, "entry", UNHEARD)
    level = 0.0
    if play is not None:
        start = datetime.fromisoformat(play["start"])
        level = sound.level(start, 0.0, play["duration_ms"] / 1000)
    return [
        Assertion(
            play is not None
            and outcome_of(play) == "full"
            and play["heard"] is False
            and level < SILENT_DBFS,
            "loa bị ngắt: đã phát nhưng không nghe thấy",
            "a muted loudspeaker: played but not heard",
            f"{level:.0f} dBFS",
        ),
        Assertion(
            story.is_told,
            "trung tâm biết ngay trong lúc đang phát",
            "the centre knew while it still played",
        ),
    ]
