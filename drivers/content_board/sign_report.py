"""What a sign says of itself, for `tramtin doctor`; it is asked, and nothing on it is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from drivers.codec import huidu_xml
from drivers.content_board.build_sign import SignOptions, build_huidu_link, build_text_sign
from drivers.content_board.huidu import find_weakness
from drivers.content_board.huidu_link import HuiduLink
from drivers.errors import DeviceFault, UnsupportedFeature
from drivers.frame_sink import PortReport
from drivers.profile.model import BoardProfile, ModbusTextSpec


def report_sign(
    path: str, profile: BoardProfile, options: Mapping[str, Any] | None = None
) -> PortReport | None:
    """Model, firmware and size, and by what anybody nearby may reach it.

    Of a sign on Modbus what its map can read. None for a sign that has no such words. Takes
    seconds.

    Args:
        path: of the sign.
        profile: its file.
        options: of its line.

    Raises:
        UnsupportedFeature: no address, or options of another sign.
        DeviceFault: the sign answers that it cannot, as with a Modbus exception.
        DriverError: the sign does not answer.
    """
    if profile.content is not None and profile.content.modbus_text is not None:
        return _report_text_sign(path, profile, profile.content.modbus_text, options or {})
    if profile.content is None or profile.content.huidu is None:
        return None
    return _report_huidu(path, profile)


def _report_text_sign(
    path: str, profile: BoardProfile, spec: ModbusTextSpec, options: Mapping[str, Any]
) -> PortReport:
    try:
        line = msgspec.convert(options, SignOptions)
    except msgspec.ValidationError as error:
        raise UnsupportedFeature(path, "load", str(error)) from error
    sign = build_text_sign(path, profile, spec, line)
    try:
        return PortReport(path, sign.describe())
    finally:
        sign.close()


def _report_huidu(path: str, profile: BoardProfile) -> PortReport:
    spec, link = build_huidu_link(path, profile)
    link.open()
    try:
        info = huidu_xml.parse_info(link.ask("GetDeviceInfo"))
        weakness = find_weakness(_ask_hotspot(link), spec.known_passwords)
    finally:
        link.close()
    shown = f"{info.model} {info.card_id} {info.firmware}, {info.width_px}x{info.height_px} px"
    return PortReport(path, shown, weakness)


def _ask_hotspot(link: HuiduLink) -> huidu_xml.Hotspot | None:
    try:
        return huidu_xml.parse_hotspot(link.ask("GetWifiInfo"))
    except (DeviceFault, UnsupportedFeature):  # it has no Wi-Fi, or does not tell
        return None
