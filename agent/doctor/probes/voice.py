"""Can this machine read a text aloud, in the dialect of the station?"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, fault, good, warning
from agent.errors import PlayError
from agent.play.speech.espeak import render
from agent.play.speech.voice import find_voice
from agent.settings.model import Speech
from speech.dialect import DIALECTS


async def check(case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """One finding: what the confined voice makes of two words, as in an emergency."""
    settings = case.settings.speech if case.settings is not None else Speech()
    if not find_voice(settings).is_installed:
        yield warning("espeak_missing")
        return
    dialect = DIALECTS[settings.dialect]
    try:
        await render("xin chào", dialect, settings)
    except PlayError as error:
        yield fault("voice_broken", error.hint)
        return
    yield good("voice_good", dialect.voice)
