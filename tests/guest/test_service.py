"""The real unit under the real systemd: READY, the watchdog's food, and its teeth."""

from __future__ import annotations

import pytest

from tests.guest.machine import Machine, wait_until
from tests.guest.station import UNIT, is_active, show_unit

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
WATCHDOG_S = 30  # systemd/tramtin.service


def test_the_box_boots_whole_with_the_agent_in_it(box: Machine) -> None:
    wait_until(lambda: box.run("systemctl is-system-running", check=False) != "starting\n", "boot")
    assert box.run("cat /proc/1/comm").strip() == "systemd"
    assert box.run("systemctl is-active multi-user.target").strip() == "active"
    assert box.run("systemctl list-units --failed --no-legend --plain") == ""
    assert box.run("systemctl is-enabled " + UNIT).strip() == "enabled"


def test_systemd_has_heard_ready_and_is_fed(box: Machine) -> None:
    unit = show_unit(box)
    assert unit["Type"] == "notify"
    assert (unit["ActiveState"], unit["SubState"]) == ("active", "running")
    assert unit["WatchdogUSec"] == f"{WATCHDOG_S}s"
    assert unit["User"] == "tramtin"
    # READY=1 comes some time after the process has begun; without it the unit were not active.
    assert int(unit["ActiveEnterTimestampMonotonic"]) > int(unit["ExecMainStartTimestampMonotonic"])
    fed_at = unit["WatchdogTimestampMonotonic"]
    wait_until(lambda: show_unit(box)["WatchdogTimestampMonotonic"] != fed_at, "food")


def test_the_agent_runs_without_rights_and_root_keeps_its_key(box: Machine) -> None:
    pid = show_unit(box)["MainPID"]
    assert box.run(f"stat -c %U /proc/{pid}").strip() == "tramtin"
    assert "CapEff:\t0000000000000000\n" in box.run(f"cat /proc/{pid}/status")
    assert box.run("stat -c %U:%a /var/lib/tramtin /etc/tramtin/device.key").split() == [
        "tramtin:750", "root:600",
    ]  # fmt: skip


def test_a_frozen_agent_is_ended_by_the_watchdog_and_started_again(box: Machine) -> None:
    before = show_unit(box)
    box.run(f"kill -STOP {before['MainPID']}")
    restarts = str(int(before["NRestarts"]) + 1)
    wait_until(lambda: show_unit(box)["NRestarts"] == restarts, "a restart", 4 * WATCHDOG_S)
    wait_until(lambda: is_active(box), "READY of the new agent")
    assert show_unit(box)["MainPID"] != before["MainPID"]
    log = box.run(f"journalctl --unit {UNIT} --no-pager --output cat")
    assert "Failed with result 'watchdog'" in log
    assert "Current thread" in log  # where it was stuck: PYTHONFAULTHANDLER
