"""Inputs of the site: doors, mains, local keys, sensors; and what they cause.

The silence key is the local kill switch: while it is on, nothing sounds and every face is black,
an emergency included. Its last known position survives a restart, so that pulling the plug or the
key's module does not lift the silence. An emergency key starts the alarm that `emergency_keys` has
for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from agent.contract.input_kind import INPUT_KINDS, InputKindName
from agent.contract.report import InputState, SensorReading
from agent.errors import StoreError
from agent.evidence.journal import Journal
from agent.health.inputs import InputMonitor, build_inputs
from agent.health.sensors import SensorMonitor, build_sensors
from agent.play.speaker_line import SpeakerLine
from agent.settings.model import Sensor, Settings
from agent.signals import Signal
from agent.state.mutes import Mutes
from agent.state.site_contacts import SiteContacts
from agent.store import key_value
from agent.store.database import Store
from agent.store.key_value_types import SILENCE_KEY

RETRY_S = 5.0


class SiteInputs:
    """Contacts and sensors of one box. `load` it once before anything else.

    Args:
        settings: of this box.
        store: keeps the silence key's position.
        journal: records the begin and the end of a silence by the key.
        set_issue: begins or ends an issue.
        lines: every switched speaker line.
        mutes: gets the state of the silence key.
        contacts: gets the state of lockouts and doors.

    Attributes:
        key_pressed: emitted with the name of an emergency key that was just pressed.
        voice_key_moved: emitted with the name of a microphone's key and its new state.
        sampled: emitted with a sensor and its value, unless its zone's line was switched meanwhile.
        contact_read: emitted with name and state of a contact that was read or has changed.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store,
        journal: Journal,
        set_issue: Callable[[str, str, str | None], None],
        lines: Sequence[SpeakerLine],
        mutes: Mutes,
        contacts: SiteContacts,
    ) -> None:
        self.key_pressed = Signal[[str]]()
        self.voice_key_moved = Signal[[str, bool]]()
        self.sampled = Signal[[Sensor, float]]()
        self.contact_read = Signal[[str, bool]]()
        self._settings = settings
        self._store = store
        self._journal = journal
        self._set_issue = set_issue
        self._lines = lines
        self._mutes = mutes
        self._contacts = contacts
        self._was_locked = False  # as stored
        self._inputs = InputMonitor([])
        self._sensors = SensorMonitor([])
        self._last_recorded = False
        self._events: asyncio.Queue[tuple[str, bool]] = asyncio.Queue()
        self._key_changed = asyncio.Event()

    async def load(self) -> None:
        """Read the silence key's last position and build the drivers; no device is read yet.

        Raises:
            StoreError: the database cannot be read.
            ConfigError: E_DRIVER, no such profile, or it does not know one of the settings.
        """
        settings = self._settings
        has_key = any(INPUT_KINDS[one.kind].action == "mute" for one in settings.inputs)
        self._was_locked = has_key and bool(await self._store.run(key_value.get, SILENCE_KEY))
        self._last_recorded = self._was_locked
        self._lock(self._was_locked)
        self._inputs = await asyncio.to_thread(
            build_inputs, settings.inputs, self._on_input, self._set_issue
        )
        self._sensors = await asyncio.to_thread(
            build_sensors, settings.sensors, self._line_state, self._set_issue, self.sampled.emit
        )

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._inputs.run(), name="inputs")
            group.create_task(self._sensors.run(), name="sensors")
            group.create_task(self._record_events(), name="site's journal")
            group.create_task(self._store_position(), name="silence key's position")

    def inputs(self) -> dict[str, InputState]:
        """Name → present state of each contact."""
        return self._inputs.states()

    def readings(self) -> dict[str, SensorReading]:
        """Name → each sensor's last reading."""
        return self._sensors.readings()

    def _line_state(self, zone: str) -> str | None:
        return next((line.state for line in self._lines if line.name == zone), None)

    def _on_input(
        self,
        name: str,
        kind: InputKindName,
        active: bool,  # noqa: FBT001 - as `OnInput`
    ) -> None:
        action = INPUT_KINDS[kind].action
        if action == "mute":
            self._lock(active)
            self._key_changed.set()
            self._mutes.changed.emit()  # the silence comes before the write to the card
        elif action == "start_alarm" and active:
            self.key_pressed.emit(name)
        elif INPUT_KINDS[kind].is_held:
            self.voice_key_moved.emit(name, active)
        self._contacts.take(name, kind, active)
        self.contact_read.emit(name, active)
        if action == "mute":  # nothing else is recorded here: a contact that chatters fills nothing
            self._events.put_nowait((name, active))

    def _lock(self, is_locked: bool) -> None:  # noqa: FBT001 - the state itself is the argument
        self._mutes.is_locked = is_locked
        hint = "the key on the box is turned; turn it back to sound again" if is_locked else None
        self._set_issue("silence_key_on", "box", hint)

    async def _record_events(self) -> None:
        """Record the events in their order, in a task of its own: the card may be slow."""
        while True:
            name, active = await self._events.get()
            state = "on" if active else "off"
            if active != self._last_recorded:
                self._last_recorded = active
                await self._journal.append("silence", detail={"state": state, "by": name})

    async def _store_position(self) -> None:
        """Store the key's last position; retry until the card takes it."""
        while True:
            await self._key_changed.wait()
            self._key_changed.clear()
            while (is_locked := self._mutes.is_locked) != self._was_locked:
                try:
                    await self._store.run(key_value.put, SILENCE_KEY, "on" if is_locked else "")
                except StoreError as error:
                    self._set_issue("silence_key_not_kept", "box", str(error))
                    await asyncio.sleep(RETRY_S)
                    continue
                self._was_locked = is_locked
                self._set_issue("silence_key_not_kept", "box", None)
