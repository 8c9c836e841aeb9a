"""An emergency in force on a loudspeaker and a board, without worker processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from agent.clock import Now
from agent.contract.ids import Digest
from agent.overrides.emergency_state import EmergencyState, list_alarms
from agent.plan.site_work import NOBODY, SiteWork
from agent.play.board.board_output import BoardOutput
from agent.play.item import Item, OutputContext
from agent.play.sound.sound_output import SoundOutput
from agent.play.speaker_line import SpeakerLine
from agent.play.supervisor import SameWorker
from agent.playout.output_schedule import BoardSchedule, SoundSchedule
from agent.playout.schedule import Schedule
from tests.harness.silent_schedule import START, FakeHeld, emergency

NOW = Now(START + timedelta(seconds=10), "SYNCED", 0.01)


class FakeShelf:
    def open_verified(self, digest: Digest, size_bytes: int) -> int:
        raise NotImplementedError

    async def open(self, digest: Digest, size_bytes: int) -> int:
        raise NotImplementedError

    def has(self, digest: Digest) -> bool:
        return True

    def path(self, digest: Digest) -> Path:
        return Path(digest)


@dataclass
class FakeSession:
    item: Item
    is_sounding: bool = True


def no_worker(*_: Any) -> Any:
    raise AssertionError("no process is started here")


@dataclass
class Box:
    """A loudspeaker and a board; nothing runs."""

    held: list[FakeHeld] = field(default_factory=lambda: [emergency()])
    is_locked: bool = False
    work: SiteWork = NOBODY

    def __post_init__(self) -> None:
        any_: Any = None
        self.programme = Schedule(
            None, lambda _digest: None, is_locked=lambda: self.is_locked,
            site_work=lambda: self.work,
        )  # fmt: skip
        self.programme.update(self.held, NOW)
        self.rundowns = {
            "loa": SoundSchedule(self.programme, ["nga-ba"]),
            "bang": BoardSchedule(self.programme, ["mat"]),
        }
        context = [
            OutputContext(one, any_, FakeShelf(), any_, lambda *_: None)
            for one in self.rundowns.values()
        ]
        self.line = SpeakerLine("nga-ba", None, 0, 0, lambda *_: None)
        self.sound = SoundOutput("loa", [self.line], SameWorker(no_worker), context[0])
        self.board = BoardOutput("bang", {"mat": context[1].rundown}, no_worker, context[1])
        self.sound._supervisor.is_ready = self.board._supervisor.is_ready = True

    def states(self) -> list[EmergencyState]:
        outputs = {"loa": self.sound, "bang": self.board}
        return list_alarms(self.programme, self.rundowns, outputs, NOW)

    def item(self, output: str = "loa") -> Item:
        (active,) = self.programme.alarms(NOW, "sound")
        item = self.rundowns[output].item_of(active)
        assert item is not None
        return item

    def standings(self) -> list[str]:
        (state,) = self.states()
        return [one.standing for one in state.outputs]

    def sound_on(self, item: Item) -> None:
        session: Any = FakeSession(item)
        self.sound.session_stack.sessions.append(session)
