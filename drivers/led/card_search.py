"""Asks a line for ColorLight's receiving cards, for `tramtin doctor`; nothing changes by it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from drivers.bus.burst import Burst
from drivers.bus.packet_sockets import OPENER
from drivers.bus.raw_ethernet import LINK_ADDRESS_BYTES, RawEthernet
from drivers.codec import colorlight
from drivers.codec.colorlight import ReceiverReply
from drivers.errors import DeviceUnreachable
from drivers.frame_sink import PortReport
from drivers.profile.model import ColorLightSpec

MOST_CARDS = 32  # as many as Falcon Player asks for
WAIT_S = 0.3  # as long as Falcon Player waits
ASKS = 3
POLL_S = 0.01


def report_cards(
    line: PortReport,
    spec: ColorLightSpec,
    wait_s: float = WAIT_S,
    opener: Path = OPENER,
    receivers: int = 1,
) -> PortReport:
    """Add to a line without a fault which cards answer there, with firmware and size.

    Args:
        line: what the kernel says of it.
        spec: has the least firmware.
        wait_s: time for a card's answer, `ASKS` times.
        opener: see `RawEthernet`.
        receivers: cards of the chain by the settings.
    """
    interface = line.port
    ethernet = RawEthernet(interface, colorlight.REPLY_ETHERTYPE, opener)
    try:
        ethernet.open()
        cards = _ask_all(ethernet, wait_s, max(MOST_CARDS, receivers))
    except DeviceUnreachable as error:
        if error.detail.startswith("E_RIGHT"):  # not root, and nobody hands sockets over
            return PortReport(
                interface, f"{line.shown}; the cards were not asked, which needs sudo"
            )
        return PortReport(interface, "", error.detail)
    finally:
        ethernet.close()
    if not cards:
        return PortReport(interface, "", f"E_SILENT: {interface}: {line.shown}, no card answers")
    fault = _find_firmware_fault(cards, spec.least_firmware) or find_lack(len(cards), receivers)
    if fault:
        return PortReport(interface, "", fault)
    told = "; ".join(
        f"card {number}: firmware {_name(card)}, {card.width_px}x{card.height_px} px"
        for number, card in enumerate(cards, 1)
    )
    more = ""
    if len(cards) > receivers:
        more = f"; {len(cards)} answer, `receivers` says {receivers}: write {len(cards)}"
    return PortReport(interface, f"{line.shown}; {told}{more}")


def find_lack(found: int, receivers: int) -> str:
    """The first card of the settings that is silent; empty if none is."""
    if found >= receivers:
        return ""
    return (
        f"E_SILENT: card {found + 1} of {receivers} is silent, {found} answer: look at its power"
        f" and the cable from card {found}, or correct `receivers`"
    )


def _find_firmware_fault(cards: Sequence[ReceiverReply], least: int) -> str:
    """The first card that is too old; empty if none is."""
    for number, card in enumerate(cards, 1):
        if card.firmware[0] < least:
            return f"E_FIRMWARE: card {number} of {len(cards)} has {_name(card)}, needs {least}"
    return ""


def _name(card: ReceiverReply) -> str:
    return ".".join(map(str, card.firmware))


def _ask_all(ethernet: RawEthernet, wait_s: float, most: int) -> list[ReceiverReply]:
    """The cards of the chain up to the first that is silent."""
    cards: list[ReceiverReply] = []
    while len(cards) < most:
        answers = (_ask(ethernet, len(cards), wait_s) for _ in range(ASKS))
        card = next((one for one in answers if one is not None), None)
        if card is None:
            break
        cards.append(card)
    return cards


def _ask(ethernet: RawEthernet, index: int, wait_s: float) -> ReceiverReply | None:
    question = Burst(
        bytearray(1),
        [(colorlight.build_discover(index), 0, 0)],
        address_bytes=LINK_ADDRESS_BYTES,
    )
    ethernet.send(question, wait_s)
    until_mono_s = time.monotonic() + wait_s
    while time.monotonic() < until_mono_s:
        for frame in ethernet.receive():
            try:
                reply = colorlight.parse_reply(frame)
            except ValueError:
                continue  # half an answer is none
            if reply is not None and reply.index == index:
                return reply
        time.sleep(POLL_S)
    return None
