"""What was found in officers' files and what became of them: lines and a picture."""

from __future__ import annotations

from collections.abc import Iterator

from agent.contract.loudness import TARGET_LUFS
from central.documents.preparation.fitness import Fitness, describe_faults, number
from central.documents.preparation.levelling import Excerpt
from central.documents.preparation.measurement import Measurement
from central.documents.preparation.prepare import Prepared, PreparedPart
from central.documents.preparation.waveform import WaveformRow, draw
from central.documents.summary_text import format_span
from central.messages.catalogue import translate
from texts.catalogue import Lang


def describe_prepared(prepared: Prepared, lang: Lang) -> Iterator[str]:
    """Lines for a person: each file, the result, and what to listen to."""
    for part in prepared.parts:
        yield from _describe_part(part, lang)
    loudness = prepared.whole.loudness
    yield translate(
        lang, "sound.after", prepared.path.name, _length(prepared.whole),
        number(loudness.lufs, lang), number(TARGET_LUFS, lang), number(loudness.peak_dbtp, lang),
    )  # fmt: skip
    remarks = [
        translate(lang, f"sound.remark.{code}", part.path.name)
        for part in prepared.parts
        for code in part.remarks
    ]
    remarks += describe_faults(Fitness(loudness, prepared.whole.is_broken), lang)
    for remark in remarks:
        yield translate(lang, "sound.listen", remark)
    if not remarks:
        yield translate(lang, "sound.ready")


def _describe_part(part: PreparedPart, lang: Lang) -> Iterator[str]:
    loudness, excerpt = part.before.loudness, part.excerpt
    yield translate(
        lang, "sound.before", part.path.name, _length(part.before), number(loudness.lufs, lang),
        number(loudness.peak_dbtp, lang),
    )  # fmt: skip
    begin = format_span(excerpt.begin_ms)
    end = format_span(part.before.scan.duration_ms - excerpt.end_ms)
    limited = translate(lang, "sound.limited") if excerpt.is_limited else ""
    yield translate(lang, "sound.done", begin, end, _gain(excerpt, lang), limited)


def draw_prepared(prepared: Prepared) -> str:
    """The picture of each file, what is left out pale, and of the result, as SVG."""
    tracks = [
        WaveformRow(part.path.name, part.before.scan, (part.excerpt.begin_ms, part.excerpt.end_ms))
        for part in prepared.parts
    ]
    return draw([*tracks, WaveformRow(prepared.path.name, prepared.whole.scan)])


def _gain(excerpt: Excerpt, lang: Lang) -> str:
    sign = "+" if excerpt.gain_db > 0 else ""
    return sign + number(excerpt.gain_db, lang)


def _length(measured: Measurement) -> str:
    return format_span(measured.scan.duration_ms)
