"""Asks a board's control card what it is and what it sees; changes nothing."""

from __future__ import annotations

import asyncio

from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.doctor.finding import ProbeFinding, fault, good
from agent.play.board.wall_findings import find_wall_issues
from agent.play.board.wall_worst import find_worst
from agent.settings.model import ControlCard
from drivers import registry
from drivers.control_plane import BoardControl, BoardIdentity, BoardReading
from drivers.errors import DeviceTimeout, DeviceUnreachable, DriverError, UnsupportedFeature

FIND_S = 1.0


async def examine_card(want: ControlCard) -> ProbeFinding:
    """One finding: model, firmware, size, temperature, and the worst that the card reports.

    Raises:
        UnsupportedFeature: no such profile, or it does not know one of the settings.
        DriverError: the card answers, but not as its manual says.
    """
    card = await asyncio.to_thread(
        registry.load_board_control,
        want.profile,
        name=want.name,
        port=want.port,
        **want.options,
    )
    try:
        identity, reading = await card.identify(), await card.read()
    except (DeviceTimeout, DeviceUnreachable) as error:
        return await _explain_silence(want, error)
    return _judge(want, card, identity, reading)


def _judge(
    want: ControlCard, card: BoardControl, identity: BoardIdentity, reading: BoardReading
) -> ProbeFinding:
    """The first of the faults that health would report too, faults before warnings."""
    shown = _describe(identity, reading)
    found = {} if identity.is_expected else {"board_card_other": shown}
    found |= find_wall_issues(reading, card.hot_c, was_hot=False)
    if not found:
        return good("card_good", want.name, shown)
    kind = min(found, key=lambda one: ISSUE_KINDS[one].severity)
    return ProbeFinding(ISSUE_KINDS[kind].severity, kind, (want.name,), f"{found[kind]}; {shown}")


def _describe(identity: BoardIdentity, reading: BoardReading) -> str:
    worst = find_worst(reading)
    alive = sum(one.is_alive for one in reading.receivers)
    parts = [f"{identity.model} {identity.firmware}", f"{alive}/{len(reading.receivers)} cards"]
    if identity.cabinet_px is not None:
        parts.append("{}x{} px".format(*identity.cabinet_px))
    measured = (
        (worst.temperature_c, "°C"),
        (worst.voltage_v, "V"),
        (worst.humidity_pct, "% humidity"),
        (worst.fan_rpm, "rpm"),
    )
    parts += [f"{value:g} {unit}" for value, unit in measured if value is not None]
    if reading.brightness_pct is not None:
        parts.append(f"{reading.brightness_pct} %")
    if reading.input is not None:
        parts.append(f"{reading.input}")
    if reading.lux is not None:
        parts.append(f"{reading.lux} lx")
    return ", ".join(parts)


async def _explain_silence(want: ControlCard, error: DriverError) -> ProbeFinding:
    """No answer at this port: on a network others may say where they are."""
    if not want.port.startswith("tcp://"):
        return fault("device_silent", want.name, detail=str(error))
    try:
        found = await registry.find_board_controls(want.profile, FIND_S)
    except (OSError, UnsupportedFeature):
        found = []
    if found:
        return fault("card_elsewhere", want.name, ", ".join(found), detail=str(error))
    return fault("device_silent", want.name, detail=str(error))
