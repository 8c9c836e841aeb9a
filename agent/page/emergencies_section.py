"""The emergencies in force: what is heard and seen of each now, and what is not, and why."""

from __future__ import annotations

from collections.abc import Iterator

from agent.control.station_status import Alarm, AlarmOutput, Status, Words
from agent.page.html import Html, el, join
from agent.page.translator import Tongue

SILENT = ("key", "order", "process", "lines", "failed", "late")
UNHEARD = ("missing", "failed", "none")


def build_alarms(status: Status, tongue: Tongue) -> Html:
    """All of them, highest first."""
    is_exercise = all(alarm.is_exercise for alarm in status.alarms)
    return el(
        "section",
        el("h2", tongue("alarms.exercise" if is_exercise else "alarms")),
        (_alarm(alarm, status, tongue) for alarm in status.alarms),
        id="alarms",
    )


def say_alarms(status: Status, tongue: Tongue) -> list[str]:
    """Under the big word: each by its words, then where it is not heard or seen."""
    return [line for alarm in status.alarms for line in _lines(alarm, status, tongue)]


def _lines(alarm: Alarm, status: Status, tongue: Tongue) -> Iterator[str]:
    yield tongue("sub.playing", alarm.title, _until(alarm, status, tongue))
    for output in alarm.outputs:
        if output.standing in SILENT:
            yield tongue("alarm.silent", output.output, _standing(output, tongue))
        elif missing := [one.lang for one in output.words if one.state in UNHEARD]:
            langs = ", ".join(_lang(lang, tongue) for lang in dict.fromkeys(missing))
            yield tongue("alarm.partly", output.output, langs)


def _until(alarm: Alarm, status: Status, tongue: Tongue) -> str:
    return tongue("until", tongue.moment(alarm.end_at, status.at))


def _alarm(alarm: Alarm, status: Status, tongue: Tongue) -> Html:
    if alarm.started_by is not None:
        signed = tongue("alarm.key", alarm.started_by, alarm.issuer)
    else:
        end = tongue.moment(alarm.end_at, status.at)
        signed = tongue("alarm.until", alarm.issuer, end)
    return el(
        "div",
        el("h3", alarm.title),
        el("small", signed, el("br"), tongue("why.people", *alarm.people)),
        el("dl", (_output(output, tongue) for output in alarm.outputs), class_="pair"),
        class_="out",
    )


def _output(output: AlarmOutput, tongue: Tongue) -> Html:
    is_silent = output.standing in SILENT
    mark = "⚠ " if is_silent else ""
    class_ = "alarm" if is_silent else "state"
    words = (_words(one, tongue) for one in output.words)
    said = el("span", f"{mark}{_standing(output, tongue)}", class_=class_)
    return join(el("dt", output.output), el("dd", said, words))


def _words(words: Words, tongue: Tongue) -> Html:
    said = f"{_lang(words.lang, tongue)}: {tongue(f'words.{words.state}')}"
    return el("div", said, class_="alarm" if words.state in UNHEARD else "soft")


def _standing(output: AlarmOutput, tongue: Tongue) -> str:
    """A standing has one phrase, or one for loudspeakers and one for boards."""
    code = f"alarm.{'key_turned' if output.standing == 'key' else output.standing}"
    if output.standing == "on" and output.words and all(w.state in UNHEARD for w in output.words):
        code = "alarm.on.line"
    if not tongue.knows(code):
        code = f"{code}.{'board' if output.is_board else 'sound'}"
    return tongue(code)


def _lang(lang: str, tongue: Tongue) -> str:
    return tongue(f"lang.{lang}") if tongue.knows(f"lang.{lang}") else lang
