"""A device that several contacts or sensors share: when it does not answer, one issue says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent.settings.model import Input, Sensor

SetIssue = Callable[[str, str, str | None], None]


class SharedDevice:
    """One device behind a port.

    Args:
        kind: of the issue.
        subject: how the issue names the device.
        set_issue: begins an issue (kind, subject, hint), or ends it (hint None).
    """

    def __init__(self, kind: str, subject: str, set_issue: SetIssue) -> None:
        self._kind = kind
        self._subject = subject
        self._set_issue = set_issue
        self._missing: set[str] = set()

    def report_miss(self, name: str, why: str) -> None:
        """The contact or sensor `name` cannot be read."""
        self._missing.add(name)
        self._set_issue(self._kind, self._subject, why)

    def report_read(self, name: str) -> None:
        """The contact or sensor `name` was read; the issue ends once none is missing."""
        self._missing.discard(name)
        if not self._missing:
            self._set_issue(self._kind, self._subject, None)


def share_devices(
    kind: str, entries: Sequence[Input | Sensor], set_issue: SetIssue
) -> list[SharedDevice]:
    """The device of each, in the same order; those of one port and unit share it."""
    keys = [_key(one) for one in entries]
    devices: dict[tuple[str, ...], SharedDevice] = {}
    for one, key in zip(entries, keys, strict=True):
        subject = one.name if keys.count(key) == 1 else " ".join(key)
        devices.setdefault(key, SharedDevice(kind, subject, set_issue))
    return [devices[key] for key in keys]


def _key(one: Input | Sensor) -> tuple[str, ...]:
    if one.port is None:
        return (one.name,)
    return (one.port,) if one.unit is None else (one.port, f"unit {one.unit}")
