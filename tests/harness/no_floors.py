"""Floors of a box that has accepted nothing yet."""

from __future__ import annotations


class NoFloors:
    def get(self, issuer: str, kind: str, slot: str) -> tuple[int, int, str] | None:
        return None

    def has_event(self, event_id: str) -> bool:
        return False

    def is_cancelled(self, class_: str, name: str) -> bool:
        return False
