"""How often an address may ask at all: a bucket for each, in bounded memory."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

from central.enrolment.refusal import EnrolmentError

MOST = 120.0  # questions at once; boxes behind one line share them
PER_S = 10.0
MAX_ADDRESSES = 8192
_IPV6_BITS = 64


class AddressRate:
    """Counts questions of addresses; an IPv6 network of 64 bits is one.

    Args:
        mono_s: monotonic seconds.
    """

    def __init__(self, mono_s: Callable[[], float] = time.monotonic) -> None:
        self._mono_s = mono_s
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def count(self, address: str) -> None:
        """Count one question.

        Raises:
            EnrolmentError: enrol-rate.
        """
        name, now = _network(address), self._mono_s()
        left, at = self._buckets.pop(name, (MOST, now))
        left = min(MOST, left + (now - at) * PER_S)
        self._buckets[name] = (max(0.0, left - 1), now)
        if len(self._buckets) > MAX_ADDRESSES:
            self._buckets.popitem(last=False)
        if left < 1:
            raise EnrolmentError("enrol-rate")


def _network(address: str) -> str:
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if one.version == 6:
        return str(ipaddress.ip_network((one, _IPV6_BITS), strict=False))
    return address
