"""Vietnam's local time: UTC+7, no summer time. Box and centre define it only here."""

from __future__ import annotations

from datetime import timedelta, timezone

LOCAL = timezone(timedelta(hours=7), "+07")
