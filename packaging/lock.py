"""Write `locks/*.txt`: every package in a slot, with its version and the SHA-256 of its one file.

    make lock

One list for each package, Debian suite and architecture, resolved anew from setup.cfg: review the
difference before it is committed. `fetch-wheels` accepts no file that is not in a list.
"""

from __future__ import annotations

import configparser
import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from platforms import PLATFORMS, Platform

ROOT = Path(__file__).resolve().parents[1]
LOCKS = Path(__file__).with_name("locks")
# Without a wheel: compiled when the package is built.
SOURCES = ("pyaudio",)
# The extras of setup.cfg that each package holds, beside what all share.
EXTRAS = {"tramtin": ("box",), "tramtin-central": ("central", "token")}
TOOLS = ("setuptools>=68", "wheel")
HEADER = "# made by `make lock`\n"


@dataclass(frozen=True)
class Pinned:
    """One package of a list: `version` and the hash of the file that is unpacked."""

    name: str
    version: str
    sha256: str


def main() -> None:
    """Every list."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    shared = list(_requirements(settings["options"]["install_requires"]))
    extras = settings["options.extras_require"]
    for platform in PLATFORMS:
        for package, names in EXTRAS.items():
            more = [line for name in names for line in _requirements(extras[name])]
            _write(f"{package}-{platform.name}", platform, [*shared, *more])
    _write_sources()


def _requirements(lines: str) -> Iterator[str]:
    return (line for line in lines.splitlines() if line and not line.startswith("#"))


def _write(title: str, platform: Platform, requirements: list[str]) -> None:
    print(title, file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        pinned = [
            Pinned(name, version, _download(Path(folder), platform, f"{name}=={version}"))
            for name, version in _resolve(platform, requirements)
            if name not in SOURCES
        ]
    _save(LOCKS / f"{title}.txt", pinned)


def _resolve(platform: Platform, requirements: list[str]) -> Iterator[tuple[str, str]]:
    """Names and versions for that interpreter and machine, whatever this one is."""
    answer = subprocess.run(
        [
            "uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate",
            f"--python-version={platform.python}", f"--python-platform={platform.uv}", "-",
        ],
        input="\n".join(requirements), text=True, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    for line in answer.stdout.split():
        name, _, version = line.partition("==")
        yield name, version


def _download(folder: Path, platform: Platform, requirement: str) -> str:
    """The hash of the wheel that pip chooses for the platform."""
    here = Path(tempfile.mkdtemp(dir=folder))
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"--dest={here}"]
    subprocess.run([*pip, *platform.pip, requirement], check=True, stdout=sys.stderr)
    (wheel,) = here.iterdir()
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def _write_sources() -> None:
    """What builds, and what is built: the same for all platforms."""
    with tempfile.TemporaryDirectory() as folder:
        tools = [_newest(Path(folder), tool, "--only-binary=:all:") for tool in TOOLS]
        sources = [_newest(Path(folder), source, "--no-binary=:all:") for source in SOURCES]
    _save(LOCKS / "tools.txt", tools)
    _save(LOCKS / "sources.txt", sources)


def _newest(folder: Path, requirement: str, kind: str) -> Pinned:
    here = Path(tempfile.mkdtemp(dir=folder))
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"--dest={here}", kind]
    subprocess.run([*pip, requirement], check=True, stdout=sys.stderr)
    (file,) = here.iterdir()
    found = re.match(r"(.+?)-([0-9][^-]*?)(\.tar\.gz|-py.*\.whl)$", file.name)
    if found is None:
        raise ValueError(f"no version in the name {file.name}")
    return Pinned(found[1].lower(), found[2], hashlib.sha256(file.read_bytes()).hexdigest())


def _save(path: Path, pinned: list[Pinned]) -> None:
    lines = [f"{one.name}=={one.version} --hash=sha256:{one.sha256}\n" for one in pinned]
    path.write_text(HEADER + "".join(sorted(lines)), encoding="utf-8")


if __name__ == "__main__":
    main()
