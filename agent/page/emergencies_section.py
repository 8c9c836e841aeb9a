"""The emergencies in force: what is heard and seen of each now, and what is not, and why."""

from __future__ import annotations

from collections.abc import Iterator

from agent.control.station_status import (
    EmergencyOutputStatus,
    EmergencyStatus,
    LanguageStatus,
    StationStatus,
)
from agent.page.html import Html, el, join
from agent.page.translator import Translator

SILENT = ("key", "order", "lockout", "process", "lines", "failed", "late")
UNHEARD = ("missing", "failed", "none")


def build_emergencies(status: StationStatus, translator: Translator) -> Html:
    """All of them, highest first."""
    is_exercise = all(alarm.is_exercise for alarm in status.alarms)
    return el(
        "section",
        el("h2", translator("alarms.exercise" if is_exercise else "alarms")),
        (_alarm(alarm, status, translator) for alarm in status.alarms),
        id="alarms",
    )


def describe_emergencies(status: StationStatus, translator: Translator) -> list[str]:
    """Below the headline: each emergency by its text, then where it is not heard or seen."""
    return [line for alarm in status.alarms for line in _lines(alarm, status, translator)]


def _lines(alarm: EmergencyStatus, status: StationStatus, translator: Translator) -> Iterator[str]:
    yield translator("sub.playing", alarm.title, _until(alarm, status, translator))
    for output in alarm.outputs:
        if output.standing in SILENT:
            yield translator("alarm.silent", output.output, _standing(output, translator))
        elif missing := [one.lang for one in output.words if one.state in UNHEARD]:
            langs = ", ".join(_lang(lang, translator) for lang in dict.fromkeys(missing))
            yield translator("alarm.partly", output.output, langs)


def _until(alarm: EmergencyStatus, status: StationStatus, translator: Translator) -> str:
    return translator("until", translator.moment(alarm.end_at, status.at))


def _alarm(alarm: EmergencyStatus, status: StationStatus, translator: Translator) -> Html:
    if alarm.started_by is not None:
        signed = translator("alarm.key", alarm.started_by, alarm.issuer)
    else:
        end = translator.moment(alarm.end_at, status.at)
        signed = translator("alarm.until", alarm.issuer, end)
    return el(
        "div",
        el("h3", alarm.title),
        el("small", signed, el("br"), translator("why.people", *alarm.people)),
        el("dl", (_output(output, translator) for output in alarm.outputs), class_="pair"),
        class_="out",
    )


def _output(output: EmergencyOutputStatus, translator: Translator) -> Html:
    is_silent = output.standing in SILENT
    mark = "⚠ " if is_silent else ""
    class_ = "alarm" if is_silent else "state"
    words = (_words(one, translator) for one in output.words)
    said = el("span", f"{mark}{_standing(output, translator)}", class_=class_)
    return join(el("dt", output.output), el("dd", said, words))


def _words(words: LanguageStatus, translator: Translator) -> Html:
    said = f"{_lang(words.lang, translator)}: {translator(f'words.{words.state}')}"
    return el("div", said, class_="alarm" if words.state in UNHEARD else "soft")


def _standing(output: EmergencyOutputStatus, translator: Translator) -> str:
    """A standing has one phrase, or one for loudspeakers and one for boards."""
    code = f"alarm.{'key_turned' if output.standing == 'key' else output.standing}"
    if output.standing == "on" and output.words and all(w.state in UNHEARD for w in output.words):
        code = "alarm.on.line"
    if not translator.knows(code):
        code = f"{code}.{'board' if output.is_board else 'sound'}"
    return translator(code)


def _lang(lang: str, translator: Translator) -> str:
    return translator(f"lang.{lang}") if translator.knows(f"lang.{lang}") else lang
