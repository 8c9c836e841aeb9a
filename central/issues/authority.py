"""Issues of the centre itself: authority files that expire or are no longer renewed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tuf.api.metadata import Timestamp

from agent.contract.issues.entry import IssueKind
from agent.contract.utc import encode_utc, parse_utc
from central.authority import authority_store
from central.authority.ceremony.expiry import NOTICE, Expiry, list_expiring
from central.store.database import Database
from texts.catalogue import Text

CENTRE = "centre"
RENEWAL_LIMIT = timedelta(hours=3)  # renewed hourly; after 48 h boxes accept no new emergency

KINDS: dict[str, IssueKind] = {
    "authority_expires": IssueKind(
        "warning",
        Text("tệp thẩm quyền sắp hết hạn", "a file of the authority expires soon"),
        Text(
            "tramtin-central authority renew, mời người giữ khoá ký, rồi publish"
            " (docs/authority.md)",
            "tramtin-central authority renew, let its holders sign, then publish"
            " (docs/authority.md)",
        ),
    ),
    "authority_expires_soon": IssueKind(
        "fault",
        Text(
            "tệp thẩm quyền hết hạn trong vòng một tháng",
            "a file of the authority expires within a month",
        ),
        Text(
            "tramtin-central authority renew, mời người giữ khoá ký ngay, rồi publish",
            "tramtin-central authority renew, let its holders sign now, then publish",
        ),
    ),
    "authority_expired": IssueKind(
        "fault",
        Text(
            "thẩm quyền đã hết hạn: trạm không nhận văn bản mới",
            "the authority has expired: stations take no new document",
        ),
        Text(
            "tramtin-central authority renew, mời người giữ khoá ký ngay, rồi publish",
            "tramtin-central authority renew, let its holders sign now, then publish",
        ),
    ),
    "authority_stale": IssueKind(
        "fault",
        Text(
            "timestamp không được ký lại: sau 48 giờ trạm không nhận báo động mới",
            "the timestamp is not signed again: after 48 h stations take no new emergency",
        ),
        Text(
            "chạy tramtin-central collect với --timestamp-key",
            "run tramtin-central collect with --timestamp-key",
        ),
    ),
}
_KIND_OF_GRADE = {
    "warning": "authority_expires",
    "fault": "authority_expires_soon",
    "over": "authority_expired",
}


def authority_issues(database: Database, now: datetime) -> list[dict[str, Any]]:
    """Rows like those of stations; none while nothing has been published."""
    files = authority_store.present(database)
    stamp = files.pop("timestamp", None)
    rows = [_expiry(one, now) for one in list_expiring(files.items(), now)]
    if isinstance(stamp, Timestamp):
        issued = parse_utc(stamp.unrecognized_fields["x-issued"])
        if now - issued > RENEWAL_LIMIT:
            hint = stamp.unrecognized_fields["x-issued"]
            code = "authority_stale"
            rows.append(build_row(code, KINDS[code], "timestamp", now, since=issued, hint=hint))
    return rows


def _expiry(one: Expiry, now: datetime) -> dict[str, Any]:
    until = one.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    code = _KIND_OF_GRADE[one.grade]
    return build_row(code, KINDS[code], one.file, now, since=one.at - NOTICE, hint=until)


def build_row(
    code: str, kind: IssueKind, subject: str, now: datetime, *, since: datetime, hint: str
) -> dict[str, Any]:
    """An issue of the centre, in the form of those that stations report."""
    return {
        "station": CENTRE, "reported_at": encode_utc(now), "kind": code, "subject": subject,
        "since": encode_utc(since), "hint": hint, "severity": kind.severity,
        "text": kind.text._asdict(),
        "repair": kind.repair._asdict(),
    }  # fmt: skip
