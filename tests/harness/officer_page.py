"""docs/so-tay-can-bo.md as a script: which machine, which file is copied where, which command."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "so-tay-can-bo.md").read_text(encoding="utf-8")
STEP = re.compile(
    r"<!-- chép (\S+) (\S+) -->|<!-- ([a-z0-9-]+) -->\n```console\n(.*?)\n```", re.DOTALL
)
# Each machine and the holder of docs/authority.md whose key lies on it.
HOLDERS = {
    "xa": "khoa", "may-1": "lan", "may-2": "minh", "tinh-1": "giang", "tinh-2": "ha",
    "trung-tam": None,
}  # fmt: skip


@dataclass(frozen=True)
class Command:
    """One command of the page.

    Args:
        machine: on which it is typed.
        text: as printed.
        printed: the lines that it is said to print.
    """

    machine: str
    text: str
    printed: list[str]


def set_up_machines(folder: Path, ceremony: Path) -> None:
    """A folder for each machine, with the tree's file and its holder's key.

    Args:
        folder: for them.
        ceremony: where docs/authority.md was typed.
    """
    for name, holder in HOLDERS.items():
        (folder / name).mkdir()
        shutil.copy(ceremony / "root.json", folder / name / "root.json")
        if holder is not None:
            shutil.copy(ceremony / f"{holder}.pem", folder / name / "khoa.pem")


def read_commands(folder: Path, page: str = PAGE) -> Iterator[Command]:
    """The commands of a page in their order, with the copies of files between them."""
    for source, target, machine, block in STEP.findall(page):
        if source:
            shutil.copy(folder / source, folder / target)
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            text, *printed = part.rstrip("\n").split("\n")
            yield Command(machine, text, printed)
