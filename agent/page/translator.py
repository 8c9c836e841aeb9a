"""One language: its phrases, and how it writes moments, spans and numbers. Times are UTC+7."""

from __future__ import annotations

from datetime import datetime, timedelta

from agent.contract.default_title import show_title
from agent.contract.local_time import LOCAL
from agent.page.messages import PHRASES
from texts.catalogue import Lang, look_up

MIB, GIB = 1024**2, 1024**3


class Translator:
    """Says things in Vietnamese or English."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang

    def __call__(self, code: str, *args: str) -> str:
        """The phrase of a code; an unknown code is shown as it is."""
        return look_up(PHRASES, code, self.lang, *args)

    def title(self, title: str) -> str:
        """The title of an item: one that the box gave it in this language."""
        return show_title(title, self.lang)

    def knows(self, code: str) -> bool:
        """Is there a phrase?"""
        return code in PHRASES

    def clock(self, at: datetime) -> str:
        """`05:00:30`."""
        return at.astimezone(LOCAL).strftime("%H:%M:%S")

    def date(self, at: datetime) -> str:
        """`thứ Ba, 24/11/2026`."""
        local = at.astimezone(LOCAL)
        return f"{self(f'day.{local.isoweekday()}')}, {local:%d/%m/%Y}"

    def moment(self, at: datetime, now: datetime) -> str:
        """The clock time, with the day when it is not today's."""
        local, today = at.astimezone(LOCAL), now.astimezone(LOCAL).date()
        time = local.strftime("%H:%M:%S" if local.second else "%H:%M")
        if local.date() == today:
            return time
        if local.date() == today + timedelta(days=1):
            return self("tomorrow", time)
        return f"{time} {local:%d/%m}"

    def span(self, seconds: float) -> str:
        """`2 giờ 5 phút`: the two greatest units, rounded down; no seconds beside minutes."""
        left = max(0, int(seconds))
        if left < 5:
            return self("span.now")
        sizes = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
        parts: list[str] = []
        for unit, size in sizes:
            count, left = divmod(left, size)
            if count:
                parts.append(self(f"span.{unit}", str(count)))
            if len(parts) == 2 or (parts and (not count or unit == "min")):
                break
        return " ".join(parts)

    def number(self, value: float, digits: int = 0) -> str:
        """With the decimal mark of the language."""
        text = f"{value:.{digits}f}"
        return text.replace(".", ",") if self.lang == "vi" else text

    def size(self, size_bytes: float) -> str:
        """`19,4 GB`."""
        if size_bytes >= GIB:
            return f"{self.number(size_bytes / GIB, 1)} GB"
        return f"{self.number(size_bytes / MIB)} MB"

    def weekdays(self, days: tuple[int, ...]) -> str:
        """`T2 T3 T4`, or that it is every day."""
        ordered = sorted(set(days))
        if len(ordered) == 7:
            return self("daily")
        if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
            return f"{self(f'short.{ordered[0]}')}–{self(f'short.{ordered[-1]}')}"
        return " ".join(self(f"short.{day}") for day in ordered)
