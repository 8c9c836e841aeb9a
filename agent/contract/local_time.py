"""Vietnam's clock time: UTC+7, without summer time. Box and centre read it from here only."""

from __future__ import annotations

from datetime import timedelta, timezone

LOCAL = timezone(timedelta(hours=7), "+07")
