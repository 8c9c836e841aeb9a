"""Commission a machine: the centre's files, the settings, and the steps of the installer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from central.testbed.certificates import make_demo_ca
from tests.guest.machine import Machine

STATION = "tv-cl-0021"
UNIT = "tramtin.service"
STATE = "/var/lib/tramtin"
ETC = "/etc/tramtin"
PYTHON = "/opt/tramtin/bin/python"
# A notice board of picture files, and a broker that is not there: no device, no network.
SETTINGS = f"""\
station: {STATION}
broker: {{host: 127.0.0.1, port: 1, ca: {ETC}/broker-ca.pem, cert: {ETC}/device.pem,
  key: {ETC}/device.key}}
root: {ETC}/root.json
state: {STATE}
outputs:
  - name: bang-tin
    board: {{profile: png, path: {STATE}/board}}
    faces: [{{name: mat-truoc, width_px: 64, height_px: 32}}]
"""


def commission(machine: Machine, folder: Path) -> None:
    """Copy the centre's files and the settings, check them, enable and start the service."""
    ca = make_demo_ca(folder / "ca")
    identity = ca.issue_device(STATION)
    machine.write(f"{ETC}/station.yaml", SETTINGS.encode())
    machine.write(f"{ETC}/root.json", make_root(folder).read_bytes())
    machine.write(f"{ETC}/broker-ca.pem", ca.ca.read_bytes())
    machine.write(f"{ETC}/device.pem", identity.cert.read_bytes())
    machine.write(f"{ETC}/device.key", identity.key.read_bytes(), mode="600")
    machine.run("tramtin check")
    machine.run(f"systemctl enable --now {UNIT}")


def make_root(folder: Path) -> Path:
    """The root of a ceremony with one holder a role; a demonstration's would be refused."""
    for name in ("root", "targets", "snapshot", "timestamp"):
        _central("keys", "new", folder / f"{name}.pem", "--passphrase", "")
    tree = folder / "authority"
    _central(
        "authority", "init", tree, "--root-threshold", 1, "--targets-threshold", 1,
        "--root", f"An={folder}/root.pub", "--targets", f"Dung={folder}/targets.pub",
        "--timestamp", folder / "timestamp.pub", "--snapshot", folder / "snapshot.pub",
    )  # fmt: skip
    for name in ("root", "targets"):
        _central("authority", "sign", tree, "--yes", "--key", folder / f"{name}.pem")
    _central(
        "authority", "publish", tree, "--db", folder / "central.db",
        "--snapshot-key", folder / "snapshot.pem", "--timestamp-key", folder / "timestamp.pem",
    )  # fmt: skip
    return tree / "metadata" / "1.root.json"


def _central(*arguments: object) -> None:
    subprocess.run(
        [sys.executable, "-m", "central", *map(str, arguments)], check=True, stdout=subprocess.PIPE
    )


def show_unit(machine: Machine) -> dict[str, str]:
    """What systemd knows of the service, by property (org.freedesktop.systemd1(5))."""
    lines = machine.run(f"systemctl show {UNIT}").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def is_active(machine: Machine) -> bool:
    """Has READY=1 been received? (systemd.service(5), `Type=notify`)"""
    return machine.run(f"systemctl is-active {UNIT}", check=False).strip() == "active"


def list_processes(box: Machine, pattern: str) -> list[str]:
    """Those whose command line has the pattern, which must not match itself."""
    found = box.run(f"grep -la '{pattern}' /proc/[0-9]*/cmdline 2>/dev/null", check=False)
    return [line.split("/")[2] for line in found.split()]


def kill_all(box: Machine, pattern: str) -> None:
    for process in list_processes(box, pattern):
        box.run(f"kill -KILL {process}", check=False)


def list_faults(box: Machine, kind: str = "engine_lost") -> list[tuple[str, str]]:
    """Subject and state of every record of such an issue, in order."""
    source = Path(__file__).with_name("journal_reader.py").read_bytes()
    state = json.loads(box.run(f"{PYTHON} - {STATE}", stdin=source))
    records = [json.loads(raw) for _, raw, _ in state["records"]]
    faults = [one["detail"] for one in records if one["kind"] == "fault"]
    return [(one["subject"], one["state"]) for one in faults if one["what"] == kind]
