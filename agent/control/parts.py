"""What the desk looks at and acts on, given by `app`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from agent.clock import Clock, Now
from agent.contract import report
from agent.contract.accepted import HeldDocument
from agent.contract.ids import Place
from agent.contract.report import InputState
from agent.evidence.journal import Journal
from agent.health.check import CheckStatus
from agent.health.checks.authority import AuthorityState
from agent.health.open_issues import Issues
from agent.overrides.emergency_state import EmergencyState
from agent.plan.prepared_alarm import KeyStanding
from agent.plan.silence import ActiveSilence
from agent.plan.timeline import Timeline
from agent.play.board.board_output import BoardOutput
from agent.play.sound.sound_output import SoundOutput
from agent.settings.model import Settings
from agent.store.local_mute import LocalMute
from strict_yaml.validation_fault import ValidationFault


class LinkConnection(Protocol):
    """See `link.mqtt.MqttLink`."""

    since_mono_s: float

    @property
    def connected(self) -> bool:
        """Do subscriptions stand?"""


class ScheduleState(Protocol):
    """See `programme.Programme`."""

    @property
    def held(self) -> Sequence[HeldDocument]:
        """The documents in force."""

    @property
    def timeline(self) -> Timeline | None:
        """What is planned around now."""

    def silence(self, now: Now) -> ActiveSilence | None:
        """The strongest silence that was ordered by a document, if any."""

    def is_locked(self) -> bool:
        """Does the key on the box keep everything silent and black?"""


class SettingsReload(Protocol):
    """Judges the settings' file; when it is good, the agent begins anew with it within seconds."""

    file: Path

    async def __call__(self) -> Sequence[ValidationFault]:
        """What is wrong with it.

        Raises:
            ConfigError: E_UNREADABLE, it cannot be read at all.
        """


@dataclass(frozen=True)
class ControlParts:
    """The agent's parts.

    Args:
        settings: of this box.
        clock: the only source of time.
        journal: what happened, and the outbox.
        issues: those that last.
        link: the connection to the broker.
        programme: held documents and the timeline.
        outputs: by name.
        silence: the local switch.
        check_statuses: the status of each health check.
        place: of this box, once it has been told.
        why_missing: None when a medium is in store, else why it is not.
        look_again: has every output ask its rundown anew.
        reread: the settings' file, and the way to read it again.
        authority: how it stands with who may sign.
        inputs: contacts by name.
        sensors: what they told last, by name.
        emergency_keys: what each emergency key would start now.
        alarms: every emergency in force, and how it stands on each output.
    """

    settings: Settings
    clock: Clock
    journal: Journal
    issues: Issues
    link: LinkConnection
    programme: ScheduleState
    outputs: Mapping[str, SoundOutput | BoardOutput]
    silence: LocalMute
    check_statuses: Callable[[], Mapping[str, CheckStatus]]
    place: Callable[[], Place | None]
    why_missing: Callable[[str], str | None]
    look_again: Callable[[], None]
    reread: SettingsReload
    authority: Callable[[], AuthorityState]
    inputs: Callable[[], Mapping[str, InputState]] = dict
    sensors: Callable[[], Mapping[str, report.Reading]] = dict
    emergency_keys: Callable[[], Sequence[KeyStanding]] = list
    alarms: Callable[[], Sequence[EmergencyState]] = list
