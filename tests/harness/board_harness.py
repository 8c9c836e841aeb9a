"""The real board process over a real socket, as the agent starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from agent.play.board.board_config import board_argv
from agent.play.ipc import BoardBeat, BoardCommand, BoardEvent
from drivers.frame_sink import FacePlace

FACES = {"mat-truoc": (512, 256), "mat-sau": (192, 96)}
PLACES = {face: FacePlace(width_px=size[0], height_px=size[1]) for face, size in FACES.items()}
STATION = "tv-cl-0007"
PATIENCE_S = 60
ON_FD_3 = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.execv(sys.argv[2], sys.argv[2:])"


@dataclass
class Child:
    """A board process and the agent's end of its socket."""

    process: subprocess.Popen[bytes]
    end: socket.socket
    folder: Path

    def tell(self, command: BoardCommand) -> None:
        self.end.send(msgspec.json.encode(command))

    def hear(self) -> BoardEvent | None:
        raw = self.end.recv(65536)
        return msgspec.json.decode(raw, type=BoardEvent) if raw else None

    def next(self) -> BoardEvent | None:
        """The next event that is no beat."""
        while isinstance(event := self.hear(), BoardBeat):
            pass
        return event

    def picture(self, face: str) -> Image.Image:
        with Image.open(self.folder / f"{face}-latest.png") as file:
            return file.convert("RGB")


Start = Callable[..., Child]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts boards; `code` is a folder that Python looks into first; media lie in `media`.

    `argv` is that of another board than a folder of pictures.
    """
    children: list[Child] = []

    def begin(
        folder: Path = tmp_path / "board",
        *,
        code: Path | None = None,
        wrapper: tuple[str, ...] = (),
        argv: list[str] | None = None,
        **env: str,
    ) -> Child:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(PATIENCE_S)
        fd = theirs.fileno()
        path = [str(code)] * (code is not None) + [entry for entry in sys.path if entry]
        argv = argv or board_argv(STATION, "png", str(folder), PLACES, str(tmp_path / "media"))
        process = subprocess.Popen(
            [*wrapper, sys.executable, "-c", ON_FD_3, str(fd), *argv],
            pass_fds=(fd,),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path), **env},
        )
        theirs.close()
        children.append(Child(process, ours, folder))
        return children[-1]

    yield begin
    for child in children:
        child.end.close()
        child.process.wait(PATIENCE_S)
