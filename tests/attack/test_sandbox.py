"""A hostile file has taken a helper over: what its code reaches then (docs/trust.md, 112)."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
import wave
from pathlib import Path

import pytest

from agent.sandbox import enforce
from agent.sandbox.profile import find_missing

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PLAIN: tuple[str, ...] = ()
UNIT = (sys.executable, str(HERE / "unit_filter.py"))
# what only Landlock keeps from a helper
FILES = {"read_key", "read_state", "environ", "memory", "shell"}
SPAWN = """
    import asyncio, os, sys
    from agent.play.decoder import start_decoder
    from agent.play.row import Track

    async def main() -> None:
        track = Track(os.open(sys.argv[1], os.O_RDONLY), "audio/wav", 1000)
        decoder = await start_decoder([track])
        with os.fdopen(decoder.read_fd, "rb") as pipe:
            heard, _ = await asyncio.gather(asyncio.to_thread(pipe.read), decoder.wait())
        sys.stdout.buffer.write(heard)

    asyncio.run(main())
"""

pytestmark = pytest.mark.skipif("seccomp" in find_missing(), reason="the kernel has no seccomp")
under = pytest.mark.parametrize("wrapper", [PLAIN, UNIT], ids=["bare", "under the unit's filter"])


@pytest.fixture
def station(tmp_path: Path) -> Path:
    """A folder with a key, a state and one medium; the medium's folder is not the helper's."""
    (tmp_path / "device.key").write_text("secret")
    (tmp_path / "state.db").write_text("state of the box")
    with wave.open(str(tmp_path / "medium"), "wb") as out:
        out.setparams((1, 2, 48_000, 0, "NONE", ""))
        out.writeframes(bytes(range(256)) * 375)
    return tmp_path


def build_escape(station: Path) -> Path:
    """The hostile program under the name of the helper whose place it takes."""
    program = station / "bin" / "ffmpeg"
    program.parent.mkdir()
    names = {"KEY": "device.key", "STATE": "state.db", "FRESH": "fresh"}
    defines = [f'-D{name}="{station / file}"' for name, file in names.items()]
    compiler = ["gcc", "-w", *defines, '-DSHELL="/bin/sh"', "-o", str(program)]
    subprocess.run([*compiler, str(HERE / "escape.c")], check=True)
    return program


def spawn(station: Path, wrapper: tuple[str, ...], folder: Path | None = None) -> bytes:
    """What comes out of a decoder that an agent starts, with `folder` first in its PATH."""
    path = f"{folder}:/usr/bin:/bin" if folder else "/usr/bin:/bin"
    argv = [*wrapper, sys.executable, "-c", textwrap.dedent(SPAWN), str(station / "medium")]
    env = {"PATH": path, "PYTHONPATH": str(ROOT)}
    return subprocess.run(argv, env=env, check=True, capture_output=True, timeout=60).stdout


def read_attempts(said: bytes) -> dict[str, int]:
    return {name: int(code) for name, code in map(str.split, said.decode().splitlines())}


def test_without_confinement_each_of_these_attempts_succeeds(station: Path) -> None:
    program = build_escape(station)
    said = subprocess.run([program, "-i", station / "medium"], capture_output=True, check=True)
    attempts = read_attempts(said.stdout)
    # the namespace and io_uring may be closed to everybody on a machine
    open_to_all = {k: v for k, v in attempts.items() if k not in ("namespace", "io_uring")}
    assert set(open_to_all.values()) == {0}, attempts
    assert not (station / "state.db").exists()


@under
def test_attack_112_code_in_the_decoder_reaches_nothing_but_its_medium(
    station: Path, wrapper: tuple[str, ...]
) -> None:
    attempts = read_attempts(spawn(station, wrapper, build_escape(station).parent))
    assert attempts.pop("medium") == 0
    if not enforce.query_landlock_abi():
        attempts = {name: code for name, code in attempts.items() if name not in FILES}
    assert len(attempts) >= 20
    assert {name for name, code in attempts.items() if code == 0} == set()
    assert (station / "state.db").read_text() == "state of the box"
    assert not (station / "fresh").exists()


@under
def test_a_real_medium_is_decoded_in_the_same_confinement(
    station: Path, wrapper: tuple[str, ...]
) -> None:
    assert shutil.which("ffmpeg", path="/usr/bin:/bin")
    assert spawn(station, wrapper) == bytes(range(256)) * 375
