"""What an officer signs with starts without the box's and the centre's libraries, also on Windows.

The child process cannot import them, nor the modules that Python has on Unix alone. The extras of
setup.cfg are compared with what the child does without.
"""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from central.__main__ import main

ROOT = Path(__file__).parents[4]
# Import names of everything that `box` and `central` add to the base and to `officer`.
ELSEWHERE = {
    "aiohappyeyeballs": "aiohappyeyeballs",
    "aiomqtt": "aiomqtt",
    "alembic": "alembic",
    "gpiod": "gpiod",
    "h11": "h11",
    "m3u8": "m3u8",
    "numpy": "numpy",
    "paho": "paho-mqtt",
    "PIL": "Pillow",
    "pyaudio": "pyaudio",
    "pymodbus": "pymodbus",
    "serial": "pyserial",
    "starlette": "starlette",
    "uvicorn": "uvicorn",
}
# https://docs.python.org/3.11/library/, "Availability: Unix".
UNIX = {"fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"}
ROOMS = (
    "agent.contract", "agent.errors", "agent.plan", "agent.trust", "central.authority",
    "central.cli", "central.documents", "central.messages", "speech", "strict_yaml", "texts",
)  # fmt: skip
CHILD = """
import importlib, os, pkgutil, sys

blocked, rooms = (set(words.split()) for words in sys.argv[1:3])

class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(name, name=name.partition(".")[0])

for name in blocked & set(sys.modules):
    del sys.modules[name]
sys.meta_path.insert(0, Refusing())
for name in ("geteuid", "getuid", "fork", "fchmod", "chown", "uname"):
    delattr(os, name)
for room in sorted(rooms):
    top = importlib.import_module(room)
    for found in pkgutil.walk_packages(getattr(top, "__path__", []), room + "."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
"""


def run_child(code: str, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *args]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_what_an_officer_uses_is_loaded_without_sound_broker_and_unix() -> None:
    blocked = " ".join([*ELSEWHERE, *UNIX])
    result = run_child(CHILD, blocked, " ".join(ROOMS))
    assert result.returncode == 0, result.stderr


def test_nothing_but_the_named_libraries_is_what_an_officer_does_without() -> None:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")

    def names(lines: str) -> set[str]:
        return {
            re.split(r"[<>=;\[ ]", line)[0]
            for line in lines.splitlines()
            if line and not line.startswith("#")
        }

    extras = settings["options.extras_require"]
    here = names(settings["options"]["install_requires"]) | names(extras["officer"])
    assert names(extras["officer"]) <= names(extras["central"])
    assert (names(extras["box"]) | names(extras["central"])) - here == set(ELSEWHERE.values())


def test_a_command_of_the_centre_names_the_part_that_is_not_installed(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['sqlalchemy'] = sys.modules['pydub'] = None\n"
        "from central.__main__ import main; main(sys.argv[1:])"
    )
    shown = run_child(code, "show", "--db", str(tmp_path / "x.db"), "--lang", "en")
    assert shown.returncode == 78
    assert shown.stderr.startswith(
        "E_NOT_INSTALLED: show: sqlalchemy is missing: pip install 'tramtin[off"
    )
    shown = run_child(code, "show", "--db", str(tmp_path / "x.db"), "--lang", "vi")
    assert shown.stderr.startswith("E_NOT_INSTALLED: show: máy này chưa cài phần ấy")


def test_a_tool_that_is_not_installed_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    (tmp_path / "a.txt").write_text("Xin chào")
    for command, package in (("prepare a.wav --out b.mp3", "ffmpeg"),
                             ("prepare-video a.wav --out b.mp4", "ffmpeg"),
                             ("speak a.txt --out b.mp3", "espeak-ng")):  # fmt: skip
        monkeypatch.chdir(tmp_path)
        result = CliRunner().invoke(main, command.split())
        assert result.exit_code == 78, result.output
        assert f"winget install {package}" in result.output
        assert {one.name for one in tmp_path.iterdir()} <= {"a.wav", "a.txt"}


def test_text_reaches_a_pipe_as_utf_8_under_the_code_page_of_vietnamese_windows(
    tmp_path: Path,
) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "cp1258", "PYTHONUTF8": "0"}
    nothing = tmp_path / "lịch.json"
    nothing.write_text("{}")
    command = [sys.executable, "-m", "central", "sign", str(nothing), "--key", str(nothing)]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert result.returncode == 1
    assert result.stderr.decode("utf-8").startswith("E_")
