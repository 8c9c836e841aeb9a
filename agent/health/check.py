"""The interface of a health check, and what it returns: findings as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from texts.catalogue import Catalogue, Lang, Text

# code -> (Vietnamese, English): why a check was not done
REASONS: Catalogue = {
    "not_yet": Text("chưa đến lượt", "not checked yet"),
    "no_sensor": Text("máy này không có cảm biến đó", "this machine has no such sensor"),
    "no_card": Text(
        "thư mục dữ liệu không nằm trên thẻ nhớ nào đọc được tình trạng",
        "the state folder is on no card whose condition can be read",
    ),
    "no_time": Text("chưa có giờ tin cậy", "no trusted time yet"),
    "no_head": Text("trung tâm chưa gửi bản kê nào", "the centre has sent no head yet"),
    "failed": Text("phép kiểm tra bị lỗi, xem nhật ký", "the check itself failed, see the log"),
}


@dataclass(frozen=True)
class CheckFinding:
    """A fault that a check found; it lasts from the first run with it to the first without.

    Args:
        kind: of `contract.issues.catalogue.ISSUE_KINDS`.
        subject: the thing at fault; kind and subject together identify the issue.
        hint: mechanism and figures, in English, for the log.
    """

    kind: str
    subject: str
    hint: str


class NotCheckedError(Exception):
    """There is nothing to check here, which is neither good nor bad.

    Args:
        reason: of `REASONS`.
    """

    def __init__(self, reason: str) -> None:
        if reason not in REASONS:
            raise ValueError(reason)
        super().__init__(reason)
        self.reason = reason


class Check(Protocol):
    """Checks one thing periodically.

    Attributes:
        name: stable; of `health.check_labels.LABELS`.
        period_s: seconds from one run to the next.
    """

    name: str
    period_s: float

    async def check(self) -> Sequence[CheckFinding]:
        """The faults at this moment; empty when there are none.

        Runs in the event loop: access to a disk or a device goes to a thread.

        Raises:
            NotCheckedError: there is nothing to check here.
        """


@dataclass(frozen=True)
class CheckStatus:
    """The result of one check.

    Args:
        state: the result of the last run.
        checked_mono_s: time of the last run, CLOCK_MONOTONIC seconds; None before the first.
        findings: the faults found; only with state `finding`.
        reason: of `REASONS`; only with state `not_checked`.
    """

    state: Literal["good", "finding", "not_checked"]
    checked_mono_s: float | None
    findings: tuple[CheckFinding, ...] = ()
    reason: str = ""

    def why(self, lang: Lang) -> str:
        """Why it was not checked; empty when it was."""
        if not self.reason:
            return ""
        return REASONS[self.reason].render(lang)


NOT_YET = CheckStatus("not_checked", None, reason="not_yet")
