"""Debian suites and architectures that packages are built for, and what pip and uv call them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Suite:
    """A Debian release, its Python and the newest manylinux tag that its C library satisfies."""

    name: str
    number: int
    python: str
    glibc_minor: int


@dataclass(frozen=True)
class Platform:
    """One suite on one architecture; `machine` is the kernel's name for it."""

    suite: Suite
    arch: str
    machine: str

    @property
    def name(self) -> str:
        """As in the names of the lists: `bookworm-amd64`."""
        return f"{self.suite.name}-{self.arch}"

    @property
    def python(self) -> str:
        """Version of Debian's interpreter: `3.11`."""
        return self.suite.python

    @property
    def uv(self) -> str:
        """For `uv --python-platform`."""
        return f"{self.machine}-manylinux_2_{self.suite.glibc_minor}"

    @property
    def pip(self) -> list[str]:
        """For `pip download`: wheels for this interpreter and C library, never a source."""
        tags = [f"manylinux_2_{minor}" for minor in range(self.suite.glibc_minor, 16, -1)]
        return [
            "--only-binary=:all:", "--implementation=cp", f"--python-version={self.python}",
            *(f"--platform={tag}_{self.machine}" for tag in (*tags, "manylinux2014")),
        ]  # fmt: skip


BOOKWORM = Suite("bookworm", 12, "3.11", 36)
TRIXIE = Suite("trixie", 13, "3.13", 40)  # 2.41, of which uv does not know yet
PLATFORMS = [
    Platform(suite, arch, machine)
    for suite in (BOOKWORM, TRIXIE)
    for arch, machine in (("amd64", "x86_64"), ("arm64", "aarch64"))
]
