"""A finding of a settings rule, before the file's name is known."""

from __future__ import annotations

from typing import NamedTuple

from agent.settings.messages import PHRASES
from strict_yaml.node import Mark
from strict_yaml.validation_fault import CodedText, Severity, ValidationFault
from texts.catalogue import Catalogue


class Found(NamedTuple):
    """A fault or a warning without the file's name. Fields as those of `ValidationFault`."""

    mark: Mark
    key: str
    what: str
    got: str = ""
    expected: CodedText | None = None
    hint: str = ""
    severity: Severity = "error"

    def at(self, file: str) -> ValidationFault:
        """The fault in a file."""
        mark = self.mark
        return ValidationFault(
            file, mark.line, mark.column, *self[1:], catalogue=_catalogue(self.severity)
        )


def _catalogue(severity: Severity) -> Catalogue:
    if severity == "error":
        return PHRASES
    from agent.settings.warning_messages import RISKS  # only `check` and `doctor` report risks

    return {**PHRASES, **RISKS}
