"""From settings to a living agent: root, device key, state, clock, signals."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

from agent.app import HEALTH_S, Agent
from agent.clock import Clock, read_boot_id, read_rtc
from agent.errors import AgentError, ConfigError
from agent.evidence.device_key import DeviceKey, load_device_key
from agent.health.notify import notify
from agent.settings.credential import take_credentials
from agent.settings.load import Judged, judge_settings
from agent.settings.model import Settings
from agent.store import meta
from agent.store.database import Store
from agent.trust.authority import PinnedAuthority, load_pinned

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def _stopped_by_signals() -> AsyncIterator[None]:
    """SIGTERM and SIGINT cancel the body, once."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - runs in a task
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        yield
    except asyncio.CancelledError:
        log.info("stopped")
    finally:
        notify("STOPPING=1")


def load_authority(settings: Settings, *, demo: bool) -> PinnedAuthority:
    """The root from its file.

    Raises:
        ConfigError: E_ROOT: no root, a broken one, or a demonstration's root outside it.
    """
    try:
        authority = load_pinned(Path(settings.root).read_bytes())
    except (OSError, AgentError) as error:
        raise ConfigError("E_ROOT", settings.root, str(error)) from error
    if authority.demo and not demo:
        raise ConfigError("E_ROOT", settings.root, "a demonstration root works only in the demo")
    return authority


def load_key(settings: Settings) -> DeviceKey:
    """The device key from its file, or from systemd's copy of it.

    Raises:
        ConfigError: E_KEY: no key, or a broken one.
    """
    key = take_credentials(settings).broker.key
    try:
        return load_device_key(Path(key))
    except (OSError, ValueError) as error:
        raise ConfigError("E_KEY", settings.broker.key, str(error)) from error


def judge(file: Path, *, demo: bool = False) -> Judged:
    """All that `run` would refuse to start with; `tramtin check` and `tramtin run` both ask here.

    Raises:
        ConfigError: E_UNREADABLE, the file itself cannot be read.
    """
    judged = judge_settings(file)
    if judged.settings is None:
        return judged
    settings = judged.settings
    for key, load in (
        ("root", partial(load_authority, settings, demo=demo)),
        ("broker.key", partial(load_key, settings)),
    ):
        try:
            load()
        except ConfigError as error:
            judged = judged.refused(key, error)
    return judged


async def serve(settings: Settings, *, demo: bool = False, health_s: float = HEALTH_S) -> None:
    """Build the agent and live until a signal says stop.

    Raises:
        ConfigError: root or device key unusable.
        StoreError: the state directory cannot be used.
    """
    authority = load_authority(settings, demo=demo)
    key = load_key(settings)
    settings = take_credentials(settings)
    store = Store.open(Path(settings.state))
    try:
        boot_id = read_boot_id()
        floor = await store.run(meta.time_floor)
        rtc = await asyncio.to_thread(read_rtc)
        clock = Clock(floor, rtc) if floor else Clock(rtc=rtc)
        saved = await store.run(meta.get, "clock_fix")
        if saved:
            clock.restore(json.loads(saved), boot_id)
        async with _stopped_by_signals():
            await Agent(settings, authority, store, clock, key, boot_id, health_s=health_s).serve()
    finally:
        store.close()
