"""Checks for a broker that is unreachable for long, and for a centre that is silent behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from agent.clock import mono_s
from agent.health.check import CheckFinding

GONE_S = 15 * 60.0  # `link_down` begins at once; after this time somebody should go and look
SILENT_S = 13 * 3600.0  # the box asks every six hours: two requests without an answer


class BrokerLink(Protocol):
    """See `link.mqtt.MqttLink`."""

    since_mono_s: float

    @property
    def connected(self) -> bool:
        """Is the link up, with its subscriptions?"""


class LinkCheck:
    """Checks the connection to the broker.

    Args:
        connection: the link.
        broker: its address, for the technician.
        heard_mono_s: when the centre's last signed message came; before that the agent's start.
        now_mono_s: replaced in tests.
    """

    name = "link"
    period_s = 15.0

    def __init__(
        self,
        connection: BrokerLink,
        broker: str,
        heard_mono_s: Callable[[], float],
        *,
        now_mono_s: Callable[[], float] = mono_s,
    ) -> None:
        self._connection = connection
        self._broker = broker
        self._heard_mono_s = heard_mono_s
        self._now_mono_s = now_mono_s

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`."""
        now = self._now_mono_s()
        lasts_s = now - self._connection.since_mono_s
        heard_s = now - self._heard_mono_s()
        if not self._connection.connected:
            if lasts_s < GONE_S:
                return []
            hint = (
                f"gone for {lasts_s / 60:.0f} min, the centre last heard {heard_s / 60:.0f} min ago"
            )
            return [CheckFinding("link_gone", self._broker, hint)]
        if min(lasts_s, heard_s) < SILENT_S:
            return []
        hint = f"connected, but the centre was last heard {heard_s / 3600:.0f} h ago"
        return [CheckFinding("centre_silent", self._broker, hint)]
