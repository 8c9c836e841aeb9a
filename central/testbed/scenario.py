"""The demonstration in order: start the test bed, publish, attack, warn, compare."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from agent.clock import mono_s
from agent.contract.document import Emergency
from central.documents.command_order import draft_command
from central.documents.emergency_order import OrderParams
from central.documents.media import store_medium
from central.documents.schedule_compiler import compile_schedule
from central.documents.sign import read_document
from central.store.records import list_commands, list_plays, list_refusals
from central.testbed.assertions import CLINIC, Assertion, Expectation, assert_all, outcome_of
from central.testbed.attacks import Attack, build_attacks
from central.testbed.broker import find_free_port
from central.testbed.listen import play_aloud
from central.testbed.live_view import View
from central.testbed.pulseaudio import Recording
from central.testbed.sample_documents import (
    Plan,
    emergency,
    plan_from,
    station_config,
    text_emergency,
    write_schedule,
)
from central.testbed.sample_media import make_media
from central.testbed.stations import BOARD_STATION, COMMUNE_STATION, SINK
from central.testbed.testbed import Testbed, end, start_testbed, until

MARK = ".tramtin-demo"
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# The plan begins when two versions of it are signed, and one is accepted: four times as long as it
# takes to compile one, and a while for the stations.
LEAD_S, VERSIONS = 4.0, 4.0

Judge = Callable[[Recording], list[Assertion]]


@dataclass(frozen=True)
class ScenarioPart:
    """A part of the demonstration.

    Args:
        stations: that it starts.
        prepare: changes their settings before that.
        tell: runs it; returns what judges the capture once every record has arrived.
        equip: what stands around the stations as long as they run.
    """

    stations: tuple[str, ...]
    prepare: Callable[[Testbed], None]
    tell: Callable[[Testbed], Awaitable[Judge]]
    equip: Callable[[Testbed], contextlib.AbstractAsyncContextManager[None]] = lambda _scene: (
        contextlib.nullcontext()
    )


async def _until_moment(at: datetime) -> None:
    await asyncio.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))


async def _start_stations(scene: Testbed) -> None:
    now = datetime.now(UTC)
    for name, station in scene.stations.items():
        await station.start()
        config = scene.sign(
            station_config(name, now, scene.media.address), "station-config", "vn.84"
        )
        await scene.publish(config, station=name)
    for name in scene.stations:
        await until(partial(scene.database.has_accepted, name, "station-config"), name)


def _compile(scene: Testbed, schedule: Path, seq: int) -> bytes:
    payload = compile_schedule(
        schedule,
        issuer="vn.84.29266",
        seq=seq,
        epoch=1,
        now=datetime.now(UTC),
        media_dir=scene.folder / "media",
        media_base_url=scene.media.base_url,
        editor="Nguyễn Thị Lan (demo)",
        approver="Trần Văn Bình (demo)",
    )
    return scene.sign(payload, "playlist", "vn.84.29266")


async def _publish_schedule(scene: Testbed) -> tuple[Plan, bytes]:
    """A first version, then the corrected one; the first is kept for the replay."""
    work = scene.folder / "studio"
    await asyncio.to_thread(make_media, work)
    schedule = work / "schedule.yaml"
    begun_s = mono_s()
    write_schedule(schedule, plan_from(datetime.now(UTC) + timedelta(hours=1)))
    await asyncio.to_thread(_compile, scene, schedule, 1)  # to know how long it takes here
    lead_s = LEAD_S + VERSIONS * (mono_s() - begun_s)
    plan = plan_from(datetime.now(UTC) + timedelta(seconds=lead_s))
    write_schedule(schedule, plan, bulletin_title="Bản tin nháp")
    first = await asyncio.to_thread(_compile, scene, schedule, 1)
    await scene.publish(first)
    for name in scene.stations:
        await until(partial(scene.database.has_accepted, name, "playlist"), name)
    write_schedule(schedule, plan)
    await scene.publish(await asyncio.to_thread(_compile, scene, schedule, 2))
    return plan, first


async def _attack(scene: Testbed, attacks: list[Attack]) -> None:
    """Send to the stations as an attacker who controls the broker would."""
    for attack in attacks:
        scene.say(f"Kẻ tấn công: {attack.what_vi}", f"Attack: {attack.what_en}")
        await scene.collector.send(attack.topic, attack.envelope, retain=False)
        await asyncio.sleep(1.4)


async def _alarm(scene: Testbed, payload: bytes, station: str | None = None) -> str:
    """Sign an emergency by two and publish it; its event."""
    alarm = scene.sign(payload, "emergency", "vn.84.em")
    await scene.publish(alarm, station=station)
    document = read_document(alarm)
    assert isinstance(document, Emergency)  # noqa: S101 - just signed
    return document.event_id


async def _mute_clinic(scene: Testbed) -> None:
    """Order that the loudspeaker at the clinic stays off for an hour, but for emergencies."""
    now = datetime.now(UTC)
    order = OrderParams("vn.84", ["84/29266/*"], now, timedelta(minutes=10), seq=1)
    payload = draft_command(order, "mute", [CLINIC], until_at=now + timedelta(hours=1))
    command = scene.sign(payload, "command", "vn.84")
    await scene.publish(command, station=COMMUNE_STATION)
    scene.say(
        "Lệnh đã ký: loa ở trạm y tế tắt tiếng một giờ, trừ tin khẩn",
        "A signed command: the clinic's loudspeaker is off for an hour but for emergencies",
    )


async def _tell(scene: Testbed) -> Judge:
    scene.say("Hai trạm đang khởi động", "Two stations start")
    await _start_stations(scene)
    scene.say("Đã có giờ và cấu hình có chữ ký", "Signed time and station-config are in")
    plan, first = await _publish_schedule(scene)
    scene.say("Lịch phát đã ký và gửi", "The signed playlist is out")
    voice = store_medium(
        scene.folder / "studio" / "khan-cap.mp3", scene.folder / "media", scene.media.base_url
    )
    await _mute_clinic(scene)
    attacks = build_attacks(scene, first, voice)
    await _until_moment(plan.bulletin)
    await _attack(scene, attacks)
    await _until_moment(plan.emergency)
    scene.say("KHẨN CẤP: hai người đã ký", "EMERGENCY: two people have signed")
    event = await _alarm(scene, emergency(datetime.now(UTC), voice))
    await _until_moment(plan.text_alarm)
    scene.say("KHẨN CẤP chỉ có chữ, không ghi âm", "EMERGENCY of text only, nothing recorded")
    unspoken = await _alarm(scene, text_emergency(datetime.now(UTC)), COMMUNE_STATION)
    await _until_moment(plan.end)
    with contextlib.suppress(RuntimeError):  # the verdict reports what has not come
        await until(lambda: _have_ended(scene, {event, unspoken}), "the alarms at the centre")
    return partial(_judge, scene, _expect((event, unspoken), attacks))


def _have_ended(scene: Testbed, events: set[str]) -> bool:
    """Return whether the sound station reported the end of each; a busy machine begins late."""
    plays = (play for play in list_plays(scene.database) if play["output"] == SINK)
    return events <= {play["entry"] for play in plays if outcome_of(play) == "full"}


async def _drain(scene: Testbed, stations: tuple[str, ...]) -> None:
    """Wait until everything that the stations wrote has arrived."""
    for name in stations:
        await until(
            partial(scene.database.is_drained, name),
            f"records of {name}",
        )


def _expect(events: tuple[str, str], attacks: list[Attack]) -> Expectation:
    event, unspoken = events
    alarms = [(event, "full"), (unspoken, "full")]
    return Expectation(
        heard=[("e1", "full"), ("e2", "cut"), ("e2", "full"), ("e3", "full"), *alarms],
        seen=["e4", event],
        unspoken=unspoken,
        refused=[attack.code for attack in attacks],
    )


def _judge(scene: Testbed, expected: Expectation, recording: Recording) -> list[Assertion]:
    return assert_all(
        list_plays(scene.database),
        list_refusals(scene.database),
        list_commands(scene.database),
        recording.path,
        recording.first_sample_at,
        scene.folder / BOARD_STATION / "board",
        expected,
    )


CHAIN = ScenarioPart((COMMUNE_STATION, BOARD_STATION), lambda _scene: None, _tell)


def _name_pages(scene: Testbed, stations: tuple[str, ...]) -> dict[str, str]:
    """Each station's page on a port of its own: two agents on one machine must not meet."""
    pages = {name: scene.stations[name].name_page(find_free_port()) for name in stations}
    for name, address in pages.items():
        scene.say(f"Trang của {name}: {address}", f"The page of {name}: {address}")
    return pages


