"""A Debian 12 with the program of this checkout, as a disk for QEMU; `make guest` builds it.

Three layers, each kept in the cache folder under the hash of all that goes into it, so that a
change of the program alone costs the last one:

- packages: Debian's generic kernel, systemd, the guest agent and what `systemd/install` asks
  for, unpacked by mmdebstrap (1.4 GB, 1 to 5 min, from Debian's mirror);
- wheels: what setup.cfg requires, for Debian's Python (33 MB, from PyPI);
- disk: `systemd/install` in that root, without network, then an ext4 of 4 GB of which 1.7 are
  used (1 to 2 min).

The cache is `$TRAMTIN_GUEST_CACHE` or `~/.cache/tramtin-guest`, 3.2 GB; an older state of a layer
is removed when a new one stands. Root builds directly, anybody else in a user namespace
(`newuidmap`, and a range in /etc/subuid, which Debian's adduser gives).
"""

from __future__ import annotations

import configparser
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD_DISK = Path(__file__).with_name("build-disk")
SUITE = "bookworm"
PYTHON = "3.11.2"  # of that suite
SYSTEM = [
    "systemd-sysv", "udev", "dbus", "kmod", "iproute2", "linux-image-amd64",
    "initramfs-tools", "zstd", "e2fsprogs", "qemu-guest-agent",
]  # fmt: skip
TOOLS = ("qemu-system-x86_64", "nbdkit", "mmdebstrap", "mke2fs", "setpriv")
# Parts of a checkout that are no part of the program.
NOT_INSTALLED = {"tests", "build", "__pycache__"}
# The initial RAM disk holds what the emulated disk needs and no more: it is unpacked by an
# emulated processor.
RAM_DISK = (
    'mkdir -p "$1/etc/initramfs-tools/conf.d"',
    'echo MODULES=list >"$1/etc/initramfs-tools/conf.d/guest"',
    'printf "virtio_pci\\nvirtio_blk\\next4\\n" >"$1/etc/initramfs-tools/modules"',
)
UNPACKING = (
    "--dpkgopt=force-unsafe-io",  # an image that a cut spoils is built again
    "--aptopt=Acquire::Languages none",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
)


@dataclass(frozen=True)
class Image:
    """What QEMU starts from. A machine works on a copy of `disk`."""

    disk: Path
    kernel: Path
    ram_disk: Path


def find_obstacle() -> str | None:
    """Why no guest can run on this machine, or None when it can."""
    if os.uname().machine != "x86_64":
        return "the guest is built for x86-64 and its programs are installed natively"
    needed = TOOLS if os.geteuid() == 0 else (*TOOLS, "newuidmap")
    missing = [tool for tool in needed if shutil.which(tool) is None]
    return f"not installed: {', '.join(missing)}; `make guest` installs them" if missing else None


def build_image() -> Image:
    """The image of this checkout, from the cache or built.

    Raises:
        CalledProcessError: a step failed; its output is on stderr.
    """
    cache = Path(os.environ.get("TRAMTIN_GUEST_CACHE") or Path.home() / ".cache/tramtin-guest")
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / "lock"):
        packages = [*SYSTEM, *_read_packages()]
        root = _keep(
            cache, "packages", [SUITE, *packages, *RAM_DISK, *UNPACKING], _unpack(packages)
        )
        required = _read_requirements()
        wheels = _keep(cache, "wheels", [PYTHON, *required], _download(required))
        inputs = [root.name, wheels.name, BUILD_DISK.read_text("utf-8"), *_hash_program()]
        built = _keep(cache, "disk", inputs, _install(root, wheels))
    return Image(built / "disk.img", built / "vmlinuz", built / "initrd.img")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _keep(cache: Path, layer: str, inputs: Sequence[str], build: Callable[[Path], None]) -> Path:
    """The layer's folder for these inputs; a new one takes the place of all older ones."""
    key = hashlib.sha256("\0".join(inputs).encode()).hexdigest()[:16]
    folder = cache / f"{layer}-{key}"
    if folder.exists():
        return folder
    print(f"guest: building {layer} in {cache}", file=sys.stderr)
    unfinished = cache / f"{layer}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    build(unfinished)
    for old in cache.glob(f"{layer}-*"):
        shutil.rmtree(old)
    return unfinished.rename(folder)


def _read_packages() -> list[str]:
    """The packages of `systemd/install`: in the chroot it must find them installed."""
    text = (ROOT / "systemd/install").read_text(encoding="utf-8")
    found = re.search(r'^PACKAGES="([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise ValueError("systemd/install names no PACKAGES")
    return found[1].split()


def _read_requirements() -> list[str]:
    """What `systemd/install` asks pip for: the requirements of all, and those of a box."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = settings["options"]["install_requires"].splitlines()
    lines += settings["options.extras_require"]["box"].splitlines()
    return sorted(line for line in lines if line and not line.startswith("#"))


def _hash_program() -> Iterator[str]:
    """Name and hash of each file that the installer may read."""
    for top in sorted(ROOT.iterdir()):
        if top.name in NOT_INSTALLED or top.name.startswith(".") or top.suffix == ".egg-info":
            continue
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield f"{path.relative_to(ROOT)} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def _unpack(packages: Sequence[str]) -> Callable[[Path], None]:
    def unpack(folder: Path) -> None:
        hooks = [f"--essential-hook={hook}" for hook in RAM_DISK]
        include = f"--include={','.join(packages)}"
        command = ["mmdebstrap", "--variant=minbase", include, *hooks, *UNPACKING]
        # root's mounts end with their namespace, also when it is interrupted
        apart = ["unshare", "--mount"] if os.geteuid() == 0 else []
        _run([*apart, *command, SUITE, str(folder / "root.tar")])

    return unpack


def _download(requirements: Sequence[str]) -> Callable[[Path], None]:
    """PyAudio has no wheel: the box compiles it, and needs the build system at hand."""

    def download(folder: Path) -> None:
        platforms = [f"--platform=manylinux_2_{minor}_x86_64" for minor in range(17, 37)]
        target = [f"--python-version={PYTHON}", "--implementation=cp", "--only-binary=:all:"]
        wheels = [one for one in requirements if not one.startswith("pyaudio")]
        sources = [one for one in requirements if one.startswith("pyaudio")]
        pip = [sys.executable, "-m", "pip", "download", "--quiet", f"--dest={folder}"]
        platforms.append("--platform=manylinux2014_x86_64")
        _run([*pip, *target, *platforms, *wheels, "setuptools", "wheel"])
        _run([*pip, "--no-deps", "--no-binary=:all:", *sources])

    return download


def _install(root: Path, wheels: Path) -> Callable[[Path], None]:
    def install(folder: Path) -> None:
        as_root = [] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--map-auto"]
        arguments = [root / "root.tar", ROOT, wheels, folder]
        _run([*as_root, str(BUILD_DISK), *map(str, arguments)])

    return install


def _run(command: Sequence[str]) -> None:
    """Run it at low priority and show what it prints: some steps take minutes."""
    subprocess.run(["nice", "-n", "10", *command], check=True, stdout=sys.stderr)


if __name__ == "__main__":
    if obstacle := find_obstacle():
        sys.exit(f"guest: {obstacle}")
    print(build_image().disk)
