"""The errors of drivers, one class family."""

from __future__ import annotations


class DriverError(Exception):
    """An operation on a device failed.

    Args:
        device: its name in the settings.
        operation: the failed operation.
        detail: what happened.
    """

    def __init__(self, device: str, operation: str, detail: str = "") -> None:
        super().__init__(device, operation, detail)
        self.device = device
        self.operation = operation
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.device}: {self.operation}: {self.detail or type(self).__name__}"


class DeviceUnreachable(DriverError, ConnectionError):  # noqa: N818 - names the state
    """There is no such device, or it is gone."""


class DeviceTimeout(DriverError, TimeoutError):  # noqa: N818 - names the state
    """It did not answer in time."""


class DeviceProtocolError(DriverError):
    """Its answer is not one that its manual allows."""


class DeviceFault(DriverError):  # noqa: N818 - names the state
    """It reports a fault, or its read-back differs from what was written."""


class DeviceBusy(DriverError):  # noqa: N818 - names the state
    """Another owner holds it."""


class UnsupportedFeature(DriverError):  # noqa: N818 - names the state
    """This model does not support the operation."""


class BadProfile(UnsupportedFeature):
    """The profile's file exists and cannot be used; the text names the place and the remedy."""
