"""The process that carries a board's pictures to its sign.

Run by a board process as `python -m drivers.content_board.courier SETTINGS`, SETTINGS being JSON. A
sign takes seconds where a board has milliseconds, and a connection that was lost needs a new
socket, which the confined board process may not open. The sign's answers are read here, so this
process is confined before it asks the first question: it opens no file but the sign's serial port,
and connections come from a process of their own (`connection_opener`), which knows one address.

The sign is turned black when the board is gone, however it ended, and when this process is asked to
end.
"""

from __future__ import annotations

import contextlib
import logging
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from drivers.bus.courier_line import CourierLine
from drivers.content_board.build_sign import SignOptions, build_sign, find_address
from drivers.content_board.connection_opener import fork_opener
from drivers.content_board.huidu_link import UploadAbandonedError
from drivers.content_board.sign import Sign, SignPicture
from drivers.errors import DriverError
from drivers.profile.model import BoardProfile

log = logging.getLogger(__name__)
CHECK_S = 10.0
RETRY_S = (0.5, 1.0, 2.0, 5.0, 10.0)
FOREIGN_S = 60.0  # how long what somebody changed is told of after it was put back
LEAVE_S = 8.0  # for black, when the board is gone
MEMORY_BYTES = 512 * 1024 * 1024


class DeviceReplacedError(Exception):
    """The sign's serial port has come back: this process was confined to the one before."""


@dataclass(frozen=True)
class Confinement:
    """What takes rights from the processes of a sign, before they hear anything.

    Args:
        courier: from the one that talks to it; called with the serial port that it may open.
        opener: from the one that makes connections to it.
    """

    courier: Callable[[str | None], None]
    opener: Callable[[], None]


class CourierSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The command line.

    Args:
        fd: of the line to the board.
        path: address of the sign.
        profile: of the sign.
        options: of its line.
    """

    fd: int
    path: str
    profile: BoardProfile
    options: SignOptions


class Courier:
    """Brings the newest picture to the sign, and watches the sign.

    Args:
        sign: the sign.
        line: to the board.
        now: CLOCK_MONOTONIC seconds.
        is_replaced: is the sign's port another one than at the start?
    """

    def __init__(
        self,
        sign: Sign,
        line: CourierLine,
        now: Callable[[], float] = time.monotonic,
        is_replaced: Callable[[], bool] = lambda: False,
    ) -> None:
        self._sign = sign
        self._line = line
        self._now = now
        self._is_replaced = is_replaced
        self._picture: SignPicture | None = None
        self._is_shown = True
        self._pct: int | None = None
        self._due_mono_s = 0.0
        self._failures = 0
        self._told = self._told_foreign = self._told_weakness = ""
        self._foreign, self._foreign_mono_s = "", 0.0

    def run(self) -> None:
        """Serve until the board is gone; then turn the sign black.

        Raises:
            DeviceReplacedError: another process has to go on.
        """
        try:
            while self._take():
                self._work()
        except DeviceReplacedError:
            self._sign.close()
            raise
        except BaseException:
            self._leave()
            raise
        self._leave()

    def _take(self) -> bool:
        """Wait for something to do and take all messages; False once the board is gone."""
        wait_s = max(0.0, self._due_mono_s - self._now())
        while select.select([self._line], [], [], wait_s)[0]:
            try:
                found = self._line.receive()
            except OSError:
                found = None
            if found is None:
                return False
            self._handle(*found)
            wait_s = 0.0
        return True

    def _handle(self, message: dict[str, Any], content: bytes) -> None:
        self._due_mono_s = 0.0
        if message["do"] == "dim":
            self._pct = message["pct"]
        elif message["do"] == "show":
            width_px, height_px = message["size"]
            self._picture = SignPicture(
                message["file"],
                content,
                message["md5"],
                (width_px, height_px),
                message["black"],
                tuple(message["texts"]),
            )
            self._is_shown = False

    def _work(self) -> None:
        """Do what is wanted; a failure is told and tried again."""
        if self._now() < self._due_mono_s:
            return
        try:
            if self._pct is not None:
                self._sign.set_brightness(self._pct)
                self._pct = None
            if not self._is_shown and self._picture is not None:
                self._sign.show(self._picture, self._is_stale)
                self._is_shown = True
                self._confirm(self._picture)
            else:
                self._note_foreign(self._sign.check())
                if self._picture is not None:
                    self._confirm(self._picture)
        except UploadAbandonedError:
            return
        except DriverError as error:
            self._fail(error)
        else:
            self._failures = 0
            self._due_mono_s = self._now() + CHECK_S
            self._tell("")
        self._tell_foreign(self._foreign if self._now() < self._foreign_mono_s else "")
        self._tell_weakness(self._sign.weakness)

    def _confirm(self, picture: SignPicture) -> None:
        """The sign has just said that it shows this."""
        self._send({"shown": picture.file, "program": self._sign.program})

    def _fail(self, error: DriverError) -> None:
        log.warning("%s", error)
        if self._is_replaced():
            raise DeviceReplacedError from error
        if "E_FOREIGN" in error.detail:
            self._note_foreign(error.detail)
        self._is_shown = self._picture is None
        self._due_mono_s = self._now() + RETRY_S[min(self._failures, len(RETRY_S) - 1)]
        self._failures += 1
        code = "" if error.detail.startswith("E_") else "E_SIGN: "
        self._tell(f"{code}{error.detail if not code else error}")

    def _note_foreign(self, found: str) -> None:
        if found:
            self._foreign, self._foreign_mono_s = found, self._now() + FOREIGN_S

    def _is_stale(self) -> bool:
        """Has the board said anything since?"""
        return bool(select.select([self._line], [], [], 0)[0])

    def _tell(self, fault: str) -> None:
        if fault != self._told:
            self._told = fault
            self._send({"fault": fault})

    def _tell_foreign(self, found: str) -> None:
        if found != self._told_foreign:
            self._told_foreign = found
            self._send({"foreign": found[:300]})

    def _tell_weakness(self, found: str) -> None:
        if found != self._told_weakness:
            self._told_weakness = found
            self._send({"weakness": found[:300]})

    def _send(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # the board is gone, which the next `_take` sees
            self._line.send(message)

    def _leave(self) -> None:
        """Turn the sign black, as long as that may take."""
        until_mono_s = self._now() + LEAVE_S
        while True:
            try:
                self._sign.blank()
            except DriverError as error:
                log.warning("%s", error)
                if self._now() < until_mono_s:
                    time.sleep(RETRY_S[0])
                    continue
            self._sign.close()
            return


def main(argv: list[str], confinement: Confinement) -> int:
    """Run the process until its board is gone; 1 where another one has to go on."""
    logging.basicConfig(level=logging.INFO, format="courier: %(levelname)s %(message)s")
    settings = msgspec.json.decode(argv[1], type=CourierSettings)
    for limit, value in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, MEMORY_BYTES),
    ):
        resource.setrlimit(limit, (value, value))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the board ends, and its end is seen
    with socket.socket(fileno=settings.fd) as end:
        try:
            _build(settings, end, confinement).run()
        except DeviceReplacedError:
            log.info("%s is back", settings.path)
            return 1
    return 0


def _build(settings: CourierSettings, end: socket.socket, confinement: Confinement) -> Courier:
    """The courier, confined; nothing is opened yet."""
    address = find_address(settings.path, settings.profile)
    if address is not None:
        opener = fork_opener(address, confinement.opener, end)
        sign = build_sign(settings.path, settings.profile, settings.options, opener.connect)
        confinement.courier(None)
        return Courier(sign, CourierLine(end))
    sign = build_sign(settings.path, settings.profile, settings.options)
    before = _identify(settings.path)
    confinement.courier(settings.path)
    return Courier(
        sign,
        CourierLine(end),
        is_replaced=lambda: _identify(settings.path) not in (None, before),
    )


def _identify(port: str) -> tuple[int, int, int] | None:
    """Which device a path names now; None: none."""
    try:
        found = Path(port).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_rdev
