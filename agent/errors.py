"""The agent's errors, grouped by who must act. `code` is stable: reports, page, manual use it."""

from __future__ import annotations

from collections.abc import Sequence

from strict_yaml.validation_fault import ValidationFault, sort_faults


class AgentError(Exception):
    """Base of the family: a stable code, the thing it concerns, and what to do next.

    Args:
        code: stable identifier such as `E_REPLAY`.
        subject: the document, file, zone or host concerned.
        hint: what happened and what to do next, in English.
    """

    def __init__(self, code: str, subject: str = "", hint: str = "") -> None:
        super().__init__(code, subject, hint)
        self.code = code
        self.subject = subject
        self.hint = hint

    def __str__(self) -> str:
        return ": ".join(part for part in (self.code, self.subject, self.hint) if part)


class ConfigError(AgentError):
    """The configuration is wrong: exit 78, do not restart."""


class YamlFaults(ConfigError):  # noqa: N818 - it holds many faults
    """All faults of one YAML file at once, in the order of the file.

    Args:
        faults: at least one.
    """

    def __init__(self, faults: Sequence[ValidationFault]) -> None:
        self.faults = sort_faults(faults)
        super().__init__("E_SETTINGS", self.faults[0].file, "\n".join(map(str, self.faults)))

    def __str__(self) -> str:
        return self.hint


class LinkError(AgentError):
    """The broker or a media host failed: retry with back-off."""


class TrustError(AgentError):
    """A document is not authorised: refuse, record, never retry."""


class PlanError(AgentError):
    """An entry cannot be planned: skip it, record why."""


class PlayError(AgentError):
    """Sound or picture failed: fail over or record."""


class StoreError(AgentError):
    """The disk failed: degrade, keep sounding."""
