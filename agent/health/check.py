"""What a health check is: one file, one thing looked at, findings as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from texts.catalogue import Catalogue, Lang, Text

# code -> (Vietnamese, English): why a check could not look
REASONS: Catalogue = {
    "not_yet": Text("chưa đến lượt", "not its turn yet"),
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
    """Something is wrong; it begins with the first look that finds it, ends with the first without.

    Args:
        kind: of `contract.issues.catalogue.ISSUE_KINDS`.
        subject: which thing; with the kind it names the issue.
        hint: mechanism and figures, in English, for whoever reads the log.
    """

    kind: str
    subject: str
    hint: str


class NotCheckedError(Exception):
    """There is nothing here to look at, which is neither good nor bad.

    Args:
        reason: of `REASONS`.
    """

    def __init__(self, reason: str) -> None:
        if reason not in REASONS:
            raise ValueError(reason)
        super().__init__(reason)
        self.reason = reason


class Check(Protocol):
    """Looks at one thing, again and again.

    Attributes:
        name: stable; of `health.check_labels.LABELS`.
        period_s: seconds from one look to the next.
    """

    name: str
    period_s: float

    async def check(self) -> Sequence[CheckFinding]:
        """What is wrong at this moment; empty when all is well.

        Runs in the loop: whatever touches a disk or a device goes to a thread.

        Raises:
            NotCheckedError: nothing here to look at.
        """


@dataclass(frozen=True)
class CheckStatus:
    """How one check stands.

    Args:
        state: what the last look said.
        looked_mono_s: when that was, CLOCK_MONOTONIC seconds; None before the first look.
        findings: what was found; only with state `finding`.
        reason: of `REASONS`; only with state `not_checked`.
    """

    state: Literal["good", "finding", "not_checked"]
    looked_mono_s: float | None
    findings: tuple[CheckFinding, ...] = ()
    reason: str = ""

    def why(self, lang: Lang) -> str:
        """Why it could not be checked; empty when it was."""
        if not self.reason:
            return ""
        return REASONS[self.reason].render(lang)


NOT_YET = CheckStatus("not_checked", None, reason="not_yet")
