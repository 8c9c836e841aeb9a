"""The installed unit under systemd as pid 1: boot, READY, watchdog, user and rights."""

from __future__ import annotations

import pytest

from tests.guest.machine import Machine, wait_until
from tests.guest.station import UNIT, is_active, show_unit

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
WATCHDOG_S = 30  # systemd/tramtin.service


def test_the_box_boots_to_multi_user_without_a_failed_unit(box: Machine) -> None:
    wait_until(lambda: box.run("systemctl is-system-running", check=False) != "starting\n", "boot")
    assert box.run("cat /proc/1/comm").strip() == "systemd"
    assert box.run("systemctl is-active multi-user.target").strip() == "active"
    assert box.run("systemctl list-units --failed --no-legend --plain") == ""
    assert box.run("systemctl is-enabled " + UNIT).strip() == "enabled"


def test_systemd_receives_ready_and_the_watchdog_signal(box: Machine) -> None:
    unit = show_unit(box)
    assert unit["Type"] == "notify"
    assert (unit["ActiveState"], unit["SubState"]) == ("active", "running")
    assert unit["WatchdogUSec"] == f"{WATCHDOG_S}s"
    assert unit["User"] == "tramtin"
    # A unit of Type=notify is active from READY=1 on, some time after its process has started.
    assert int(unit["ActiveEnterTimestampMonotonic"]) > int(unit["ExecMainStartTimestampMonotonic"])
    received_at = unit["WatchdogTimestampMonotonic"]
    wait_until(lambda: show_unit(box)["WatchdogTimestampMonotonic"] != received_at, "WATCHDOG=1")


def test_the_agent_has_no_capability_and_root_alone_owns_its_key(box: Machine) -> None:
    pid = show_unit(box)["MainPID"]
    assert box.run(f"stat -c %U /proc/{pid}").strip() == "tramtin"
    assert "CapEff:\t0000000000000000\n" in box.run(f"cat /proc/{pid}/status")
    assert box.run("stat -c %U:%a /var/lib/tramtin /etc/tramtin/device.key").split() == [
        "tramtin:750", "root:600",
    ]  # fmt: skip


def test_the_watchdog_kills_a_stopped_agent_and_systemd_restarts_it(box: Machine) -> None:
    before = show_unit(box)
    box.run(f"kill -STOP {before['MainPID']}")
    restarts = str(int(before["NRestarts"]) + 1)
    wait_until(lambda: show_unit(box)["NRestarts"] == restarts, "a restart", 4 * WATCHDOG_S)
    wait_until(lambda: is_active(box), "READY of the new agent")
    assert show_unit(box)["MainPID"] != before["MainPID"]
    log = box.run(f"journalctl --unit {UNIT} --no-pager --output cat")
    assert "Failed with result 'watchdog'" in log
    assert "Current thread" in log  # PYTHONFAULTHANDLER prints where it hung
