"""Open issues: faults as data, each signalled once when it begins and once when it ends."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from agent.clock import mono_s
from agent.contract.report import Issue
from agent.contract.utc import encode_utc
from agent.signals import Signal

MAX_REMEMBERED = 256


class Issues:
    """The faults of this box at this moment.

    Args:
        now: UTC text of the present moment.

    Attributes:
        changed: emitted with (issue, True when it begins or False when it ends).
    """

    def __init__(self, now: Callable[[], str]) -> None:
        self._now = now
        self.changed = Signal[[Issue, bool]]()
        self._issues: dict[tuple[str, str], Issue] = {}
        self._begun_mono_s: dict[tuple[str, str], float] = {}
        self._beginnings: deque[tuple[float, str, str]] = deque(maxlen=MAX_REMEMBERED)

    def set_issue(self, kind: str, subject: str, hint: str | None) -> None:
        """Begin an issue (hint: what to do), or end it (hint None); repeats do nothing."""
        key = (kind, subject)
        if hint is None:
            ended = self._issues.pop(key, None)
            if ended is not None:
                del self._begun_mono_s[key]
                self.changed.emit(ended, False)  # noqa: FBT003 - begins or ends
        elif key not in self._issues:
            self._issues[key] = Issue(kind, subject, self._now(), hint)
            self._begun_mono_s[key] = mono_s()
            self._beginnings.append((self._begun_mono_s[key], kind, subject))
            self.changed.emit(self._issues[key], True)  # noqa: FBT003 - begins or ends

    def all(self) -> list[Issue]:
        """Oldest first."""
        return list(self._issues.values())

    def dated(self, at: datetime) -> list[Issue]:
        """All of them, each with the moment at which it began by the present clock.

        Args:
            at: the present moment, by a clock that can be trusted.
        """
        return [
            msgspec.structs.replace(one, since=encode_utc(at - timedelta(seconds=self.age_s(one))))
            for one in self.all()
        ]

    def age_s(self, issue: Issue) -> float:
        """How long an open issue has lasted, in seconds.

        `Issue.since` is the clock's time then, which is useless if the clock was not trusted yet.
        """
        return mono_s() - self._begun_mono_s[issue.kind, issue.subject]

    def begun(self, kind: str, within_s: float) -> Counter[str]:
        """Subject → how often an issue of this kind began within the last `within_s` seconds."""
        since = mono_s() - within_s
        return Counter(
            subject for at, one, subject in self._beginnings if one == kind and at >= since
        )
