"""From settings to a living agent: root, device key, state, clock, signals."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path

from agent.app import HEALTH_S, Agent
from agent.clock import Clock, read_boot_id, read_rtc
from agent.errors import AgentError, ConfigError
from agent.evidence.device_key import DeviceKey, load_device_key
from agent.health.notify import notify
from agent.settings.credential import take_credentials
from agent.settings.fault import Fault
from agent.settings.load import Judged, judge_settings
from agent.settings.model import Settings
from agent.store import meta
from agent.store.volatile import open_state
from agent.trust.authority import PinnedAuthority, load_pinned

log = logging.getLogger(__name__)
ANSWER_S = 1.0  # for the page to say that new settings take effect


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


class _Reread:
    """Settings that were read again: judged as at the start, kept until the agent begins anew."""

    def __init__(self, file: Path, *, demo: bool) -> None:
        self.file = file
        self.settings: Settings | None = None
        self.is_good = asyncio.Event()
        self._judge = partial(judge, file, demo=demo)

    async def __call__(self) -> Sequence[Fault]:
        """What is wrong with the file now; when nothing is, the agent begins anew with it.

        Raises:
            ConfigError: E_UNREADABLE.
        """
        judged = await asyncio.to_thread(self._judge)
        if judged.settings is None:
            return judged.faults
        self.settings = judged.settings
        self.is_good.set()
        return ()


async def serve(
    settings: Settings, file: Path, *, demo: bool = False, health_s: float = HEALTH_S
) -> None:
    """Build the agent and live until a signal says stop; begin anew when settings are read again.

    Raises:
        ConfigError: root or device key unusable.
        StoreError: the state directory cannot be used.
    """
    former: Settings | None = None
    async with _stopped_by_signals():
        while True:
            reread = _Reread(file, demo=demo)
            try:
                await _live(settings, reread, demo=demo, health_s=health_s)
            except AgentError:
                if former is None:
                    raise
                log.exception("the new settings do not work, the former ones stay")
                settings, former = former, None
                continue
            assert reread.settings is not None  # noqa: S101 - else it would live on
            settings, former = reread.settings, settings


async def _live(settings: Settings, reread: _Reread, *, demo: bool, health_s: float) -> None:
    """One life of the agent with these settings, until others are there."""
    authority = load_authority(settings, demo=demo)
    key = load_key(settings)
    settings = take_credentials(settings)
    store = open_state(Path(settings.state))
    try:
        boot_id = read_boot_id()
        floor = await store.run(meta.time_floor)
        rtc = await asyncio.to_thread(read_rtc)
        clock = Clock(floor, rtc) if floor else Clock(rtc=rtc)
        saved = await store.run(meta.get, "clock_fix")
        if saved:
            clock.restore(json.loads(saved), boot_id)
        agent = Agent(settings, authority, store, clock, key, boot_id, reread, health_s=health_s)
        await _until_good(agent, reread)
    finally:
        store.close()


async def _until_good(agent: Agent, reread: _Reread) -> None:
    life = asyncio.create_task(agent.serve(), name="agent")
    renewed = asyncio.create_task(reread.is_good.wait(), name="settings read again")
    try:
        await asyncio.wait([life, renewed], return_when=asyncio.FIRST_COMPLETED)
        if life.done():
            await life
        await asyncio.sleep(ANSWER_S)
    finally:
        for task in (renewed, life):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
