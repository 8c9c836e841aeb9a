"""`make demo ONLY=voice`: what a station says that is no file on the clock, and how loud."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from agent.contract.station_policy import StationPolicy
from agent.errors import ConfigError
from central.documents.audio_tools import run_tool, speak
from central.documents.command_order import draft_command
from central.documents.emergency_order import OrderParams
from central.documents.schedule_compiler import compile_schedule
from central.store.records import list_commands, list_plays
from central.testbed.assertions import Assertion
from central.testbed.icecast import run_icecast
from central.testbed.pulseaudio import Recording, read_samples
from central.testbed.sample_documents import BULLETIN, station_config
from central.testbed.scenario import ScenarioPart
from central.testbed.stations import COMMUNE, COMMUNE_STATION, PROVINCE
from central.testbed.stations import MICROPHONE as MICROPHONE_SINK
from central.testbed.testbed import Testbed, until
from central.testbed.voice_assertions import (
    MEETING,
    NIGHT,
    READ,
    SAID,
    UNHEARD,
    VOLUME,
    VOV,
    VoiceStory,
    assert_voices,
)
from central.testbed.voice_commands import ROLE, relay_radio, speak_live
from central.testbed.voice_station import (
    KEY,
    equip_station,
    hold_key,
    mute_loudspeaker,
    policy_with_night,
    write_tone,
)
from central.testbed.voice_steps import (
    LIVE,
    MICROPHONE,
    NIGHT_HALF_S,
    RADIO,
    VOLUME_TONE_S,
    ZONE,
    Steps,
    arrange_steps,
    write_playlist,
)

SPOKEN_AT_BOX = "A lô, trưởng ấp đây. Mời bà con ra sửa bờ bao ngay bây giờ."
LIVE_WORDS = "Kính thưa bà con. Chủ tịch xã đang nói trực tiếp. Tối nay họp dân tại nhà văn hoá."
RADIO_WORDS = "Đây là Đài Tiếng nói Việt Nam, phát thanh từ Hà Nội."
EDGE_SPEED = "100"  # espeak-ng's, for 180 syllables a minute: what a box says by itself
POLLED_S = 0.6  # between two changes of a key the box must have seen it
DROP_DB = -12


def _make_sounds(studio: Path) -> None:
    studio.mkdir()
    speak(LIVE_WORDS, studio / "hop-dan.wav")
    speak(RADIO_WORDS, studio / "dai.wav")
    speak(SPOKEN_AT_BOX, studio / "tai-tram.wav")
    speak(" ".join([BULLETIN] * 3), studio / "thong-bao.wav")
    read = ["espeak-ng", "-v", "vi", "-s", EDGE_SPEED, "-w", str(studio / "doc.wav"), "--stdin"]
    run_tool(read, text=SAID)
    write_tone(studio / "chuan-ngan.wav", 997, VOLUME_TONE_S, -30)
    write_tone(studio / "chuan.wav", 997, 2 * NIGHT_HALF_S, -30)


async def _configure(scene: Testbed, seq: int, policy: StationPolicy | None) -> None:
    host = scene.media.address
    payload = station_config(COMMUNE_STATION, datetime.now(UTC), host, seq, policy)
    envelope = scene.sign(payload, "station-config", f"vn.{PROVINCE}")
    await scene.publish(envelope, station=COMMUNE_STATION)


async def _publish_playlist(scene: Testbed, steps: Steps) -> None:
    studio = scene.folder / "studio"
    write_playlist(studio / "lich.yaml", steps)
    payload = await asyncio.to_thread(
        compile_schedule, studio / "lich.yaml", issuer=ROLE, seq=1, epoch=1,
        now=datetime.now(UTC), media_dir=scene.folder / "media",
        media_base_url=scene.media.base_url, editor="Nguyễn Thị Lan (demo)",
        approver="Trần Văn Bình (demo)",
    )  # fmt: skip
    await scene.publish(scene.sign(payload, "playlist", ROLE), station=COMMUNE_STATION)
    scene.say("Lịch đã ký: chữ để đọc, tiếng chuẩn, thông báo", "A signed playlist: text and tones")


async def _speak_live(scene: Testbed) -> None:
    scene.say("Cán bộ nói trực tiếp", "An officer speaks live")
    await speak_live(scene, MEETING)
    await until(partial(_has_played, scene, "title", MEETING), "the live voice at the centre")


async def _relay(scene: Testbed) -> None:
    async with run_icecast(scene.ca) as icecast:
        await icecast.send_file(scene.folder / "studio" / "dai.wav")
        scene.say("Tiếp âm một đài Icecast qua TLS", "A relay of an Icecast behind TLS")
        await relay_radio(scene, icecast, VOV)
    await until(partial(_has_played, scene, "title", VOV), "the relay at the centre")


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
    speaking = await scene.room.speak(MICROPHONE_SINK, samples)
    await speaking.wait()
    await asyncio.sleep(POLLED_S)
    hold_key(scene, held=False)
    await until(partial(_has_played, scene, "level", "local_voice"), "the speech at the centre")


async def _turn_down(scene: Testbed, begin: datetime) -> datetime:
    """Command 12 dB less in the middle of a tone; the moment at which it was sent."""
    await _until_moment(begin + timedelta(seconds=4))
    now = datetime.now(UTC)
    order = OrderParams(
        f"vn.{PROVINCE}", [f"{PROVINCE}/{COMMUNE}/{COMMUNE_STATION}"], now,
        timedelta(minutes=10), seq=1,
    )  # fmt: skip
    ends_at = begin + timedelta(seconds=VOLUME_TONE_S)
    payload = draft_command(order, "volume", [ZONE], gain_db=DROP_DB, until_at=ends_at)
    command = scene.sign(payload, "command", f"vn.{PROVINCE}")
    await scene.publish(command, station=COMMUNE_STATION)
    scene.say("Lệnh đã ký: giảm 12 dB trong ít giây", "A signed command: 12 dB less for seconds")
    return now


async def _until_moment(at: datetime) -> None:
    await asyncio.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))


async def _lose_loudspeaker(scene: Testbed, begin: datetime) -> bool:
    """Mute behind the box while it plays; was it an issue at the centre meanwhile?"""
    await _until_moment(begin - timedelta(seconds=1))
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


async def _prepare(scene: Testbed) -> None:
    """Start the station; the microphone is not allowed yet."""
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
    await _press_unallowed(scene)


async def _tell(scene: Testbed) -> partial[list[Assertion]]:
    await _prepare(scene)
    allowed_at = datetime.now(UTC)
    steps = arrange_steps(allowed_at)
    await _configure(scene, 2, policy_with_night(steps.night, scene.media.address))
    await _publish_playlist(scene, steps)
    await until(partial(scene.database.has_accepted, COMMUNE_STATION, "playlist"), "the playlist")
    turned_down_at, is_told = allowed_at, False
    for step in steps.order:
        begin = steps.begins.get(step, steps.night)
        if step == VOLUME:
            turned_down_at = await _turn_down(scene, begin)
        elif step == UNHEARD:
            is_told = await _lose_loudspeaker(scene, begin)
        else:
            await _until_moment(begin)
            await ACTIONS[step](scene)
    story = VoiceStory(
        scene.folder / "studio", allowed_at, steps.begins[VOLUME], turned_down_at, steps.night,
        is_told,
    )  # fmt: skip
    await until(partial(_have_played, scene), "all plays at the centre")
    return partial(_judge, scene, story)


async def _begin_night(scene: Testbed) -> None:
    scene.say("Đến giờ đêm: mức trần thấp hơn", "The night begins: a lower cap")


async def _read(scene: Testbed) -> None:
    scene.say("Trạm tự đọc bản tin chữ", "The station reads a text aloud")


def _have_played(scene: Testbed) -> bool:
    """Has everything that is played by the clock ended?"""
    return all(_has_played(scene, "entry", one) for one in (READ, VOLUME, NIGHT, UNHEARD))


# what is done at the begin of a step
ACTIONS: dict[str, Callable[[Testbed], Awaitable[None]]] = {
    LIVE: _speak_live, MICROPHONE: _speak_at_box, RADIO: _relay, READ: _read, NIGHT: _begin_night,
}  # fmt: skip


def _judge(scene: Testbed, story: VoiceStory, recording: Recording) -> list[Assertion]:
    return assert_voices(
        list_plays(scene.database),
        list_commands(scene.database),
        recording.path,
        recording.first_sample_at,
        story,
    )


VOICE = ScenarioPart((COMMUNE_STATION,), equip_station, _tell)
