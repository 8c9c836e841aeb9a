"""A person who speaks at the box, as an item of an output."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol

from agent.clock import Clock, Now
from agent.contract.default_title import default_title
from agent.contract.priority import Level
from agent.plan.calendar import local_date
from agent.plan.local_voice import (
    NOT_ALLOWED,
    VoicePermit,
    VoiceRefusal,
    is_emergency_voice_allowed,
    judge_voice,
    refuse_voice,
)
from agent.plan.policy import EffectivePolicy, config_in_force, effective_policy
from agent.plan.session_book import Span
from agent.plan.site_work import WORK_CODES, Work
from agent.plan.timeline import Timeline
from agent.play.item import Item, ItemSource
from agent.settings.model import Policy, VoiceDevice
from agent.state.documents_in_force import DocumentsInForce
from agent.state.live_voices import LiveVoices
from agent.state.voice_press import Speaking, VoicePress

END_MARGIN = timedelta(seconds=1)  # the person is ended first, with the rule that ends them


class PlannedSound(Protocol):
    """See `playout.schedule.Schedule`."""

    timeline: Timeline | None


@dataclass(frozen=True)
class VoiceItems:
    """The voices of one box.

    Args:
        inputs: microphones and line-ins of the settings.
        press: who speaks now.
        documents: those in force.
        local: the narrowing policy of the local settings, if any.
        clock: the only source of time.
        zone_kinds: the station's clusters and the kinds of their surroundings.
        voices: the live ones, each of which is a session too.
        find_work: which work at the station keeps programme off; None: none does.
    """

    inputs: Sequence[VoiceDevice]
    press: VoicePress
    documents: DocumentsInForce
    local: Policy | None
    clock: Clock
    zone_kinds: Mapping[str, str] = field(default_factory=dict)
    voices: LiveVoices = field(default_factory=LiveVoices)
    find_work: Callable[[], Work | None] = lambda: None

    def find(self, zones: Collection[str]) -> Item | None:
        """Who speaks now on an output with these zones, as its item."""
        speaking = self.press.current()
        if speaking is None:
            return None
        device = next(one for one in self.inputs if one.name == speaking.input_name)
        is_here = "*" in speaking.zones or not set(zones).isdisjoint(speaking.zones)
        return _build(speaking, device, self.clock) if is_here else None

    def judge(
        self,
        plan: PlannedSound,
        now: Now,
        zones: Sequence[str],
        is_emergency: bool,  # noqa: FBT001 - which of the two standings
    ) -> VoicePermit | VoiceRefusal:
        """May somebody begin to speak now for some zones, and until when?"""
        if is_emergency:
            is_allowed = is_emergency_voice_allowed(self.documents.held)
            permit = VoicePermit(zones=tuple(zones))
            return permit if is_allowed else VoiceRefusal("E_POLICY", NOT_ALLOWED)
        if (work := self.find_work()) is not None:
            return VoiceRefusal(WORK_CODES[work], work)
        today = local_date(now.at)
        sounded = [
            span for span in self.list_sounded(plan.timeline) if local_date(span[0]) == today
        ]
        return judge_voice(self._policy(now), now, sounded, zones)

    def refuse(
        self,
        now: Now,
        zones: Sequence[str],
        is_emergency: bool,  # noqa: FBT001 - as `judge`
    ) -> VoiceRefusal | None:
        """The rule that forbids at this moment what may have been allowed before."""
        if is_emergency:
            is_allowed = is_emergency_voice_allowed(self.documents.held)
            return None if is_allowed else VoiceRefusal("E_POLICY", NOT_ALLOWED)
        if (work := self.find_work()) is not None:
            return VoiceRefusal(WORK_CODES[work], work)
        return refuse_voice(self._policy(now), now, zones)

    def _policy(self, now: Now) -> EffectivePolicy:
        config = config_in_force(self.documents.held, now)
        return effective_policy(config, self.local, self.zone_kinds)

    def list_sounded(self, timeline: Timeline | None) -> Iterable[Span]:
        """What is planned and what was spoken: sessions are counted from it."""
        for begin_s, end_s in self.press.spoken:
            yield self.clock.at_of(begin_s), self.clock.at_of(end_s)
        yield from self.voices.spoken
        for one in timeline.occurrences if timeline is not None else ():
            if one.medium == "sound" and one.level > Level.FILLER:
                yield one.start_at, one.end_at


def _build(speaking: Speaking, device: VoiceDevice, clock: Clock) -> Item:
    level = Level.EMERGENCY_VOICE if speaking.is_emergency else Level.LOCAL_VOICE
    title = "emergency_microphone" if speaking.is_emergency else device.kind
    end_at = clock.at_of(speaking.until_mono_s) + END_MARGIN
    opening: Literal["chime", "attention"] | None = "attention" if speaking.is_emergency else None
    return Item(
        key=speaking.item_key,
        source=ItemSource(
            doc_id="",
            doc_sha256="",
            entry=device.name,
            issuer="",
            editor="",
            approver="",
            class_="emergency" if speaking.is_emergency else "routine",
        ),
        title=default_title(title, device.name),
        lang="vi",
        level=int(level),
        level_name=level.name.lower(),
        zones=speaking.zones,
        start_at=clock.at_of(speaking.began_mono_s),
        end_at=end_at,
        latest_end_at=end_at,
        kind=device.kind,
        opening=opening or ("chime" if device.chime else None),
        started_by=speaking.key,
    )
