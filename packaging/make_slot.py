"""Unpack wheels into a slot: `make_slot.py SLOT PREFIX COMMAND=MODULE WHEEL...`.

A slot is a virtual environment without pip: `bin/python` is Debian's interpreter, `lib` has the
packages of the wheels with their bytecode. SLOT is where it is made, PREFIX where it will lie.
Runs under the interpreter that the slot is for; the machine's architecture does not matter.
Two runs make the same bytes: all times are SOURCE_DATE_EPOCH, and nothing names SLOT.
"""

from __future__ import annotations

import compileall
import os
import platform
import shutil
import sys
import zipfile
from pathlib import Path, PurePosixPath

VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
# What no box runs: numpy's own tests and headers are a quarter of it.
LEFT_OUT = ("tests", "_pyinstaller", "include")
# started by the launcher, with the slot's interpreter
START = """\
import sys

from {module} import main

sys.exit(main())
"""


def main(slot: Path, prefix: Path, command: str, wheels: list[Path]) -> None:
    """Make the slot, whose parent must exist."""
    packages = slot / "lib" / VERSION / "site-packages"
    packages.mkdir(parents=True)
    for wheel in wheels:
        _unpack(wheel, slot, packages)
    _make_interpreter(slot, prefix)
    name, _, module = command.partition("=")
    start = slot / "bin" / name
    start.write_text(START.format(module=module), encoding="utf-8")
    _date(slot)
    # one process: with several the order of what is interned differs from run to run
    # without docstrings: what the service runs, whose unit sets PYTHONOPTIMIZE
    levels = [0, 2] if command.startswith("tramtin=") else [0]
    if not compileall.compile_dir(
        packages, quiet=1, stripdir=str(slot), prependdir=str(prefix), optimize=levels
    ):
        sys.exit("a module cannot be compiled")
    _date(slot)


def _unpack(wheel: Path, slot: Path, packages: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            target = _place(PurePosixPath(entry.filename), slot, packages)
            if target is None or entry.is_dir():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy)
            # nothing here is started by its name, and libraries are not started at all
            target.chmod(0o644)


def _place(name: PurePosixPath, slot: Path, packages: Path) -> Path | None:
    """Where an entry of a wheel goes (Binary distribution format, `.data` folders)."""
    if any(part in LEFT_OUT for part in name.parts):
        return None
    if not name.parts[0].endswith(".data"):
        return packages / name
    kind, rest = name.parts[1], name.parts[2:]
    if kind in ("purelib", "platlib"):
        return packages.joinpath(*rest)
    return slot.joinpath(*rest) if kind == "data" else None


def _make_interpreter(slot: Path, prefix: Path) -> None:
    """As `python -m venv --without-pip` does, but for a place that is not there yet."""
    (slot / "bin").mkdir()
    upwards = "/".join([".."] * (len(prefix.parts) - 1))
    (slot / "bin/python").symlink_to(f"{upwards}/bin/{VERSION}")
    lines = [
        "home = /usr/bin",
        "include-system-site-packages = false",
        f"version = {platform.python_version()}",
    ]
    (slot / "pyvenv.cfg").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _date(folder: Path) -> None:
    moment = int(os.environ["SOURCE_DATE_EPOCH"])
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (moment, moment), follow_symlinks=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], [Path(one) for one in sys.argv[4:]])
