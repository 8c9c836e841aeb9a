"""A device that several contacts or sensors hang on: when it is silent, that is told once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent.settings.model import Input, Sensor

Note = Callable[[str, str, str | None], None]


class SharedDevice:
    """One device behind a port.

    Args:
        kind: of the issue.
        subject: how the issue names the device.
        note: begins an issue (kind, subject, hint), or ends it (hint None).
    """

    def __init__(self, kind: str, subject: str, note: Note) -> None:
        self._kind = kind
        self._subject = subject
        self._note = note
        self._silent: set[str] = set()

    def miss(self, name: str, why: str) -> None:
        """What is called `name` cannot be read."""
        self._silent.add(name)
        self._note(self._kind, self._subject, why)

    def hear(self, name: str) -> None:
        """What is called `name` was read; the issue ends when nothing is missing any more."""
        self._silent.discard(name)
        if not self._silent:
            self._note(self._kind, self._subject, None)


def share_devices(kind: str, wanted: Sequence[Input | Sensor], note: Note) -> list[SharedDevice]:
    """The device of each, in the same order; those of one port and unit share it."""
    keys = [_key(one) for one in wanted]
    devices: dict[tuple[str, ...], SharedDevice] = {}
    for one, key in zip(wanted, keys, strict=True):
        subject = one.name if keys.count(key) == 1 else " ".join(key)
        devices.setdefault(key, SharedDevice(kind, subject, note))
    return [devices[key] for key in keys]


def _key(one: Input | Sensor) -> tuple[str, ...]:
    if one.port is None:
        return (one.name,)
    return (one.port,) if one.unit is None else (one.port, f"unit {one.unit}")
