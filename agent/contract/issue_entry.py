"""One kind of issue in two languages: how grave, what it means, what to do."""

from __future__ import annotations

from typing import Literal

import msgspec

Lang = Literal["vi", "en"]
Severity = Literal["fault", "warning"]


class IssueKind(msgspec.Struct, frozen=True):
    """One kind, in the two languages."""

    severity: Severity
    vi: str
    en: str
    repair_vi: str
    repair_en: str

    def text(self, lang: Lang) -> str:
        """What is wrong."""
        return self.vi if lang == "vi" else self.en

    def repair(self, lang: Lang) -> str:
        """What to do about it."""
        return self.repair_vi if lang == "vi" else self.repair_en
