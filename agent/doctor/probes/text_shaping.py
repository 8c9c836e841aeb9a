"""Does a board draw Vietnamese and Khmer? Without FriBiDi Khmer is drawn wrong without an error."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, fault, good, warning
from agent.errors import PlayError

VIETNAMESE = "ẶỆỘửđ"
# "Khmer", the word: its second consonant goes under the first, its vowel before both (Unicode
# 15.0, section 16.4); letters side by side, as an unshaped text has them, are wider.
KHMER = "ខ្មែរ"
SIZE_PX = 64


async def check(case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """One finding; without a board nothing is drawn here, so it is no fault yet."""
    has_board = case.settings is not None and any(out.board for out in case.settings.outputs)
    finding = await asyncio.to_thread(_look)
    if finding.state == "fault" and not has_board:
        finding = warning(finding.code, *finding.args, detail="no board in these settings")
    yield finding


def _look() -> ProbeFinding:
    from PIL import features

    from agent.play.board.khmer_words import has_dictionary
    from agent.play.board.typeset import KHMER as KHMER_FONT
    from agent.play.board.typeset import LATIN, check_shaping, has_glyph

    if not features.check("raqm"):
        return fault("shaping_missing")
    try:
        check_shaping()
    except PlayError as error:
        return fault("font_missing", error.subject)
    for font, text in ((LATIN, VIETNAMESE), (KHMER_FONT, "ខមរ")):
        if lost := [char for char in text if not has_glyph(font, char)]:
            return fault("font_poor", font, " ".join(lost))
    if not _is_shaped():
        return fault("shaping_broken")
    if not has_dictionary():
        return warning("khmer_dictionary_missing")
    return good("shaping_good", str(features.version("raqm")), LATIN, KHMER_FONT)


def _is_shaped() -> bool:
    """Is a shaped Khmer word narrower than its letters in a row?"""
    from PIL import ImageFont

    from agent.play.board.typeset import KHMER as KHMER_FONT
    from agent.play.board.typeset import find_font

    font = str(find_font(KHMER_FONT))
    shaped = ImageFont.truetype(font, SIZE_PX, layout_engine=ImageFont.Layout.RAQM)
    plain = ImageFont.truetype(font, SIZE_PX, layout_engine=ImageFont.Layout.BASIC)
    return shaped.getlength(KHMER) < plain.getlength(KHMER)
