"""A clean environment with the extra `officer` alone, as pipx makes one: `welcome`, then `sign`."""

from __future__ import annotations

import os
import subprocess
import venv
from pathlib import Path

import pytest

from tests.harness.welcomed_officer import PASSPHRASE, answers, open_centre

ROOT = Path(__file__).resolve().parents[2]
NOT_THERE = ("pyaudio", "serial", "pymodbus", "gpiod", "numpy", "PIL", "paho", "aiomqtt", "alembic")


@pytest.mark.long
@pytest.mark.timeout(600)  # pip downloads
def test_a_clean_computer_gets_to_its_first_signature(tmp_path: Path) -> None:
    source, computer = tmp_path / "source", tmp_path / "computer"
    files = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, files.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("tests/", "docs/")):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    venv.create(computer, with_pip=True)
    python = computer / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, f"{source}[officer]"], check=True)
    code = "import importlib.util as u, sys; sys.exit(any(map(u.find_spec, sys.argv[1:])))"
    subprocess.run([str(python), "-c", code, *NOT_THERE], check=True)

    centre = open_centre(tmp_path / "trung-tam")
    environment = {
        "TRAMTIN_PROFILE": str(tmp_path / "may"),
        "PATH": os.defpath,
        "HOME": str(tmp_path),
    }

    def run(*words: str, typed: str = "") -> str:
        done = subprocess.run(
            [str(computer / "bin" / "tramtin-central"), *words], input=typed, env=environment,
            cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            encoding="utf-8", check=False,
            start_new_session=True,  # hidden questions go to standard input, to no terminal
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        return done.stdout

    assert "TỪ NAY" in run("welcome", typed="".join(f"{one}\n" for one in answers(centre)))
    centre.take_in("Nguyễn Thị Lan", tmp_path / "may" / "khoa.pub")
    run("profile", "root", str(centre.write_export(tmp_path / "moi.json")))
    schedule = (tmp_path / "may" / "lich-tap.yaml").read_bytes()
    (tmp_path / "lich.yaml").write_bytes(schedule)
    assert "Đủ 1 chữ ký" in run("sign", "lich.yaml", typed=f"y\n{PASSPHRASE}\n")
    for command in ("prepare", "collect", "live", "authority", "rehearse"):
        run(command, "--help")
