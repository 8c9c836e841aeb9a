"""What the link subscribes to, and which of the messages that come this box reads."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence

import aiomqtt
import paho.mqtt.client as paho
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from agent.contract.envelope import MAX_ENVELOPE_BYTES
from agent.contract.ids import StationId
from agent.contract.topic import (
    AUTHORITY,
    CENTRE_STATE,
    ROOT,
    build_authority_topic,
    build_group_filter,
    build_group_topic,
    parse_authority_topic,
    parse_topic,
)
from agent.link.bounded_mqtt import BoundedClient
from agent.link.lasting_fault import LastingFaults

REFUSED = 0x80  # SUBACK codes from here on are failures, MQTT 5 section 3.9.3
_log = logging.getLogger(__name__)


class Subscriptions:
    """The topic filters of one station, kept over reconnections.

    Args:
        station: of this box.
        faults: gets names of groups that are not plain, and subscriptions that are refused.
    """

    def __init__(self, station: StationId, faults: LastingFaults) -> None:
        self._station = station
        self._faults = faults
        self._groups = self._authority_files = frozenset[str]()

    async def subscribe_all(self, client: BoundedClient) -> frozenset[str]:
        """Subscribe on a new connection; return the filters that may still change.

        Raises:
            MqttError: the connection is lost.
        """
        known = self._filters()
        always = [f"{ROOT}/d/{self._station}/#", CENTRE_STATE]
        await self._subscribe(client, [*always, *sorted(known)])
        return known

    async def update(self, client: BoundedClient, known: frozenset[str]) -> None:
        """Subscribe to what has changed since these filters were read.

        Raises:
            MqttError: the connection is lost.
        """
        await self._update_filters(client, known, self._filters())

    async def set_groups(self, groups: Collection[str], client: BoundedClient | None) -> None:
        """Subscribe to exactly these groups, now (with a client) and after every reconnection."""
        for group in self._faults.subjects("bad_group"):
            if group not in groups:
                self._faults.end("bad_group", group)
        wanted = frozenset(group for group in groups if self._is_group(group))
        known, self._groups = self._groups, wanted
        if client is None:
            return
        try:
            await self._update_filters(
                client, map(build_group_filter, known), map(build_group_filter, wanted)
            )
        except aiomqtt.MqttError as error:
            _log.warning("groups will be subscribed at the next connection: %s", error)

    async def set_authority_files(
        self, names: Collection[str], client: BoundedClient | None
    ) -> None:
        """Subscribe to exactly these authority files; the retained ones come at once."""
        wanted = frozenset(names)
        known, self._authority_files = self._authority_files, wanted
        if client is None:
            return
        try:
            await self._update_filters(
                client, map(build_authority_topic, known), map(build_authority_topic, wanted)
            )
        except aiomqtt.MqttError as error:
            _log.warning("authority files will be subscribed at the next connection: %s", error)

    async def _update_filters(
        self, client: BoundedClient, known: Iterable[str], wanted: Iterable[str]
    ) -> None:
        before, after = set(known), set(wanted)
        if gone := before - after:
            await client.unsubscribe(sorted(gone))
        await self._subscribe(client, sorted(after - before))

    def _filters(self) -> frozenset[str]:
        """The present filters, besides those of every station."""
        groups = map(build_group_filter, self._groups)
        return frozenset({*groups, *map(build_authority_topic, self._authority_files)})

    def _is_group(self, group: str) -> bool:
        """Is it a plain name? One with `+` or `#` in it would subscribe to others' documents."""
        try:
            parse_topic(build_group_topic(group, "playlist", "slot"))
        except ValueError:
            self._faults.begin("bad_group", group, "a group's name must be plain")
            return False
        return True

    def kind_of(self, message: paho.MQTTMessage) -> str | None:
        """The kind of a message; None for one that this box does not read."""
        try:
            text = message.topic
            if not 0 < len(message.payload) <= MAX_ENVELOPE_BYTES:
                return None  # an empty retained message only clears a topic
            if text == CENTRE_STATE:
                return "c"
            if text.startswith(f"{AUTHORITY}/"):
                return "auth" if parse_authority_topic(text) in self._authority_files else None
            topic = parse_topic(text)
        except ValueError:  # UnicodeDecodeError is one
            return None
        ours = topic.station == self._station or topic.group in self._groups
        return topic.kind if ours else None

    async def _subscribe(self, client: BoundedClient, filters: list[str]) -> None:
        """Subscribe and read every code: a refused subscription would lose messages silently."""
        if not filters:
            return
        modern = client.protocol is aiomqtt.ProtocolVersion.V5
        wanted = [(one, SubscribeOptions(qos=1) if modern else 1) for one in filters]
        codes: Sequence[int | ReasonCode] = await client.subscribe(wanted)  # type: ignore[arg-type] # paho takes both pairs
        for one, code in zip(filters, codes, strict=False):
            value = code.value if isinstance(code, ReasonCode) else code
            if value >= REFUSED:
                self._faults.begin("subscription_refused", one, f"the broker answered {value:#04x}")
            else:
                self._faults.end("subscription_refused", one)
