"""How soon an emergency is seen on a wall, and gone after its cancel, in a whole station.

`python tests/bench/bench_board_alarm.py [--only name]`, about a minute and a half. Two faces of
800 x 400 hang on a pixel network; what comes there is read on the wire, never asked of the agent:
- board_text_first_frame: from handing the message with two signatures to the broker's client, so
  with both ways of the network and both verifications, to the last datagram of the first picture
  with the emergency's text, which both faces show. A notice is on them before, and sound is too.
- cancel_to_clear: from handing over the cancel to the last datagram of the picture without it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.contract.document import Body, EmergencyBody, Entry, EntryStart, Playlist, TextBody, When
from agent.contract.local_time import LOCAL
from agent.contract.scene import Element, Scene
from agent.contract.topic import build_group_topic
from central.documents.sign import encode_document, read_document
from central.publication.document_outbox import keep
from central.testbed.stations import GROUP
from central.testbed.testbed import until
from tests.harness.measured_box import Box, box
from tests.harness.pixel_wall import PixelWall, ShownPixel

NAMES = ("board_text_first_frame_p95_ms", "cancel_to_clear_p95_ms")
TARGET = "300"
RUNS = 20
SEEN_S = 1.5
NOTICE_MS = 600_000
NOTICE_COLOUR = (0, 64, 0)
BOARD = """\
  - name: bang
    board: {{profile: generic-ddp, path: "ADDRESS"}}
    faces:
      - {{name: mat-truoc, width_px: 800, height_px: 400}}
      - {{name: mat-sau, width_px: 800, height_px: 400, y_px: 400}}
"""
NOTICE = "Nước sạch cho mọi nhà: mời bà con đến nhà văn hóa ấp lúc 19 giờ."
ALARM = "Vỡ đê. Di dời khỏi ven sông ngay, đến trường tiểu học xã."


def build_notice(on: Box) -> bytes:
    """What the faces show before: an entry that has just begun."""
    began = datetime.now(UTC).astimezone(LOCAL)
    days = [f"{began + timedelta(days=n):%Y-%m-%d}" for n in (-1, 1)]
    when = When([f"{began:%H:%M:%S}"], list(range(1, 8)), *days)
    colour = "#{:02x}{:02x}{:02x}".format(*NOTICE_COLOUR)
    text = Element("text", [0, 0, 1000, 1000], text=NOTICE, lang="vi", background=colour)
    entry = Entry(
        id="e1",
        title="Nước sạch",
        lang="vi",
        zones=["*"],
        when=when,
        start=EntryStart("at"),
        body=Body(scene=Scene([text], NOTICE_MS)),
    )
    document = Playlist(**on.header("playlist", slot="day"), media=[], entries=[entry])
    return on.testbed.sign(encode_document(document), "playlist", document.issuer)


async def send(on: Box, envelope: bytes) -> float:
    """Hand a document to the broker's client; returns when."""
    document = read_document(envelope)
    topic = build_group_topic(GROUP, document.kind, document.slot)
    parcel = keep(on.testbed.database, topic, envelope)
    moment = time.monotonic()
    await on.testbed.collector.send(parcel.topic, parcel.envelope, retain=parcel.retain)
    return moment


async def measure(on: Box, wall: PixelWall) -> tuple[list[float], list[float]]:
    """One emergency a run, each cancelled; the first only warms up. Milliseconds."""
    await on.fetch()
    await on.testbed.publish(build_notice(on))
    await until(lambda: wall.find(0.0, NOTICE_COLOUR, is_it=True) is not None, "the notice")
    first_ms, clear_ms = [], []
    for _ in range(RUNS + 1):
        await asyncio.sleep(SEEN_S + random.random() * 0.5)  # noqa: S311 - a phase, no secret
        alarm = on.alarm_of(EmergencyBody("vi", [on.tone.sha256], TextBody(show=ALARM)), [on.tone])
        first_ms.append(await _find_delay_ms(wall, await send(on, alarm), is_notice=False))
        await asyncio.sleep(SEEN_S)
        cancel = on.all_clear(alarm)
        clear_ms.append(await _find_delay_ms(wall, await send(on, cancel), is_notice=True))
    return first_ms[1:], clear_ms[1:]


async def _find_delay_ms(wall: PixelWall, moment: float, *, is_notice: bool) -> float:
    """From a moment to the first picture that is the notice, or is not."""

    def find() -> ShownPixel | None:
        return wall.find(moment, NOTICE_COLOUR, is_it=is_notice)

    await until(lambda: find() is not None, "a picture")
    found = find()
    return (found.mono_s - moment) * 1000 if found is not None else float("nan")


async def run() -> None:
    """Print the figures."""
    wall = PixelWall()
    wall.start()
    try:
        async with box(BOARD.replace("ADDRESS", wall.address)) as on:
            found = await measure(on, wall)
    finally:
        wall.close()
    for name, values in zip(NAMES, found, strict=True):
        value = float(np.percentile(values, 95))
        print(f"BENCH name={name} value={value:.1f} unit=ms target={TARGET}", flush=True)
        middle, most = float(np.median(values)), max(values)
        print(f"# {name}: {len(values)} runs, median {middle:.1f}, max {most:.1f}", flush=True)


def main(argv: list[str]) -> int:
    """Run, unless `--only` names others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only = {name for name in parser.parse_args(argv).only.split(",") if name}
    if not only or only & set(NAMES):
        asyncio.run(run())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
