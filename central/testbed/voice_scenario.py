"""`make demo ONLY=voice`: what a station says that is no file on the clock, and how loud."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from agent.contract.document import StationPolicy
from agent.contract.local_time import LOCAL
from agent.errors import ConfigError
from central.documents.audio_tools import run_tool, speak
from central.documents.command_order import draft_command
from central.documents.emergency_order import OrderParams
from central.documents.schedule_compiler import compile_schedule
from central.store.records import list_commands, list_plays
from central.testbed.assertions import Assertion
from central.testbed.pulseaudio import Recording, read_samples
from central.testbed.sample_documents import BULLETIN, station_config
from central.testbed.scenario import Part
from central.testbed.stations import COMMUNE, COMMUNE_STATION, MICROPHONE, PROVINCE
from central.testbed.testbed import Testbed, until
from central.testbed.voice_assertions import (
    LIVE,
    MEETING,
    NIGHT,
    READ,
    SAID,
    UNHEARD,
    VOLUME,
    VoiceStory,
    assert_voices,
)
from central.testbed.voice_station import (
    KEY,
    equip_station,
    hold_key,
    mute_loudspeaker,
    policy_with_night,
    write_tone,
)

ROLE = f"vn.{PROVINCE}.{COMMUNE}"
WRITTEN = "Sáng 15/12, từ 7h30, tiêm chủng cho trẻ em tại trạm y tế xã."
SPOKEN_AT_BOX = "A lô, trưởng ấp đây. Mời bà con ra sửa bờ bao ngay bây giờ."
LIVE_WORDS = "Kính thưa bà con. Chủ tịch xã đang nói trực tiếp. Tối nay họp dân tại nhà văn hoá."
EDGE_SPEED = "100"  # espeak-ng's, for 180 syllables a minute: what a box says by itself
POLLED_S = 0.6  # between two changes of a key the box must have seen it
ZONE, CLINIC = "nga-ba", "tram-y-te"
DROP_DB = -12


@dataclass(frozen=True)
class Times:
    """When each item of the playlist begins, and the end of the volume command; UTC."""

    read: datetime
    volume: datetime
    night: datetime  # the full minute at which the night begins, in the middle of an item
    unheard: datetime


def times_from(start: datetime) -> Times:
    """Compute the times, in whole seconds."""
    first = start.replace(microsecond=0) + timedelta(seconds=1)
    ready = first + timedelta(seconds=39)
    night = ready.replace(second=0) + timedelta(minutes=1)
    return Times(first, first + timedelta(seconds=16), night, night + timedelta(seconds=10))


def _clock(at: datetime) -> str:
    return f"{at.astimezone(LOCAL):%H:%M:%S}"


def _write_schedule(path: Path, times: Times) -> None:
    day = times.read.astimezone(LOCAL).date()
    night = times.night - timedelta(seconds=8)
    path.write_text(
        f"""\
slot: tuan
class: routine
to: ["{PROVINCE}/{COMMUNE}/{COMMUNE_STATION}"]
from: {day - timedelta(days=1)}
until: {day + timedelta(days=2)}
items:
  - {{id: {READ}, title: Tin đọc, at: "{_clock(times.read)}", say: "{WRITTEN}", zones: [{ZONE}]}}
  - id: {VOLUME}
    title: Tiếng chuẩn, hạ âm lượng
    at: "{_clock(times.volume)}"
    play: [chuan-ngan.wav]
    zones: [{ZONE}]
  - id: {NIGHT}
    title: Tiếng chuẩn, ngày sang đêm
    at: "{_clock(night)}"
    play: [chuan.wav]
    zones: [{CLINIC}]
  - id: {UNHEARD}
    title: Loa bị ngắt
    at: "{_clock(times.unheard)}"
    play: [thong-bao.wav]
    zones: [{ZONE}]
