"""Signs that store what they show: the process that carries pictures to one, and what it says.

Beside `drivers.registry`, the only place that names their driver; loaded where a sign is named.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any, cast

from drivers.driver_index import BOARDS, COURIER, SIGN_REPORT
from drivers.frame_sink import PortReport
from drivers.registry import describe


def run_courier(
    argv: list[str], confine: Callable[[str | None], None], confine_opener: Callable[[], None]
) -> int:
    """Run the process that carries pictures to a sign; returns its exit code.

    Args:
        argv: of the process.
        confine: confines it; called with the serial port that it may open.
        confine_opener: confines the process that makes its connections.
    """
    module = importlib.import_module(COURIER)
    return cast("int", module.main(argv, module.Confinement(confine, confine_opener)))


def stores_pictures(profile: str) -> bool:
    """Is this the profile of a sign that stores what it shows?

    Raises:
        UnsupportedFeature: no such profile; BadProfile, its file cannot be used.
    """
    return profile not in BOARDS and getattr(describe(profile).file, "content", None) is not None


def report_sign(
    profile: str, path: str, options: Mapping[str, Any] | None = None
) -> PortReport | None:
    """What a sign that stores its pictures says of itself; None where it has no such words.

    Args:
        profile: of the sign.
        path: its address.
        options: of its line, as in the settings.

    Raises:
        UnsupportedFeature: no such profile, no address, or options of another sign.
        DeviceFault: the sign answers that it cannot.
        DriverError: the sign does not answer.
    """
    file = describe(profile).file
    module = importlib.import_module(SIGN_REPORT)
    return cast("PortReport | None", module.report_sign(path, file, options))
