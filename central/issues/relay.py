"""Issues of the centre itself: a relayed radio that is lost or silent, a gateway that is gone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agent.contract.issues.entry import IssueKind
from central.issues.authority import build_row
from central.store.database import Database
from central.store.heartbeat import FRESH
from central.store.relays import RelayRow, list_relays
from texts.catalogue import Text

GONE = "gone"
_FILLER = Text(
    "mở địa chỉ đài bằng trình duyệt; đài còn phát thì xem mạng của trung tâm; cổng tiếp âm tự nối"
    " lại, trong lúc đó trạm phát âm đệm hoặc im lặng",
    "open the radio's address in a browser; if it plays there, look at the centre's network; the"
    " gateway connects again by itself, stations have the filler or silence meanwhile",
)
KINDS = {
    "lost": IssueKind(
        "fault",
        Text("mất kết nối với đài đang tiếp âm", "the radio that is relayed is lost"),
        _FILLER,
    ),
    "stalled": IssueKind(
        "fault",
        Text(
            "đài đang tiếp âm vẫn nối nhưng không gửi tiếng",
            "the radio that is relayed is connected and sends no sound",
        ),
        _FILLER,
    ),
    "blank": IssueKind(
        "fault",
        Text(
            "đài đang tiếp âm im lặng 15 giây trở lên",
            "the radio that is relayed is silent for 15 seconds or more",
        ),
        Text(
            "gọi cho đài: máy phát chạy mà phòng thu không có tiếng",
            "call the radio: its transmitter runs, and its studio gives no sound",
        ),
    ),
    GONE: IssueKind(
        "fault",
        Text(
            "cổng tiếp âm ngừng giữa chừng, trạm đã về chương trình thường",
            "the gateway of a relay ended midway; stations are back at their programme",
        ),
        Text(
            "chạy lại tramtin-central relay cho phần giờ còn lại",
            "start tramtin-central relay again for the rest of the time",
        ),
    ),
}


def relay_issues(database: Database, now: datetime) -> list[dict[str, Any]]:
    """Rows like those of stations: each relay that does not send its radio."""
    return [
        build_row(
            f"relay_{state}", KINDS[state], f"{row.title} {row.target}", now,
            since=row.at if state == GONE else row.since,
            hint=f"{row.source} {row.reason}".strip(),
        )
        for row in list_relays(database)
        if (state := _state_of(row, now)) in KINDS
    ]  # fmt: skip


def _state_of(row: RelayRow, now: datetime) -> str:
    if abs(now - row.at) > FRESH:
        return GONE if now < row.ends else ""
    return row.state
