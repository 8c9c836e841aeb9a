"""What a relay process is told on its command line; none of it is a secret."""

from __future__ import annotations

import os
import sys
from datetime import timedelta

import msgspec

from agent.clock import Now, mono_s


class RelayConfig(msgspec.Struct, frozen=True):
    """One relay.

    Args:
        url: of the radio, as signed.
        hosts: those that the signed policy names; nothing else is asked, also after a redirect.
        allow_private: may they have addresses in a local network?
        ca: PEM of an authority that is trusted besides the system's.
        now: the box's time at `at_mono_s`, for the dates of certificates.
        at_mono_s: CLOCK_MONOTONIC.
        host_key: see `agent.contract.document.Relay`.
    """

    url: str
    hosts: tuple[str, ...]
    allow_private: bool
    ca: str
    now: Now
    at_mono_s: float
    host_key: str | None = None

    def read_now(self) -> Now:
        """The present moment by the time of the start."""
        late = timedelta(seconds=mono_s() - self.at_mono_s)
        now = self.now
        return Now(
            now.at + late,
            now.quality,
            now.error_s,
            None if now.past is None else now.past + late,
            None if now.attested is None else now.attested + late,
        )


def relay_argv(config: RelayConfig) -> list[str]:
    """The command line of a relay process."""
    text = msgspec.json.encode(config).decode()
    return [sys.executable, "-m", "agent.live.relay.relay_process", text]


def relay_environment() -> dict[str, str]:
    """Its environment: where programs and modules are, and nothing that systemd gave the agent."""
    kept = ("PATH", "PYTHONPATH", "VIRTUAL_ENV")
    own = {name: os.environ[name] for name in kept if name in os.environ}
    return {**own, "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
