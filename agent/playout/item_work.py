"""Which items work at the station keeps off an output that others of their kind may sound on."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from agent.contract.priority import Level
from agent.plan.occurrence import Medium
from agent.plan.site_work import Work
from agent.play.item import Item
from agent.playout.schedule import Schedule

LOCAL_KINDS = ("microphone", "line-in")


def find_item_work(schedule: Schedule, item: Item, sense: Medium) -> Work | None:
    """Which work keeps this very item off; None: none does.

    Programme is kept off as a whole, by `Schedule.find_work`. Whoever speaks at the box in an
    emergency sees who works there.
    """
    level = Level(item.level)
    if item.kind == "live":
        return schedule.find_work_before_voice(level)
    if item.kind == "chime":
        return schedule.find_work("test")
    is_alarm = level >= Level.EMERGENCY and item.kind not in LOCAL_KINDS
    if sense == "picture" or not is_alarm:
        return None
    return schedule.find_work_before(item.source.issuer, is_exercise=item.is_exercise)


@dataclass(frozen=True)
class KeysWith:
    """Some keys, and one more."""

    keys: Container[str]
    one: str

    def __contains__(self, key: object) -> bool:
        return key == self.one or key in self.keys