async def run_scenario(
    folder: Path, view: View, part: ScenarioPart, *, stay: bool, listen: bool
) -> list[Assertion]:
    """Run a part of the demonstration in an empty folder; return the assertions."""
    async with start_testbed(folder) as scene, contextlib.AsyncExitStack() as stack:
        scene.say = view.say
        await stack.enter_async_context(part.equip(scene))
        part.prepare(scene)
        pages = _name_pages(scene, part.stations) if stay else {}
        if listen:
            await stack.enter_async_context(play_aloud(scene.room, SINK, view.say))
        capture = await scene.room.capture(SINK, folder)
        stack.push_async_callback(end, asyncio.create_task(view.follow(scene), name="view"))
        try:
            judge = await part.tell(scene)
            await _drain(scene, part.stations)
            if not stay:
                for station in scene.stations.values():
                    await station.stop()
            recording = await scene.room.finish(capture)
            findings = await asyncio.to_thread(judge, recording)
            view.show_verdict(findings, folder)
            view.show_pages(pages)
            if stay:
                await asyncio.Event().wait()
        finally:
            for station in scene.stations.values():
                await station.stop()
    return findings


async def _cancelled_by_signals(story: Coroutine[Any, Any, list[Assertion]]) -> list[Assertion]:
    """Let SIGTERM and a closed terminal end it as Ctrl-C does: its processes end too.

    Raises:
        KeyboardInterrupt: it was terminated.
    """
    task = asyncio.create_task(story, name="story")
    told = False

    def cancel_story() -> None:
        nonlocal told
        if not told:  # a second signal must not interrupt the cleanup
            told = True
            task.cancel()

    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, cancel_story)
    try:
        return await task
    except asyncio.CancelledError:
        if not told:
            raise
        raise KeyboardInterrupt from None
    finally:
        for number in ENDING:
            loop.remove_signal_handler(number)


def main(
    *, part: ScenarioPart = CHAIN, stay: bool = False, listen: bool = False, out: Path | None = None
) -> int:
    """Run it. Exit code 0 only if everything was heard, seen and refused as expected."""
    folder = out or Path(tempfile.mkdtemp(prefix="tramtin-demo-"))
    if out is not None and out.exists():
        if not (out / MARK).exists():
            print(f"demo: {out} exists and is not of an earlier demo", file=sys.stderr)
            return 2
        shutil.rmtree(out)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    view = View()
    try:
        story = run_scenario(folder.absolute(), view, part, stay=stay, listen=listen)
        findings = asyncio.run(_cancelled_by_signals(story))
    except KeyboardInterrupt:
        return 0 if stay else 130
    except RuntimeError as error:
        print(f"demo: {error}; logs: {folder}", file=sys.stderr)
        return 1
    return 0 if all(finding.is_good for finding in findings) else 1
