"""One kind of issue: severity, meaning, repair."""

from __future__ import annotations

from typing import Literal, NamedTuple

from texts.catalogue import Text

Severity = Literal["fault", "warning"]


class IssueKind(NamedTuple):
    """One kind, in the two languages.

    Args:
        severity: fault or warning.
        text: what is wrong.
        repair: what to do about it.
    """

    severity: Severity
    text: Text
    repair: Text
