"""What `make install` puts where, staged below a folder."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALL = ROOT / "systemd" / "install"


def install(stage: Path, *steps: str, **environment: str) -> None:
    base = {"PATH": os.environ["PATH"], "HOME": str(stage), "DESTDIR": str(stage)}
    for step in steps:
        subprocess.run(
            [INSTALL, step], check=True, capture_output=True, timeout=200,
            env=base | environment,
        )  # fmt: skip


def files_below(stage: Path) -> set[str]:
    return {str(path.relative_to(stage)) for path in stage.rglob("*") if path.is_file()}


def test_system_files_go_where_systemd_looks_for_them(tmp_path: Path) -> None:
    install(tmp_path, "system", "system")
    assert files_below(tmp_path) >= {
        "etc/systemd/system/tramtin.service",
        "etc/systemd/system/tramtin-raw-ethernet.service",
        "etc/systemd/system/tramtin-raw-ethernet.socket",
        "etc/systemd/system/tramtin-stick@.service",
        "usr/lib/sysusers.d/tramtin.conf",
        "usr/lib/tmpfiles.d/tramtin.conf",
        "usr/lib/udev/rules.d/60-tramtin.rules",
    }
    assert (tmp_path / "etc/tramtin").is_dir()


def test_removing_leaves_settings_and_nothing_else(tmp_path: Path) -> None:
    install(tmp_path, "system")
    (tmp_path / "etc/tramtin/station.yaml").write_text("station: tv-cl-0007\n")
    install(tmp_path, "remove", "remove")
    assert files_below(tmp_path) == {"etc/tramtin/station.yaml"}


def test_what_a_technician_is_told_to_copy_lies_on_the_box(tmp_path: Path) -> None:
    install(tmp_path, "system")
    placed = {f"/{path}" for path in files_below(tmp_path)}
    for page in (ROOT / "docs/manual-ky-thuat-vien.md", ROOT / "config/CHECKS.md"):
        text = page.read_text(encoding="utf-8")
        named = set(re.findall(r"/usr/share/doc/tramtin/[\w.-]+\.\w+", text))
        assert named <= placed, named - placed
        # By then the technician stands in another folder, and the box may be away from its source.
        assert not re.findall(r"install -\S+ -m \d+ systemd/\S+", text), page.name


@pytest.mark.long
def test_the_program_is_exchanged_whole_and_knows_its_final_place(tmp_path: Path) -> None:
    program = tmp_path / "opt/tramtin"
    built_before = files_below(ROOT / "build")
    install(tmp_path, "program", PIP_FLAGS="--no-deps")
    assert files_below(ROOT / "build") == built_before  # root leaves nothing in the source folder
    (program / "left-from-the-old-one").touch()
    install(tmp_path, "program", PIP_FLAGS="--no-deps")
    assert [path.name for path in (tmp_path / "opt").iterdir()] == ["tramtin"]
    assert not (program / "left-from-the-old-one").exists()
    assert (program / "bin/tramtin").read_text().startswith("#!/opt/tramtin/bin/python")
    assert len(list(program.glob("lib/python3*/site-packages/agent/play/sound/spoken/*.wav"))) == 3
    assert str((tmp_path / "usr/local/bin/tramtin").readlink()) == "/opt/tramtin/bin/tramtin"
