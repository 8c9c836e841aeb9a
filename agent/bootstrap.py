"""From settings to a running agent: root, device key, state, clock, signals, restarts."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from agent import __version__
from agent.app import serve as serve_box
from agent.box_state import HEALTH_S, Device
from agent.clock import paced_s, read_boot_id, read_rtc
from agent.errors import AgentError, ConfigError, StoreError
from agent.evidence.device_key import DeviceKey, load_device_key
from agent.health.sd_notify import notify
from agent.link.crash_guard import CrashGuard
from agent.settings.credential import take_credentials
from agent.settings.load import SettingsReport, validate_settings
from agent.settings.model import Settings
from agent.store import clock_state
from agent.store.database import Store
from agent.store.ram_fallback import carry_back, open_state
from agent.trust.trust_anchor import InstalledRoot, load_installed
from strict_yaml.validation_fault import ValidationFault

log = logging.getLogger(__name__)
ANSWER_S = 1.0  # the page needs it to answer that new settings take effect
CARD_S = 60.0  # between two checks of a card that could not be written
# How often that pause is doubled: once each time that the card takes writes, but not the state
# that is in memory.
MAX_DOUBLINGS = 6


@contextlib.asynccontextmanager
async def _stopped_by_signals() -> AsyncIterator[None]:
    """SIGTERM and SIGINT cancel the body; further ones change nothing (`_until_ended`)."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - runs in a task
    loop = asyncio.get_running_loop()

    def stop(*_: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(task.cancel)

    # not the loop's own handlers: they end with the loop, and a late signal would kill the process
    _set_signals(stop)
    try:
        yield
    except asyncio.CancelledError:
        log.info("stopped")
    finally:
        notify("STOPPING=1")
        _set_signals(signal.SIG_IGN)  # everything is closed; only the interpreter still has to end


def _set_signals(handler: Callable[..., object] | signal.Handlers) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler)


def load_root_file(settings: Settings, *, demo: bool) -> InstalledRoot:
    """The root from its file.

    Raises:
        ConfigError: E_ROOT: no root, a broken one, or a demonstration's root outside the demo.
    """
    try:
        root = load_installed(Path(settings.root).read_bytes())
    except (OSError, AgentError) as error:
        raise ConfigError("E_ROOT", settings.root, str(error)) from error
    if root.authority.demo and not demo:
        raise ConfigError("E_ROOT", settings.root, "a demonstration root works only in the demo")
    return root


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


def validate(file: Path, *, demo: bool = False) -> SettingsReport:
    """All faults for which `run` would refuse to start; `tramtin check` calls it too.

    Raises:
        ConfigError: E_UNREADABLE, the file itself cannot be read.
    """
    report = validate_settings(file)
    if report.settings is None:
        return report
    settings = report.settings
    for key, load in (
        ("root", partial(load_root_file, settings, demo=demo)),
        ("broker.key", partial(load_key, settings)),
    ):
        try:
            load()
        except ConfigError as error:
            report = report.refused(key, error)
    return report


class _SettingsReload:
    """Reads the settings again, validates them as at the start, and keeps them for the restart."""

    def __init__(self, file: Path, *, demo: bool) -> None:
        self.file = file
        self.settings: Settings | None = None
        self.is_good = asyncio.Event()
        self._validate = partial(validate, file, demo=demo)

    async def __call__(self) -> Sequence[ValidationFault]:
        """The faults of the file now; without any, the agent restarts with the new settings.

        Raises:
            ConfigError: E_UNREADABLE.
        """
        report = await asyncio.to_thread(self._validate)
        if report.settings is None:
            return report.faults
        self.settings = report.settings
        self.is_good.set()
        return ()


async def serve(
    settings: Settings, file: Path, *, demo: bool = False, health_s: float = HEALTH_S
) -> None:
    """Build the agent and run it until a signal stops it; restart it when settings were reread.

    Raises:
        ConfigError: root or device key unusable.
        StoreError: the state directory cannot be used.
    """
    former: Settings | None = None
    failures = 0  # in a row, of writing the state in memory back to the card
    async with _stopped_by_signals():
        while True:
            reread = _SettingsReload(file, demo=demo)
            card_s = min(CARD_S, health_s) * 2 ** min(failures, MAX_DOUBLINGS)
            try:
                is_on_card = await _live(
                    settings, reread, demo=demo, health_s=health_s, card_s=card_s
                )
                failures = 0 if is_on_card else failures + 1
            except AgentError:
                if former is None:
                    raise
                log.exception("the new settings do not work, the former ones stay in force")
                settings, former = former, None
                continue
            if reread.settings is not None:  # otherwise the card takes writes again
                settings, former = reread.settings, settings


async def _live(
    settings: Settings, reread: _SettingsReload, *, demo: bool, health_s: float, card_s: float
) -> bool:
    """Run the agent once, until there are other settings or its card takes writes again.

    Returns:
        Is everything that it has accepted on the card?
    """
    root = load_root_file(settings, demo=demo)
    key = load_key(settings)
    settings = take_credentials(settings)
    card = Path(settings.state)
    store = open_state(card)
    try:
        boot_id = read_boot_id()
        words = await store.run(clock_state.load)
        clock = clock_state.build_clock(
            words, await asyncio.to_thread(read_rtc), boot_id, paced=paced_s
        )
        guard = await asyncio.to_thread(_open_guard, card, boot_id)
        device = Device(
            root, store, clock, key, boot_id, reread, guard, health_s=health_s, card_s=card_s
        )
        await _until_anew(settings, device, reread)
    finally:
        store.close()
        is_on_card = not store.is_volatile or _carry_back(store, card)
    return is_on_card


def _carry_back(store: Store, card: Path) -> bool:
    """Write the state in memory back to the card; on a fault the next start tries again.

    It may block: no task of the agent runs any more.
    """
    try:
        carry_back(store.path, card)
    except StoreError as error:
        log.warning("the state in memory is not on the card yet: %s", error)
        return False
    return True


def _open_guard(card: Path, boot_id: str) -> CrashGuard:
    runtime = Path(os.environ.get("RUNTIME_DIRECTORY") or card)
    return CrashGuard.open(runtime, card, boot_id, __version__)


async def _until_anew(settings: Settings, device: Device, reread: _SettingsReload) -> None:
    """Run the agent until it must restart, and return when it has ended."""
    life = asyncio.create_task(serve_box(settings, device), name="agent")
    reasons: list[asyncio.Task[Any]] = [
        asyncio.create_task(reread.is_good.wait(), name="settings read again"),
        asyncio.create_task(device.card_is_back.wait(), name="card is back"),
    ]
    try:
        await asyncio.wait([life, *reasons], return_when=asyncio.FIRST_COMPLETED)
        if life.done():
            await life
        await asyncio.sleep(ANSWER_S)
    finally:
        for task in (*reasons, life):
            task.cancel()
        await _until_ended(*reasons, life)


async def _until_ended(*tasks: asyncio.Task[Any]) -> None:
    """Wait until cancelled tasks have ended, even if signals cancel the waiting meanwhile.

    The store must stay open as long as the agent still closes its speaker lines and its journal.

    Raises:
        CancelledError: a signal cancelled the waiting.
        Exception: one of the tasks failed with it.
    """
    is_stopped = False
    while pending := [task for task in tasks if not task.done()]:
        try:
            await asyncio.wait(pending)
        except asyncio.CancelledError:
            is_stopped = True
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            if not is_stopped:
                raise error
            log.error("%s failed while it stopped", task.get_name(), exc_info=error)
    if is_stopped:
        raise asyncio.CancelledError
