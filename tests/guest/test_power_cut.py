"""Power cuts: what was synced is there, what was not is lost, and the agent starts.

Each cut costs one emulated boot: 30 to 80 s. A state of 1,000 records is 5 MB, most of it
SQLite's log.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.guest.machine import Machine, wait_until
from tests.guest.station import STATE, STATION, UNIT, is_active

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
HERE = Path(__file__).parent
PYTHON = "/opt/tramtin/bin/python"
RECORDS = 1000  # synced before the power goes: SQLite has copied its log into the database once
WRITING_S = 400.0  # 30 s on two free cores
# Each write that is not synced gets as far as another place: `page` and `fresh` into the guest's
# page cache, `disk` past it into the disk's own memory. Ext4 flushes that every five seconds.
WRITE_UNSYNCED = """
set -e; cd /root; mount -o remount,commit=600 /
echo old >synced; echo old >page; dd if=/dev/zero of=disk bs=4096 count=1 status=none; sync
echo new >synced; sync synced
head -c 4096 /dev/urandom | dd of=disk iflag=fullblock oflag=direct conv=notrunc bs=4096 status=none
printf 'new\\n' | dd of=page conv=notrunc status=none
echo fresh >fresh
echo written
"""


def restart_after_cut(box: Machine) -> None:
    box.cut_power()
    box.start()
    wait_until(lambda: is_active(box), "READY after the cut")


def read_state(box: Machine) -> dict[str, Any]:
    source = (HERE / "journal_reader.py").read_bytes()
    state: dict[str, Any] = json.loads(box.run(f"{PYTHON} - {STATE}", stdin=source))
    return state


def assert_state_is_whole(state: dict[str, Any]) -> None:
    """SQLite finds no fault, no file was moved aside, and the hash chain has no gap."""
    assert state["verdict"] == "ok"
    assert not [name for name in state["files"] if ".broken-" in name]
    before = bytes(32)
    for number, (seq, raw, hash_) in enumerate(state["records"], start=1):
        assert (seq, json.loads(raw)["prev"]) == (number, before.hex())
        before = hashlib.sha256(before + raw.encode()).digest()
        assert hash_ == before.hex()
    boot = [json.loads(raw) for _, raw, _ in state["records"] if '"kind":"boot"' in raw][-1]
    assert boot["detail"]["database"] == "ok"


def test_a_cut_loses_what_was_not_synced_and_nothing_else(box: Machine) -> None:
    """The other tests of this module rely on it."""
    box.run(f"systemctl stop {UNIT}")  # the agent syncs
    box.spawn(WRITE_UNSYNCED)
    wait_until(lambda: "written" in box.read_output(), "the writes")
    assert box.run("cat /root/page /root/fresh").split() == ["new", "fresh"]
    restart_after_cut(box)
    assert box.run("cat /root/synced").strip() == "new"
    assert box.run("cat /root/page").strip() == "old"
    assert box.run("cat /root/fresh 2>/dev/null", check=False) == ""
    zeros = hashlib.sha256(bytes(4096)).hexdigest()
    assert box.run("sha256sum /root/disk").split()[0] == zeros


def test_no_synced_record_is_lost_by_a_power_cut_while_the_journal_is_written(
    box: Machine,
) -> None:
    box.run(f"systemctl stop {UNIT}")
    source = (HERE / "journal_writer.py").read_bytes()
    box.spawn(f"exec runuser -u tramtin -- {PYTHON} - {STATE} {STATION}", stdin=source)

    def read_records() -> list[list[str]]:
        return [line.split()[1:] for line in box.read_output() if line.startswith("record ")]

    wait_until(lambda: len(read_records()) >= RECORDS, f"{RECORDS} records", WRITING_S)
    restart_after_cut(box)
    state = read_state(box)
    assert_state_is_whole(state)
    kept = {seq: hash_ for seq, _, hash_ in state["records"]}
    synced = {int(seq): hash_ for seq, hash_ in read_records()}
    assert synced.items() <= kept.items()


def test_the_agent_starts_after_a_power_cut_while_it_runs(box: Machine) -> None:
    before = read_state(box)
    restart_after_cut(box)
    after = read_state(box)
    assert_state_is_whole(after)
    assert after["records"][: len(before["records"])] == before["records"]
    (boot,) = [
        json.loads(raw)
        for _, raw, _ in after["records"][len(before["records"]) :]
        if '"kind":"boot"' in raw
    ]
    assert boot["boot_id"] != json.loads(before["records"][-1][1])["boot_id"]
