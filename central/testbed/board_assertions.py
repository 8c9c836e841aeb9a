"""The verdict on the demonstration of a board: the wall's pictures against what was signed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from central.testbed.assertions import FACES, Assertion
from central.testbed.board_wall import DAY_PCT, NIGHT_PCT, SIGN

FOUND = "board_foreign"
MARKET, SCHOOL, OFFICE = "cho", "truong", "uy-ban"
ALARM_RGB, MARKET_RGB, SCHOOL_RGB = (176, 0, 0), (0, 80, 30), (0, 40, 110)
OFFICE_RGB = (90, 30, 110)
SLACK = 30  # of 255, once the dimming is taken out
MEANT = {MARKET: FACES[0], SCHOOL: FACES[1], OFFICE: SIGN}


@dataclass
class BoardStory:
    """What was seen.

    Args:
        folder: of the pictures that were kept.
        levels: brightness in percent by the card's own word, in the order of the reports.
        event: of the emergency.
        former_findings: issues of the kind before the intrusion: a card starts as it was stored.
    """

    folder: Path
    levels: list[float] = field(default_factory=list)
    event: str = ""
    former_findings: int = 0

    @property
    def programmes(self) -> Path:
        """The two programmes."""
        return self.folder / "hai-chuong-trinh.png"

    @property
    def sign(self) -> Path:
        """The sign at the gate, with its programme."""
        return self.folder / "bang-cong.png"

    @property
    def alarm(self) -> Path:
        """The emergency on both faces."""
        return self.folder / "khan-cap.png"


def assert_board(
    plays: Sequence[dict[str, Any]], faults: Sequence[dict[str, Any]], story: BoardStory
) -> list[Assertion]:
    """Compare the wall's pictures, the journal and the card's word with what was signed.

    Args:
        plays: the `play` parts of the collected records.
        faults: the details of the collected issues, each begin and end.
        story: what was seen.
    """
    zones = {play["entry"]: play["zones"] for play in plays if play["entry"] != story.event}
    seen = [(one["proof"], one["proof_method"]) for one in plays if one["entry"] == OFFICE]
    alarmed = [play["zones"] for play in plays if play["entry"] == story.event]
    states = [one["state"] for one in faults if one["what"] == FOUND][story.former_findings :]
    return [
        Assertion(
            _hues(story.programmes) == [MARKET_RGB, SCHOOL_RGB],
            "mỗi mặt bảng hiện chương trình của mình",
            "each face shows its own programme",
            str(_hues(story.programmes)),
        ),
        Assertion(
            _hues(story.sign) == [OFFICE_RGB] * 2,
            "bảng Huidu ở cổng hiện tin của mình, đọc lại từ card",
            "the Huidu sign at the gate shows its own notice, read back from its card",
            str(_hues(story.sign)),
        ),
        Assertion(
            seen == [("B3", "light")],
            "cảm biến sáng trước bảng cổng đã thấy hình sáng lên: bằng chứng B3",
            "the light sensor at the gate saw the picture come: proof B3",
            str(seen),
        ),
        Assertion(
            all(zones.get(entry) == [face] for entry, face in MEANT.items()),
            "nhật ký ghi từng mục với đúng mặt của nó",
            "the journal has each item with its own face",
            str(zones),
        ),
        Assertion(
            states[:2] == ["begins", "ends"],
            "ngõ vào lạ ở card NovaStar: trung tâm biết, hộp đã đổi lại",
            "a foreign input at the NovaStar card: the centre knows, the box took it back",
            str(states),
        ),
        Assertion(
            _hues(story.alarm) == [ALARM_RGB] * 2 and sorted(alarmed) == [[SIGN], [*FACES]],
            "tin khẩn chiếm cả hai mặt, một bản ghi, và cả bảng cổng",
            "the emergency takes both faces, with one record, and the sign at the gate",
            f"{_hues(story.alarm)} {alarmed}",
        ),
        Assertion(
            story.levels[:1] == [DAY_PCT] and story.levels[-1:] == [NIGHT_PCT] and _falls(story),
            f"buổi tối: card tự báo độ sáng xuống dần từ {DAY_PCT} còn {NIGHT_PCT} %",
            f"evening: by the card's own word brightness fell from {DAY_PCT} to {NIGHT_PCT} %",
            str(story.levels),
        ),
    ]


def _falls(story: BoardStory) -> bool:
    """Step by step, without a jump back."""
    levels = story.levels
    return len(levels) > 2 and all(later <= one for one, later in itertools.pairwise(levels))


def _hues(path: Path) -> list[tuple[int, int, int] | None]:
    """Which of the story's backgrounds each face has, upper face first."""
    if not path.exists():
        return [None, None]
    from PIL import Image

    with Image.open(path) as file:
        wall = file.convert("RGB")
    width, height = wall.width, wall.height // 2
    halves = [wall.crop((0, top, width, top + height)) for top in (0, height)]
    return [_find_hue(half.getpixel((2, height // 2))) for half in halves]


def _find_hue(pixel: object) -> tuple[int, int, int] | None:
    if not isinstance(pixel, tuple):
        return None
    wanted = (ALARM_RGB, MARKET_RGB, SCHOOL_RGB, OFFICE_RGB)
    return next(
        (one for one in wanted if all(abs(a - b) < SLACK for a, b in zip(one, pixel, strict=True))),
        None,
    )
