"""What a sign says of itself, for `tramtin doctor`; it is asked, and nothing on it is changed."""

from __future__ import annotations

from drivers.codec import huidu_xml
from drivers.content_board.build_sign import build_huidu_link
from drivers.content_board.huidu import find_weakness
from drivers.content_board.huidu_link import HuiduLink
from drivers.errors import DeviceFault, UnsupportedFeature
from drivers.frame_sink import PortReport
from drivers.profile.model import BoardProfile


def report_sign(path: str, profile: BoardProfile) -> PortReport | None:
    """Model, firmware and size, and by what anybody nearby may reach it.

    None for a sign that has no such words. Takes seconds.

    Raises:
        UnsupportedFeature: no address.
        DriverError: the sign does not answer.
    """
    if profile.content is None or profile.content.huidu is None:
        return None
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
