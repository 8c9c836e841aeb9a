"""Bring what a slot is made of into a folder: `fetch_wheels.py bookworm amd64 FOLDER`.

Runs in a virtual environment of its own, where it puts the tools that build. Nothing but the
files of the lists in `locks/` is accepted (`--require-hashes`). A file that is there already is
not downloaded again.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from platforms import PLATFORMS

LOCKS = Path(__file__).with_name("locks")


def main(suite: str, arch: str, folder: Path) -> None:
    """One folder a list, named after it."""
    (platform,) = [one for one in PLATFORMS if (one.suite.name, one.arch) == (suite, arch)]
    for package in ("tramtin", "tramtin-central"):
        _fetch(f"{package}-{platform.name}", package, folder, platform.pip)
    _fetch("tools", "tools", folder, ["--only-binary=:all:"])
    # pip runs a source's setup.py to read its metadata: with these tools, not with some newer ones
    _pip("install", "--no-index", "--no-deps", *map(str, sorted((folder / "tools").glob("*.whl"))))
    _fetch("sources", "sources", folder, ["--no-binary=:all:", "--no-build-isolation"])


def _fetch(lock: str, name: str, folder: Path, kind: list[str]) -> None:
    print(f"deb: files of {lock}", file=sys.stderr)
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    _pip(
        "download", "--retries=5", "--no-deps", "--require-hashes", f"--find-links={target}",
        f"--dest={target}", f"--requirement={LOCKS / lock}.txt", *kind,
    )  # fmt: skip


def _pip(*words: str) -> None:
    pip = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, *words], check=True, stdout=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
