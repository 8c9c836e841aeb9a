"""A whole chain whose stations run under an interpreter that is given: one of another release.

    python -m tests.harness.mixed_chain FOLDER PYTHON

Ends with a line of JSON that says what the centre has learnt, or with an error.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from agent.contract.local_time import LOCAL
from central.documents.schedule_compiler import compile_schedule
from central.store.records import list_plays, list_refusals
from central.testbed.sample_documents import station_config
from central.testbed.testbed import Testbed, start_testbed, until

SOON = timedelta(seconds=10)
SCHEDULE = """\
slot: tuan
to: ["{place}"]
from: {day}
until: {day}
items:
  - {{title: Nước sạch, at: "{at}", for: 2s, show: {{text: Nước sạch}}}}
"""


async def run_chain(folder: Path, python: str) -> dict[str, Any]:
    """Config, schedule, a play, its record at the centre.

    Raises:
        RuntimeError: something of it did not come.
    """
    async with contextlib.AsyncExitStack() as stack:
        testbed = await stack.enter_async_context(start_testbed(folder, python))
        for station in testbed.stations.values():
            stack.push_async_callback(station.stop)
        try:
            return await _tell(testbed)
        except RuntimeError as error:
            logs = "".join(station.log_tail() for station in testbed.stations.values())
            raise RuntimeError(f"{error}\n{logs}") from error


async def _tell(testbed: Testbed) -> dict[str, Any]:
    database = testbed.database
    for name, station in testbed.stations.items():
        await station.start()
        payload = station_config(name, datetime.now(UTC), testbed.media.address)
        await testbed.publish(testbed.sign(payload, "station-config", "vn.84"), station=name)
    for name in testbed.stations:
        await until(partial(database.has_accepted, name, "station-config"), f"config of {name}")
    await testbed.publish(await asyncio.to_thread(_compile, testbed))
    for name in testbed.stations:
        await until(partial(database.has_accepted, name, "playlist"), f"playlist of {name}")
    await until(lambda: any(play["result"] == "full" for play in list_plays(database)), "a play")
    hellos = database.hellos()
    return {
        "agents": [hellos[name]["agent"] for name in testbed.stations],
        "features": [hellos[name].get("features", []) for name in testbed.stations],
        "plays": [[play["title"], play["result"]] for play in list_plays(database)],
        "refusals": [row for row in list_refusals(database) if row["code"] != "E_STALE"],
    }


def _compile(testbed: Testbed) -> bytes:
    at = datetime.now(LOCAL) + SOON
    source = testbed.folder / "lich.yaml"
    source.write_text(
        SCHEDULE.format(place="84/29266/*", day=at.date(), at=f"{at:%H:%M:%S}"), encoding="utf-8"
    )
    payload = compile_schedule(
        source, issuer="vn.84.29266", seq=1, epoch=1, now=datetime.now(UTC),
        media_dir=testbed.folder / "media", media_base_url=testbed.media.base_url,
    )  # fmt: skip
    return testbed.sign(payload, "playlist", "vn.84.29266")


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run_chain(Path(sys.argv[1]), sys.argv[2])), ensure_ascii=False))
