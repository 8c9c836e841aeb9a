"""What signed commands make of the levels of this station's zones and faces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import UNSET

from agent.clock import Now
from agent.contract.command_args import FULL_PCT, CommandArgs, read_args
from agent.contract.document import Command
from agent.contract.utc import parse_utc
from agent.control.operations import OperationRefusedError
from agent.settings.model import Settings
from agent.state.zone_levels import ZoneLevels
from agent.store.zone_level import ZoneLevel

FACE_COMMANDS = frozenset({"blank", "unblank", "dim"})
LEVEL_COMMANDS = frozenset({"volume", "mute", "unmute"}) | FACE_COMMANDS


def change_levels(
    command: Command, settings: Settings, levels: ZoneLevels, now: Now
) -> dict[str, ZoneLevel]:
    """The new level of each zone that the command concerns.

    Raises:
        OperationRefusedError: E_UNKNOWN, a zone is not here; E_NO_SWITCH, it cannot be muted apart
            from others on its output; E_UNSUPPORTED, nothing dims this board; E_EXPIRED, the end
            that it names is past.
    """
    args = read_args(command)
    is_of_faces = command.do in FACE_COMMANDS
    zones = find_faces(args, settings) if is_of_faces else find_zones(args, settings)
    if command.do == "dim":
        _verify_dimmed(zones, settings)
    until_at = None if args.until is UNSET else parse_utc(args.until)
    if until_at is not None and until_at <= now.at:
        raise OperationRefusedError("E_EXPIRED", command.do, f"it would have ended at {args.until}")
    if command.do == "mute":
        _verify_separable(zones, settings)
    return {zone: _change(command.do, levels.of(zone, now), args, until_at) for zone in zones}


def find_zones(args: CommandArgs, settings: Settings) -> list[str]:
    """The zones with a loudspeaker line that a command concerns.

    Raises:
        OperationRefusedError: E_UNKNOWN, one of them is not here.
    """
    here = [zone.name for output in settings.outputs if output.audio for zone in output.zones]
    if args.zones is UNSET or args.is_every_zone:
        if not here:
            raise OperationRefusedError("E_UNKNOWN", "*", "no loudspeaker line here")
        return here
    for zone in args.zones:
        if zone not in here:
            raise OperationRefusedError("E_UNKNOWN", zone, "no such loudspeaker line here")
    return list(args.zones)


def find_faces(args: CommandArgs, settings: Settings) -> list[str]:
    """The faces that a command concerns.

    Raises:
        OperationRefusedError: E_UNKNOWN, one of them is not here.
    """
    here = [face.name for output in settings.outputs if output.board for face in output.faces]
    wanted = here if args.zones is UNSET or args.is_every_zone else list(args.zones)
    unknown = next((name for name in wanted if name not in here), None if here else "*")
    if unknown is not None:
        raise OperationRefusedError("E_UNKNOWN", unknown, "no such face here")
    return wanted


def _verify_dimmed(faces: Sequence[str], settings: Settings) -> None:
    for output in settings.outputs:
        if output.light is None:
            for face in output.faces:
                if face.name in faces:
                    hint = "nothing dims this board: it has no `light`"
                    raise OperationRefusedError("E_UNSUPPORTED", face.name, hint)


def _verify_separable(zones: Sequence[str], settings: Settings) -> None:
    """A line that is always on is muted with its whole output, or not at all."""
    for output in settings.outputs:
        names = {zone.name for zone in output.zones}
        if not names <= set(zones):
            for zone in output.zones:
                if zone.name in zones and zone.switch is None:
                    hint = "it has no switch of its own: mute all zones of its output"
                    raise OperationRefusedError("E_NO_SWITCH", zone.name, hint)


def _change(do: str, level: ZoneLevel, args: CommandArgs, until_at: datetime | None) -> ZoneLevel:
    if do in ("mute", "blank"):
        return msgspec.structs.replace(level, muted_until=until_at)
    if do == "dim":
        pct = FULL_PCT if args.pct is UNSET else args.pct
        return msgspec.structs.replace(level, dim_pct=pct, dim_until=until_at)
    if do in ("unmute", "unblank"):
        return msgspec.structs.replace(level, muted_until=None)
    gain_db = 0 if args.gain_db is UNSET else args.gain_db
    if until_at is None:  # a lasting trim ends one that passes
        return ZoneLevel(trim_db=gain_db, muted_until=level.muted_until)
    return msgspec.structs.replace(level, passing_db=gain_db, passing_until=until_at)
