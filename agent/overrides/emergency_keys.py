"""The local emergency keys: what each of them would start, and what a press starts.

A press starts the prepared alarm of its key's slot and nothing else. It is kept in the memory of
this process only: after a restart no alarm resumes by itself. A press while that alarm is on
changes nothing; another key's alarm replaces it. The silence key, or a silence signed by two
people, ends it for good.

An issue reports in advance that a key would start nothing: at the emergency it is too late.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable

from agent.clock import Clock, Now, mono_s
from agent.contract.document import Emergency
from agent.contract.input_kind import INPUT_KINDS
from agent.contract.priority import Level
from agent.errors import AgentError
from agent.evidence.journal import Journal
from agent.health.open_issues import Issues
from agent.plan.emergency import cancelled_by
from agent.plan.occurrence import Medium
from agent.plan.prepared_alarm import KeyAlarm, find_active_alarm, find_alarm, find_missing_media
from agent.play.item import Item
from agent.settings.model import DEFAULT_KEY_SLOT, Settings
from agent.state.documents_in_force import DocumentsInForce
from agent.state.key_press import KeyPress

log = logging.getLogger(__name__)
CHECK_S = 30.0
GRACE_S = 120.0  # the files of a new alarm are still being downloaded: no issue yet
Detail = dict[str, str | int | float | bool | list[str] | None]


class EmergencyKeys:
    """The emergency keys of one box.

    Args:
        settings: name the keys, and what the outputs can do.
        clock: the only source of time.
        journal: records each press.
        issues: the open issues.
        documents: those in force.
        why_missing: None when a medium is in store, else why it is not.
        is_stopped: is everything silent, by the silence key or by a silence signed by two?
        sounding: the items that loudspeakers play now.
        press: the last press.
    """

    def __init__(  # noqa: PLR0913 - one keyword a collaborator
        self,
        settings: Settings,
        *,
        clock: Clock,
        journal: Journal,
        issues: Issues,
        documents: DocumentsInForce,
        why_missing: Callable[[str], str | None],
        is_stopped: Callable[[Now], bool],
        sounding: Callable[[], Iterable[Item]],
        press: KeyPress,
    ) -> None:
        self._clock = clock
        self._journal = journal
        self._issues = issues
        self._documents = documents
        self._why_missing = why_missing
        self._is_stopped_at = is_stopped
        self._sounding = sounding
        self._press = press
        self._slots = {
            one.name: one.starts or DEFAULT_KEY_SLOT
            for one in settings.inputs
            if INPUT_KINDS[one.kind].action == "start_alarm"
        }
        outputs = settings.outputs
        self._senses: set[Medium] = {"sound" if one.audio else "picture" for one in outputs}
        self._idle_since_mono_s: dict[str, float] = {}
        self._presses: asyncio.Queue[Detail] = asyncio.Queue()

    def key_alarms(self) -> list[KeyAlarm]:
        """What each key would start now, in the order of the settings."""
        held, now = self._documents.held, self._clock.now()
        key_alarms = []
        for name, slot in self._slots.items():
            found = find_alarm(held, slot, now)
            document = found[1] if found is not None else None
            missing_media = (
                find_missing_media(document, self._senses, self._why_missing) if document else {}
            )
            key_alarms.append(KeyAlarm(name, slot, document, missing_media))
        return key_alarms

    def press(self, name: str) -> None:
        """Handle a press: start the alarm at once; the journal is written afterwards."""
        key_alarm = next(one for one in self.key_alarms() if one.key == name)
        code = self._start(key_alarm)
        document = key_alarm.document
        log.warning("key %s pressed: %s", name, code or "started")
        detail: Detail = {"what": "emergency-key", "by": name, "slot": key_alarm.slot}
        detail |= {"doc_id": document.doc_id if document is not None else None}
        detail |= {"result": _RESULT.get(code, "refused"), "code": code}
        self._presses.put_nowait(detail)
        if code in ("E_NO_ALARM", "E_MEDIA"):
            self._issues.set_issue("key_started_nothing", name, key_alarm.why_incomplete)
        elif code is None:
            self._issues.set_issue("key_started_nothing", name, None)
        self._press.changed.emit()

    def _start(self, key_alarm: KeyAlarm) -> str | None:
        """Start the alarm; the code of the reason if it cannot start."""
        if self._is_stopped():
            return "E_SILENT"
        if self._is_on(key_alarm.slot):
            return "E_ON"
        found = find_alarm(self._documents.held, key_alarm.slot, self._clock.now())
        if found is None:
            return "E_NO_ALARM"
        if not key_alarm.is_startable:
            return "E_MEDIA"
        self._press.begin(*found, key_alarm.key)
        return None

    def _is_stopped(self) -> bool:
        return self._is_stopped_at(self._clock.now())

    def _is_on(self, slot: str) -> bool:
        """Is that slot's alarm still played? Text that stays on a board does not count."""
        press = self._press.current()
        if press is None or press.document.slot != slot:
            return False
        at = self._clock.now().at
        active = find_active_alarm(self._documents.held, press, at)
        if active is None:
            return False
        if "sound" not in self._senses or not active.sequence_ms:
            return True
        is_heard = any(item.level == Level.LOCAL_KEY for item in self._sounding())
        return is_heard or (at - press.at).total_seconds() * 1000 < active.sequence_ms

    def check(self) -> None:
        """Update alarm and issues after a change of documents, media, clock or silence."""
        press = self._press.current()
        if press is not None and self._is_ended(press.document):
            self._press.end()
        for key_alarm in self.key_alarms():
            self._report(key_alarm)

    def _report(self, key_alarm: KeyAlarm) -> None:
        name, why, set_issue = key_alarm.key, key_alarm.why_incomplete, self._issues.set_issue
        if why is None:
            self._idle_since_mono_s.pop(name, None)
            set_issue("key_started_nothing", name, None)
        elif mono_s() - self._idle_since_mono_s.setdefault(name, mono_s()) < GRACE_S:
            why = None
        is_held = key_alarm.document is not None
        set_issue("key_without_alarm", name, None if is_held else why)
        set_issue("key_alarm_incomplete", name, why if is_held else None)

    def _is_ended(self, document: Emergency) -> bool:
        """Has the alarm ended for good? The end of a silence does not start it again."""
        cancelled = cancelled_by(self._documents.held)
        names = {document.event_id, document.doc_id}
        return self._is_stopped() or bool(cancelled & names)

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._record_presses(), name="journal of keys")
            group.create_task(self._check_often(), name="check of keys")

    async def _record_presses(self) -> None:
        while True:
            detail = await self._presses.get()
            with contextlib.suppress(AgentError):
                await self._journal.append("command", detail=detail)

    async def _check_often(self) -> None:
        """Check periodically: an alarm expires without any signal."""
        while self._slots:
            self.check()
            await asyncio.sleep(CHECK_S)


_RESULT = {None: "done", "E_ON": "ignored"}
