"""What the page may ask of the box. Whoever implements `Operations` does it, or says why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from agent.control.station_status import StationStatus
from agent.errors import AgentError
from strict_yaml.validation_fault import ValidationFault

Deed = Literal["tone", "pattern", "label", "silence-on", "silence-off", "reload", "bundle"]
Use = Literal[Deed, "enter", "leave", "wrong-pin"]
Outcome = Literal["done", "refused", "failed"]


class OperationRefusedError(AgentError):
    """The box will not do this now: `code` is a phrase of `text`, `subject` the zone or face."""


@dataclass(frozen=True)
class OperationUse:
    """One use of the page's controls, for the journal."""

    use: Use
    subject: str
    peer: str
    outcome: Outcome
    code: str = ""


class Operations(Protocol):
    """The box behind the page. Every deed returns once it has begun and ends by itself."""

    async def status(self) -> StationStatus:
        """All that the page shows.

        Raises:
            AgentError: the box cannot tell, such as with a dead disk.
        """

    async def thumbnail(self, face: str) -> bytes | None:
        """What a face shows now, as PNG; None when nobody knows."""

    async def tone(self, zone: str) -> None:
        """Sound a quiet test tone on one zone.

        Raises:
            DeedRefusedError: no such zone, or something more important sounds.
        """

    async def pattern(self, face: str) -> None:
        """Show a test pattern on one face.

        Raises:
            DeedRefusedError: no such face, or something more important is shown.
        """

    async def label(self, face: str) -> None:
        """Show station and face by name on one face.

        Raises:
            DeedRefusedError: as with `pattern`.
        """

    async def silence(self, on: bool) -> None:  # noqa: FBT001 - the state itself is the argument
        """Turn the local silence switch; it survives a restart.

        Raises:
            AgentError: the disk did not take it.
        """

    async def reload(self) -> Sequence[ValidationFault]:
        """Read the settings again. None wrong: they take effect; else the present ones stay."""

    async def bundle(self) -> bytes:
        """The support bundle, without secrets, as a tar.gz."""

    async def record(self, used: OperationUse) -> None:
        """Write one use into the journal."""
