"""Build the driver of a sign from its profile."""

from __future__ import annotations

import re

from drivers.codec.huidu import TCP_PORT
from drivers.content_board.huidu import HuiduSign
from drivers.content_board.huidu_link import HuiduLink
from drivers.content_board.sign import Sign
from drivers.errors import UnsupportedFeature
from drivers.profile.model import BoardProfile

_ADDRESS = re.compile(r"([A-Za-z0-9.-]+)(?::([0-9]{1,5}))?\Z")


def build_sign(path: str, profile: BoardProfile) -> Sign:
    """The sign at an address; opens nothing.

    Args:
        path: `192.168.0.50`, or `192.168.0.50:10001`.
        profile: of the sign.

    Raises:
        UnsupportedFeature: no address, or a protocol that no driver here speaks.
    """
    found = _ADDRESS.match(path)
    if found is None:
        raise UnsupportedFeature(path, "load", "E_ADDRESS: such as 192.168.0.50")
    content = profile.content
    if content is None or content.huidu is None:
        raise UnsupportedFeature(path, "load", f"{profile.model} takes no pictures")
    spec, timeout_s = content.huidu, profile.timings.timeout_ms / 1000
    link = HuiduLink(path, (found[1], int(found[2] or TCP_PORT)), spec, timeout_s)
    return HuiduSign(path, link, (spec.brightness.low, spec.brightness.high))
