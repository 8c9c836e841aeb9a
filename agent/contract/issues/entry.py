"""One kind of issue: how grave, what it means, what to do."""

from __future__ import annotations

from typing import Literal, NamedTuple

from texts.catalogue import Text

Severity = Literal["fault", "warning"]


class IssueKind(NamedTuple):
    """One kind, in the two languages.

    Args:
        severity: how grave.
        text: what is wrong.
        repair: what to do about it.
    """

    severity: Severity
    text: Text
    repair: Text
