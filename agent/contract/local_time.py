"""Vietnam's local time: UTC+7, no summer time. Box and centre define it only here."""

from __future__ import annotations

from datetime import timedelta, timezone

AHEAD_OF_UTC = timedelta(hours=7)
LOCAL = timezone(AHEAD_OF_UTC, "+07")
