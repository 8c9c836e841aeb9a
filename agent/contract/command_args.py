"""What a signed command says beyond its name: one struct for the `args` of all of them.

A member that a struct here does not have is ignored, as everywhere in a document.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
from msgspec import UNSET, UnsetType

from agent.contract.document import Command

QUIETEST_DB = -40
LONGEST_MUTE = timedelta(days=7)
EVERY_ZONE = "*"
OF_FACES = frozenset({"blank", "unblank", "dim", "screenshot"})  # their zones are faces
FULL_PCT = 100


class CommandArgs(msgspec.Struct, frozen=True, omit_defaults=True):
    """The arguments of a command.

    Args:
        zones: names of zones with a loudspeaker line, of `blank`, `unblank`, `dim` and
            `screenshot` names of faces; left out, or `*`: all of the station.
        gain_db: of `volume`: in dB against the calibrated level, -40 to 0.
        until: of `mute` and `blank`: its end, UTC text; of `volume` and `dim`: when the former
            level comes back.
        pct: of `dim`: the brightness that a face has at most, 1 to 100.
    """

    zones: list[str] | UnsetType = UNSET
    gain_db: int | UnsetType = UNSET
    until: str | UnsetType = UNSET
    pct: int | UnsetType = UNSET

    @property
    def is_every_zone(self) -> bool:
        """Does it concern all zones of the station?"""
        return self.zones is UNSET or EVERY_ZONE in self.zones


def read_args(command: Command) -> CommandArgs:
    """The arguments of a command.

    Raises:
        msgspec.ValidationError: one has another type.
    """
    return msgspec.convert(command.args, CommandArgs)


def ignored_args(command: Command) -> tuple[str, ...]:
    """The members of `args` that this release does not know."""
    known = CommandArgs.__struct_fields__
    return tuple(f"args.{name}"[:64] for name in command.args if name not in known)
