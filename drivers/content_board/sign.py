"""What a sign that stores pictures is to whoever feeds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class SignPicture:
    """A picture for the whole sign.

    Args:
        file: its name on the sign: equal names have equal content.
        png: its content.
        md5_hex: of the content.
        size: width and height in pixels.
        is_black: is every pixel black?
        texts: what it says, in the order of reading, for signs with letters of their own.
    """

    file: str
    png: bytes
    md5_hex: str
    size: tuple[int, int]
    is_black: bool
    texts: tuple[str, ...] = ()


class Sign(Protocol):
    """A sign. Each method may take seconds, and connects first where that is needed.

    Attributes:
        program: id and file of ours that it said last it plays; empty: it said something else, or
            has no such word.
        weakness: by what anybody nearby may reach it, with a code, in English: a network of its
            own without a password of its own; empty: by nothing that it says.
    """

    program: str
    weakness: str

    def show(self, picture: SignPicture, is_stale: Callable[[], bool]) -> None:
        """Show this picture, and prove by the sign's own word that it is what is shown.

        A sign that says something else is turned black.

        Args:
            picture: what to show.
            is_stale: is another picture wanted by now?

        Raises:
            UploadAbandonedError: another picture is wanted by now.
            DriverError: it is not shown.
        """

    def set_brightness(self, pct: int) -> None:
        """Set the brightness, 0 to 100 percent.

        Raises:
            DriverError: it is not set.
        """

    def check(self) -> str:
        """Compare what the sign says with what it was told, and put back what differs.

        Returns what somebody else had changed, with a code, in English; empty for nothing.

        Raises:
            DriverError: the sign does not answer, or could not be put back: it is black then, if
                it takes any command.
        """

    def blank(self) -> None:
        """Turn the sign black at once.

        Raises:
            DriverError: it does not take the command.
        """

    def close(self) -> None:
        """End the session; the sign goes on showing what it has."""
