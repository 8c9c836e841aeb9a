"""The keys of the box's microphones and line-ins: who may speak, for how long, and its record.

A key is held to speak. One person speaks at a time: an emergency microphone replaces an ordinary
voice, nothing replaces an emergency microphone. Each press is recorded, also one that is refused,
with the rule that refuses it. Whoever speaks is ended by the release, by the longest time of the
input (a stuck key must not hold a station), by the next rule of the policy that applies, or when
the right to speak is withdrawn.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from agent.clock import Clock, Now, mono_s
from agent.contract.input_kind import INPUT_KINDS
from agent.contract.priority import Level
from agent.errors import AgentError
from agent.evidence.journal import Journal
from agent.health.open_issues import Issues
from agent.plan.local_voice import NOT_ALLOWED, VoicePermit, VoiceRefusal
from agent.play.item import Item
from agent.settings.model import Settings, VoiceDevice
from agent.state.voice_press import Speaking, VoicePress

log = logging.getLogger(__name__)
CHECK_S = 30.0
Detail = dict[str, str | int | float | bool | list[str] | None]


@dataclass(frozen=True)
class VoiceKey:
    """A key of the settings and the input that it opens."""

    name: str
    device: VoiceDevice
    is_emergency: bool

    @property
    def zones(self) -> tuple[str, ...]:
        """Where it is to be heard; `*` is everywhere."""
        return tuple(self.device.zones) or ("*",)

    @property
    def what(self) -> str:
        """How the journal names its presses."""
        return "emergency-microphone" if self.is_emergency else self.device.kind


def list_voice_keys(settings: Settings) -> list[VoiceKey]:
    """The keys that open a voice input, in the order of the settings."""
    devices = {one.name: one for one in settings.voice_inputs}
    first = next(iter(devices), "")
    return [
        VoiceKey(one.name, devices[one.speaks or first], action == "speak_emergency")
        for one in settings.inputs
        if (action := INPUT_KINDS[one.kind].action) in ("speak", "speak_emergency")
        and (one.speaks or first) in devices
    ]


@dataclass
class LocalVoice:
    """The voices of one box.

    Args:
        keys: of the settings.
        clock: the only source of time.
        journal: records each press and each end.
        issues: the open issues.
        press: who speaks now; only this object writes it.
        judge: may somebody begin now for some zones (is it an emergency?), and until when?
        refuse: the rule that forbids it from now on.
        is_stopped: is everything silent, by the silence key or by a silence signed by two?
        is_muted: does nothing but emergencies sound?
        sounding: the items that loudspeakers play now.
        peak_dbfs: the highest peak of an input's last speech; None where it is unknown.
    """

    keys: Iterable[VoiceKey]
    clock: Clock
    journal: Journal
    issues: Issues
    press: VoicePress
    judge: Callable[[Now, Sequence[str], bool], VoicePermit | VoiceRefusal]
    refuse: Callable[[Now, Sequence[str], bool], VoiceRefusal | None]
    is_stopped: Callable[[Now], bool]
    is_muted: Callable[[Now], bool]
    sounding: Callable[[], Iterable[Item]]
    peak_dbfs: Callable[[str], float | None]
    _by_name: dict[str, VoiceKey] = field(default_factory=dict)
    _rule: str = ""
    _left_on: str | None = None
    _records: asyncio.Queue[Detail] = field(default_factory=asyncio.Queue)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._by_name = {one.name: one for one in self.keys}

    def on_key(self, name: str, is_pressed: bool) -> None:  # noqa: FBT001 - the state itself
        """A key was pressed or released: act at once; the journal is written afterwards."""
        key = self._by_name.get(name)
        if key is None:
            return  # its input is not in the settings: `tramtin check` refuses those
        if is_pressed:
            self._begin(key)
        else:
            self._release(name)

    def _begin(self, key: VoiceKey) -> None:
        now = self.clock.now()
        answer = self._find_obstacle(key, now) or self.judge(now, key.zones, key.is_emergency)
        log.warning("key %s pressed: %s", key.name, answer)
        detail: Detail = {"what": key.what, "by": key.name, "input": key.device.name}
        why = None
        if isinstance(answer, VoiceRefusal):
            why = f"{answer.code}: {answer.rule}".removesuffix(": ")
            detail |= {"result": "refused", "code": answer.code, "rule": answer.rule}
        else:
            detail |= {"result": "done", "code": None, "rule": answer.left_out or None}
            self._speak(key, answer)
        self._records.put_nowait(detail)
        if key.is_emergency:
            self.issues.set_issue("key_started_nothing", key.name, why)

    def _find_obstacle(self, key: VoiceKey, now: Now) -> VoiceRefusal | None:
        if self.is_stopped(now) or (not key.is_emergency and self.is_muted(now)):
            return VoiceRefusal("E_SILENT")
        speaking = self.press.current()
        if speaking is not None and speaking.is_emergency >= key.is_emergency:
            return VoiceRefusal("E_BUSY", f"{speaking.key} speaks")
        above = next((one for one in self.sounding() if one.level > Level.LOCAL_VOICE), None)
        if not key.is_emergency and above is not None:
            return VoiceRefusal("E_BUSY", f"{above.level_name}: {above.title}")
        return None

    def _speak(self, key: VoiceKey, permit: VoicePermit) -> None:
        longest_mono_s = mono_s() + 60 * key.device.max_min
        until_mono_s, self._rule = longest_mono_s, ""
        if permit.until_at is not None:
            limit_mono_s = self.clock.mono_of(permit.until_at)
            if limit_mono_s < longest_mono_s:
                until_mono_s, self._rule = limit_mono_s, permit.rule
        if (former := self.press.current()) is not None:
            self._end(former, "replaced")
        self.press.begin(
            key.device.name, key.name, is_emergency=key.is_emergency, until_mono_s=until_mono_s,
            zones=permit.zones,
        )  # fmt: skip
        self._changed.set()

    def _release(self, name: str) -> None:
        if name == self._left_on:
            self._left_on = None
            self.issues.set_issue("microphone_left_on", name, None)
        speaking = self.press.current()
        if speaking is not None and speaking.key == name:
            self._end(speaking, None)

    def _end(self, speaking: Speaking, reason: str | None) -> None:
        self.press.finish(reason)
        key = self._by_name[speaking.key]
        self._records.put_nowait(
            {
                "what": key.what,
                "by": key.name,
                "input": key.device.name,
                "state": "off",
                "duration_ms": round(1000 * (mono_s() - speaking.began_mono_s)),
                "peak_dbfs": self.peak_dbfs(key.device.name),
                "reason": reason,
            }
        )

    def check(self) -> None:
        """End whoever may not speak any more; report in advance the keys that would do nothing."""
        now = self.clock.now()
        speaking = self.press.current()
        if speaking is not None:
            refusal = self.refuse(now, speaking.zones, speaking.is_emergency)
            if refusal is not None:
                self._end(speaking, f"{refusal.code}: {refusal.rule}")
            elif mono_s() >= speaking.until_mono_s:
                self._end_late(speaking)
        for key in self._by_name.values():
            refusal = self.refuse(now, key.zones, key.is_emergency)
            why = NOT_ALLOWED if refusal is not None and refusal.rule == NOT_ALLOWED else None
            self.issues.set_issue("microphone_not_allowed", key.name, why)

    def _end_late(self, speaking: Speaking) -> None:
        if self._rule:
            self._end(speaking, f"E_POLICY: {self._rule}")
            return
        minutes = self._by_name[speaking.key].device.max_min
        self._end(speaking, f"E_LONGEST: {minutes} min")
        self._left_on = speaking.key
        self.issues.set_issue("microphone_left_on", speaking.key, f"pressed for {minutes} min")

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._record(), name="journal of voices")
            group.create_task(self._check_often(), name="check of voices")

    async def _record(self) -> None:
        while True:
            detail = await self._records.get()
            with contextlib.suppress(AgentError):
                await self.journal.append("command", detail=detail)

    async def _check_often(self) -> None:
        """Check periodically, and when the time of whoever speaks is over."""
        while self._by_name:
            self.check()
            self._changed.clear()
            speaking = self.press.current()
            left_s = CHECK_S if speaking is None else speaking.until_mono_s - mono_s()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(CHECK_S, max(0.01, left_s))):
                    await self._changed.wait()
