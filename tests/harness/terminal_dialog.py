"""A dialog with a command on a real terminal of its own."""

from __future__ import annotations

import os
import pty
import select
import signal

LIMIT_S, TRIES = 60.0, 6
CTRL_C = b"\x03"


def converse(argv: list[str], dialog: list[tuple[str, bytes]]) -> tuple[int, str]:
    """Run a command on a terminal of its own; after each text that it prints type the keys.

    Ctrl-C is typed again while nothing comes: Python's prompt misses a signal that falls between
    the printing of its question and its waiting for a key.

    Returns:
        Its exit code, and all that stood on the terminal.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored where the tests run in background
        os.execv(argv[0], argv)  # noqa: S606 - our own command, on the terminal of the fork
    seen, said, typed = b"", 0, b""
    while True:
        for _ in range(TRIES):
            ready, _, _ = select.select([terminal], [], [], LIMIT_S / TRIES)
            if ready:
                break
            if typed == CTRL_C:
                os.write(terminal, typed)
        assert ready, seen.decode()
        try:
            block = os.read(terminal, 4096)
        except OSError:  # EIO: the other side is closed
            block = b""
        if not block:
            break
        seen += block
        while dialog and dialog[0][0].encode() in seen[said:]:
            said = len(seen)
            typed = dialog.pop(0)[1]
            os.write(terminal, typed)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert dialog == [], seen.decode()
    return os.waitstatus_to_exitcode(status), seen.decode().replace("\r\n", "\n")
