"""What `make deb` is made of: lists, scripts, units and the takeover of what 0.1.0 installed."""

from __future__ import annotations

import configparser
import re
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "packaging"
DEBIAN = FOLDER / "debian"
SCRIPTS = sorted(
    path
    for path in (*FOLDER.iterdir(), *DEBIAN.iterdir())
    if path.is_file() and path.read_bytes().startswith(b"#!/bin/sh")
)
SUITES = {"bookworm": "3.11", "trixie": "3.13"}  # Debian's Python
PIN = re.compile(r"(?P<name>\S+)==(?P<version>\S+) --hash=sha256:[0-9a-f]{64}")


def read_lock(name: str) -> dict[str, str]:
    lines = (FOLDER / "locks" / f"{name}.txt").read_text(encoding="utf-8").splitlines()[1:]
    pins = [PIN.fullmatch(line) for line in lines]
    assert all(pins), f"{name}: a line without a version or hash"
    return {canonicalize_name(pin["name"]): pin["version"] for pin in pins if pin}


def list_requirements(*extras: str) -> list[Requirement]:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    texts = [settings["options"]["install_requires"]]
    texts += [settings["options.extras_require"][extra] for extra in extras]
    lines = "\n".join(texts).splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("arch", ["amd64", "arm64"])
@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize(
    ("package", "extras"), [("tramtin", ("box",)), ("tramtin-central", ("central", "token"))]
)
def test_a_list_has_what_setup_cfg_asks_for(
    package: str, extras: tuple[str, ...], suite: str, arch: str
) -> None:
    pinned = read_lock(f"{package}-{suite}-{arch}") | read_lock("sources")
    for wanted in list_requirements(*extras):
        if wanted.marker and not wanted.marker.evaluate({"python_version": SUITES[suite]}):
            continue
        version = pinned.get(canonicalize_name(wanted.name))
        assert version, f"{wanted.name} is not in the list: `make lock`"
        assert wanted.specifier.contains(version), f"{wanted}, but {version}: `make lock`"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_can_be_read_by_sh(path: Path) -> None:
    read = subprocess.run(["sh", "-n", path], capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")


def test_the_package_has_every_unit_and_every_file_that_a_technician_is_told_to_copy() -> None:
    lines = (DEBIAN / "tramtin.install").read_text(encoding="utf-8").splitlines()
    sources = {line.split()[0] for line in lines}
    units = {
        str(path.relative_to(ROOT))
        for kind in ("service", "socket", "rules")
        for path in (ROOT / "systemd").glob(f"*.{kind}")
    }
    assert units <= sources
    placed = {f"/{line.split()[1]}/{Path(line.split()[0]).name}" for line in lines}
    for page in (ROOT / "docs/manual-ky-thuat-vien.md", ROOT / "config/CHECKS.md"):
        named = set(
            re.findall(r"/usr/share/doc/tramtin/[\w.-]+\.\w+", page.read_text(encoding="utf-8"))
        )
        assert named - {"/usr/share/doc/tramtin/firmware-profiles.md"} <= placed


def test_the_unit_that_0_1_0_put_into_etc_is_known_to_the_package() -> None:
    # sha256sum of systemd/tramtin.service at the release
    unit = "9efc40a43b34717b68052ff1314e05bc28dcca5b37a80caf3d18672d947c3096"
    assert unit in (DEBIAN / "tramtin.preinst").read_text(encoding="utf-8")