"""
    )


def _make_sounds(studio: Path) -> None:
    studio.mkdir()
    speak(LIVE_WORDS, studio / "hop-dan.wav")
    speak(SPOKEN_AT_BOX, studio / "tai-tram.wav")
    speak(" ".join([BULLETIN] * 3), studio / "thong-bao.wav")
    read = ["espeak-ng", "-v", "vi", "-s", EDGE_SPEED, "-w", str(studio / "doc.wav"), "--stdin"]
    run_tool(read, text=SAID)
    write_tone(studio / "chuan-ngan.wav", 997, 10, -30)
    write_tone(studio / "chuan.wav", 997, 16, -30)


async def _configure(scene: Testbed, seq: int, policy: StationPolicy | None) -> None:
    host = scene.media.address
    payload = station_config(COMMUNE_STATION, datetime.now(UTC), host, seq, policy)
    envelope = scene.sign(payload, "station-config", f"vn.{PROVINCE}")
    await scene.publish(envelope, station=COMMUNE_STATION)


async def _publish_schedule(scene: Testbed, times: Times) -> None:
    studio = scene.folder / "studio"
    _write_schedule(studio / "lich.yaml", times)
    payload = await asyncio.to_thread(
        compile_schedule, studio / "lich.yaml", issuer=ROLE, seq=1, epoch=1,
        now=datetime.now(UTC), media_dir=scene.folder / "media",
        media_base_url=scene.media.base_url, editor="Nguyễn Thị Lan (demo)",
        approver="Trần Văn Bình (demo)",
    )  # fmt: skip
    await scene.publish(scene.sign(payload, "playlist", ROLE), station=COMMUNE_STATION)
    scene.say("Lịch đã ký: chữ để đọc, tiếng chuẩn, thông báo", "A signed playlist: text and tones")


async def _speak_live(scene: Testbed) -> None:
    """Run the officer's own command with a file of speech.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    scene.say("Cán bộ nói trực tiếp", "An officer speaks live")
    identity, archive = scene.ca.issue_live(), scene.folder / "voices"
    archive.mkdir()
    (key,) = scene.authority.keys[ROLE]
    argv = [
        *(sys.executable, "-m", "central", "live", "speak", scene.folder / "studio/hop-dan.wav"),
        *("--db", scene.folder / "central.db", "--broker", f"127.0.0.1:{scene.broker.port}"),
        *("--ca", scene.ca.ca, "--cert", identity.cert, "--cert-key", identity.key),
        *("--key", key, "--passphrase", "", "--issuer", ROLE, "--station", COMMUNE_STATION),
        *("--to", f"{PROVINCE}/{COMMUNE}/{COMMUNE_STATION}", "--zone", ZONE, "--title", MEETING),
        *("--archive", archive, "--yes", "--wait", "20"),
    ]
    process = await asyncio.create_subprocess_exec(
        *map(str, argv), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT, env={**os.environ, "TERM": "dumb"},
    )  # fmt: skip
    try:
        told, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    if process.returncode:
        raise RuntimeError(f"live speak: {told.decode(errors='replace')[-400:]}")
    await until(partial(_has_played, scene, "level", LIVE), "the live voice at the centre")


def _has_played(scene: Testbed, member: str, value: str) -> bool:
    return any(play[member] == value for play in list_plays(scene.database))


def _presses(scene: Testbed, result: str) -> int:
    found = (one for one in list_commands(scene.database) if one.get("by") == KEY)
    return sum(one["result"] == result for one in found)


async def _press_unallowed(scene: Testbed) -> None:
    scene.say("Bấm nút micro khi chính sách chưa cho", "The microphone's key before policy allows")
    hold_key(scene, held=True)
    await until(lambda: _presses(scene, "refused") > 0, "the refusal of the microphone")
    hold_key(scene, held=False)
    await asyncio.sleep(POLLED_S)


async def _speak_at_box(scene: Testbed) -> None:
    """Hold the key until the words have been said into the microphone, and release it."""
    scene.say("Chính sách mới đã cho: nói bằng micro ở trạm", "Now allowed: somebody speaks there")
    hold_key(scene, held=True)
    await until(lambda: _presses(scene, "done") > 0, "the microphone's opening")
    await asyncio.sleep(2.0)  # the chime
    samples = read_samples(scene.folder / "studio" / "tai-tram.wav").tobytes()
    speaking = await scene.room.speak(MICROPHONE, samples)
    await speaking.wait()
    await asyncio.sleep(POLLED_S)
    hold_key(scene, held=False)
    await until(partial(_has_played, scene, "level", "local_voice"), "the speech at the centre")


