"""Huidu's SDK 2.0: the XML of requests and replies, without I/O.

A program that was added with `resources` is read back with `resource`: the maker's own note names
that as the usual cause of a black sign. Attributes come in any order.

Sources: huidutech/sdk (SDKClient.cs, setting/Light.cs, setting/SwitchScreen.cs,
setting/AdjustTime.cs), KryQ/node-huidu-sdk (ProgramPlanner), and the maker's notes on GetProgram
and GetCurrentPlayProgramGUID; its device HTTP API description (section 3.1.2) for GetWifiInfo.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

NO_GUID = "##GUID"
INTERFACE_VERSION = "1000000"
SUCCESS, UNSUPPORTED = "kSuccess", "kUnsupportMethod"
# the card is not ready to take a program yet: ask again
BUSY = ("kDownloadingFile", "kProcessing")
TIME_ZONE = "(UTC+07:00)Bangkok,Hanoi,Jakarta"


@dataclass(frozen=True)
class Reply:
    """A card's reply.

    Args:
        guid: of the session.
        method: the request that it answers.
        result: `SUCCESS`, or the maker's name of what went wrong.
        out: the element with the values.
    """

    guid: str
    method: str
    result: str
    out: Element


@dataclass(frozen=True)
class StoredProgram:
    """A program in the card's list: its guid, and the files that it shows."""

    guid: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class CardInfo:
    """What a card says of itself; empty or 0 where it does not."""

    model: str
    card_id: str
    firmware: str
    width_px: int
    height_px: int


@dataclass(frozen=True)
class Hotspot:
    """The Wi-Fi network that a card makes by itself; its text never shows the password."""

    ssid: str
    password: str = field(repr=False)


def build_request(guid: str, method: str, inner: str = "") -> bytes:
    """A request.

    Args:
        guid: of the session; `NO_GUID` for the first.
        method: its name.
        inner: elements inside.
    """
    body = f"<in method={quoteattr(method)}>{inner}</in>"
    head = '<?xml version="1.0" encoding="utf-8"?>'
    return f"{head}<sdk guid={quoteattr(guid)}>{body}</sdk>".encode()


def build_if_version() -> str:
    """Inside GetIFVersion."""
    return f'<version value="{INTERFACE_VERSION}"/>'


def parse_reply(text: bytes) -> Reply:
    """A reply.

    Raises:
        ValueError: no XML, with definitions of its own, or without sdk and out.
    """
    if b"<!" in text:  # neither comments nor entities are part of the protocol
        raise ValueError("XML with definitions")
    try:
        root = ET.fromstring(text)  # noqa: S314 - without definitions there are no entities
    except ET.ParseError as error:
        raise ValueError(f"no XML: {error}") from error
    out = root.find("out")
    if root.tag != "sdk" or out is None:
        raise ValueError(f"XML without sdk and out: {text[:80]!r}")
    return Reply(root.get("guid", ""), out.get("method", ""), out.get("result", ""), out)


def build_program(guid: str, size: tuple[int, int], file: str, md5_hex: str) -> str:
    """A program that shows one picture on the whole sign, at once and for ever."""
    width_px, height_px = size
    return (
        f'<program guid={quoteattr(guid)} type="normal">'
        f'<area guid={quoteattr(guid + "-area")} alpha="255">'
        f'<rectangle x="0" y="0" width="{width_px}" height="{height_px}"/>'
        f'<resources><image guid={quoteattr(guid + "-image")} fit="fill">'
        '<effect in="0" out="0" inSpeed="0" outSpeed="0" duration="50"/>'
        f'<file name={quoteattr(file)} md5="{md5_hex}"/>'
        "</image></resources></area></program>"
    )


def build_add(program: str, stamp: int) -> str:
    """Inside AddProgram.

    Args:
        program: of `build_program`.
        stamp: a number that grows.
    """
    return f'<screen timeStamps="{stamp}">{program}</screen>'


def build_delete(guid: str) -> str:
    """Inside DeleteProgram."""
    return f'<program guid={quoteattr(guid)} type="normal"/>'


def parse_programs(out: Element) -> list[StoredProgram]:
    """The card's list, from GetProgram."""
    return [
        StoredProgram(one.get("guid", ""), tuple(file.get("name", "") for file in one.iter("file")))
        for one in out.iter("program")
    ]


def parse_current(out: Element) -> str:
    """The guid of the program that is shown, from GetCurrentPlayProgramGUID."""
    program = out.find("program")
    return "" if program is None else program.get("guid", "")


def parse_hotspot(out: Element) -> Hotspot | None:
    """The card's own network, from GetWifiInfo; None where it makes none."""
    wifi = out.find("wifi")
    if wifi is None or wifi.get("valid") == "false":
        return None
    is_on = _value(wifi, "enable") != "false" and _value(wifi, "mode") == "ap"
    return Hotspot(_value(wifi, "ap/ssid"), _value(wifi, "ap/passwd")) if is_on else None


def _value(parent: Element, path: str) -> str:
    found = parent.find(path)
    return "" if found is None else found.get("value", "")


def build_luminance(pct: int) -> str:
    """Inside SetLuminancePloy: always this brightness, 1 to 100."""
    return (
        '<mode value="default"/>'
        f'<default value="{pct}"/>'
        '<sensor min="1" max="100" time="5"/>'
        '<ploy><item enable="false" start="08:00:00" percent="100"/></ploy>'
    )


def parse_luminance(out: Element) -> int | None:
    """The brightness, from GetLuminancePloy; None where the card follows a plan or a sensor."""
    mode, value = out.find("mode"), out.find("default")
    if mode is None or value is None or mode.get("value") != "default":
        return None
    text = value.get("value", "")
    return int(text) if text.isdecimal() else None


def build_switch_time() -> str:
    """Inside SetSwitchTime: the card never switches the sign by its own clock."""
    item = '<item enable="false" start="00:00:00" end="23:59:59"/>'
    return f'<open enable="true"/><ploy enable="false">{item}</ploy>'


def build_time(local: str) -> str:
    """Inside SetTimeInfo: this local time, `2026-11-30 08:11:06`, and nobody else's.

    Args:
        local: at UTC+7.
    """
    return (
        f'<timezone value="{TIME_ZONE}"/><summer enable="false"/>'
        f'<sync value="none"/><time value="{local}"/>'
    )


def parse_info(out: Element) -> CardInfo:
    """What the card is, from GetDeviceInfo."""
    device, version, screen = out.find("device"), out.find("version"), out.find("screen")
    versions = {} if version is None else version.attrib
    return CardInfo(
        model=_get(device, "model"),
        card_id=_get(device, "id"),
        firmware=", ".join(f"{key} {value}" for key, value in sorted(versions.items())),
        width_px=_to_number(_get(screen, "width")),
        height_px=_to_number(_get(screen, "height")),
    )


def list_names(out: Element) -> Iterator[str]:
    """The files that the card holds, from GetFiles."""
    for file in out.iter("file"):
        yield file.get("name", "")


def build_delete_files(names: list[str]) -> str:
    """Inside DeleteFiles."""
    return f"<files>{''.join(f'<file name={quoteattr(name)}/>' for name in names)}</files>"


def _get(element: Element | None, key: str) -> str:
    return "" if element is None else element.get(key, "")


def _to_number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