async def _turn_down(scene: Testbed, times: Times) -> datetime:
    """Command 12 dB less in the middle of a tone; the moment at which it was sent."""
    await _until_moment(times.volume + timedelta(seconds=4))
    now = datetime.now(UTC)
    order = OrderParams(
        f"vn.{PROVINCE}", [f"{PROVINCE}/{COMMUNE}/{COMMUNE_STATION}"], now,
        timedelta(minutes=10), seq=1,
    )  # fmt: skip
    ends_at = times.volume + timedelta(seconds=14)
    payload = draft_command(order, "volume", [ZONE], gain_db=DROP_DB, until_at=ends_at)
    command = scene.sign(payload, "command", f"vn.{PROVINCE}")
    await scene.publish(command, station=COMMUNE_STATION)
    scene.say("Lệnh đã ký: giảm 12 dB trong ít giây", "A signed command: 12 dB less for seconds")
    return now


async def _until_moment(at: datetime) -> None:
    await asyncio.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))


async def _lose_loudspeaker(scene: Testbed, times: Times) -> bool:
    """Mute behind the box while it plays; was it an issue at the centre meanwhile?"""
    await _until_moment(times.unheard - timedelta(seconds=1))
    scene.say("Loa bị ngắt phía sau hộp: hộp vẫn phát", "The loudspeaker is cut off behind the box")
    await mute_loudspeaker(scene.room, muted=True)
    is_told = False
    with contextlib.suppress(RuntimeError):  # the verdict reports what has not come
        await until(lambda: _has_issue(scene, "not_heard"), "the issue")
        is_told = True
        scene.say("Trung tâm thấy: đã phát nhưng không nghe thấy", "The centre sees: not heard")
    with contextlib.suppress(RuntimeError):
        await until(partial(_is_judged, scene, UNHEARD), "the proof of the silent play")
    await mute_loudspeaker(scene.room, muted=False)
    return is_told


def _has_issue(scene: Testbed, kind: str) -> bool:
    health = scene.database.health().get(COMMUNE_STATION)
    return any(one["kind"] == kind for one in (health or {"issues": []})["issues"])


def _is_judged(scene: Testbed, entry: str) -> bool:
    plays = (play for play in list_plays(scene.database) if play["entry"] == entry)
    return any(play["heard"] is not None for play in plays)


async def _tell(scene: Testbed) -> partial[list[Assertion]]:
    scene.say("Trạm khởi động", "The station starts")
    try:
        await asyncio.to_thread(_make_sounds, scene.folder / "studio")
    except ConfigError as error:
        raise RuntimeError(str(error)) from error
    await scene.stations[COMMUNE_STATION].start()
    await _configure(scene, 1, None)
    await until(
        partial(scene.database.has_accepted, COMMUNE_STATION, "station-config"), "the config"
    )
    await _speak_live(scene)
    await _press_unallowed(scene)
    allowed_at = datetime.now(UTC)
    speech_s = 20  # what somebody says at the box takes less
    times = times_from(datetime.now(UTC) + timedelta(seconds=speech_s))
    await _configure(scene, 2, policy_with_night(times.night, scene.media.address))
    await _publish_schedule(scene, times)
    await until(partial(scene.database.has_accepted, COMMUNE_STATION, "playlist"), "the playlist")
    await _speak_at_box(scene)
    turned_down_at = await _turn_down(scene, times)
    await _until_moment(times.night)
    scene.say("Đến giờ đêm: mức trần thấp hơn", "The night begins: a lower cap")
    is_told = await _lose_loudspeaker(scene, times)
    story = VoiceStory(
        scene.folder / "studio", allowed_at, times.volume, turned_down_at, times.night, is_told
    )
    return partial(_judge, scene, story)


def _judge(scene: Testbed, story: VoiceStory, recording: Recording) -> list[Assertion]:
    return assert_voices(
        list_plays(scene.database),
        list_commands(scene.database),
        recording.path,
        recording.first_sample_at,
        story,
    )


VOICE = Part((COMMUNE_STATION,), equip_station, _tell)
