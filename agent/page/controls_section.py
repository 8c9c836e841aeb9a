"""The controls: none without a PIN in the settings, closed until it is entered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agent.control.operations import OperationName
from agent.control.station_status import StationStatus
from agent.page.html import Html, el
from agent.page.layout import build_page
from agent.page.pin_auth import Notice
from agent.page.translator import Translator
from agent.store.local_mute import LIMIT_S


@dataclass(frozen=True)
class Access:
    """What the reader may do.

    `csrf` is None without a session; `until_at` is the end of the session by the box's clock.
    """

    has_pin: bool
    csrf: str | None = None
    until_at: datetime | None = None
    notice: Notice | None = None


def build_controls(status: StationStatus, access: Access, translator: Translator) -> Html:
    """The section `controls` for a reader with or without a session."""
    if not access.has_pin:
        body: list[Html] = [
            el("p", translator("controls.no_pin")),
            el("pre", 'page: {pin: "271828"}', tabindex="0"),
        ]
    elif access.csrf is None:
        body = [
            el("p", translator("controls.closed")),
            el(
                "p",
                el("a", translator("enter"), href="/enter", class_="button main", id="enter"),
                class_="way",
            ),
        ]
    else:
        body = _open(status, access.csrf, access.until_at, translator)
    said = _notice(access.notice, translator) if access.notice is not None else None
    return el("section", el("h2", translator("controls")), said, *body, id="controls")


def _notice(notice: Notice, translator: Translator) -> Html:
    lines = el("ul", (el("li", el("code", line)) for line in notice.lines))
    return el(
        "div",
        el("p", translator(notice.code, *notice.args)),
        lines if notice.lines else None,
        class_="notice" if notice.is_good else "notice failed",
        role="status",
    )


def _open(
    status: StationStatus, csrf: str, until_at: datetime | None, translator: Translator
) -> list[Html]:
    zones = [zone for output in status.outputs for zone in output.zones]
    faces = [face for output in status.outputs for face in output.faces]
    rows = [_row(zone.name, [_button("tone", zone.name, csrf, translator)]) for zone in zones]
    rows += [
        _row(
            face.name,
            [
                _button("pattern", face.name, csrf, translator),
                _button("label", face.name, csrf, translator),
            ],
        )
        for face in faces
    ]
    is_silent = status.silence is not None and status.silence.is_local
    turn: OperationName = "silence-off" if is_silent else "silence-on"
    helped = el("small", translator("silence.help", translator.number(LIMIT_S / 3600)))
    if zones:
        rows.append(_row(translator("silence"), [_button(turn, "", csrf, translator)], helped))
    rows += [
        _row("station.yaml", [_button("reload", "", csrf, translator)]),
        _row(translator("bundle.name"), [_button("bundle", "", csrf, translator)]),
        _row(
            translator("stick.row"),
            [el("a", translator("stick.open"), href="/stick", class_="button", id="stick")],
        ),
    ]
    leave = el(
        "form", _token(csrf), el("button", translator("leave"), id="leave"), method="post",
        action="/leave",
    )  # fmt: skip
    text = translator("controls.open", translator.clock(until_at)) if until_at is not None else ""
    return [el("p", text), el("div", rows, class_="operations"), el("p", leave, class_="way")]


def _row(name: str, buttons: list[Html], more: Html | None = None) -> Html:
    named = el("span", name, el("br") if more else None, more)
    return el("div", named, buttons, class_="operation two" if len(buttons) > 1 else "operation")


LABELS: dict[OperationName, str] = {"silence-on": "silence.on", "silence-off": "silence.off"}


def _button(operation: OperationName, where: str, csrf: str, translator: Translator) -> Html:
    label = translator(LABELS.get(operation, operation))
    return el(
        "form",
        _token(csrf),
        el("input", type="hidden", name="where", value=where),
        el(
            "button",
            label,
            name="operation",
            value=operation,
            id=f"{operation}-{where}" if where else operation,
            class_="stop" if operation == "silence-on" else None,
            aria_label=f"{label}: {where}" if where else None,
        ),
        method="post",
        action="/do",
    )


def _token(csrf: str) -> Html:
    return el("input", type="hidden", name="csrf", value=csrf)


def build_enter(
    station: str, translator: Translator, *, has_pin: bool, wait_s: float, is_wrong: bool
) -> bytes:
    """The page that asks for the PIN; it never reloads by itself, so that one can type."""
    if not has_pin:
        body = [el("p", translator("controls.no_pin")), el("pre", 'page: {pin: "271828"}')]
    else:
        body = [_form(translator)] if wait_s <= 0 else []
        if wait_s > 0:
            body.append(el("p", translator("enter.wait", translator.span(wait_s)), class_="alarm"))
        elif is_wrong:
            body.insert(0, el("p", translator("enter.wrong"), class_="alarm", role="alert"))
    back = el("p", el("a", translator("back"), href="/"))
    section = el("section", el("h2", translator("controls")), *body, id="enter")
    return build_page(translator, station, None, el("main", section, back))


def _form(translator: Translator) -> Html:
    return el(
        "form",
        el("label", translator("enter"), for_="pin"),
        el(
            "input",
            id="pin",
            name="pin",
            type="password",
            inputmode="numeric",
            autocomplete="off",
            maxlength="12",
            required=True,
            autofocus=True,
            aria_describedby="pin-help",
        ),
        el("button", translator("enter.submit"), class_="main"),
        el("p", el("small", translator("enter.help"), id="pin-help")),
        method="post",
        action="/enter",
    )


def build_message(station: str, translator: Translator, code: str, *args: str) -> bytes:
    """A page with one message and a link back."""
    section = el("section", el("p", translator(code, *args), role="alert"), id="message")
    back = el("p", el("a", translator("back"), href="/"))
    return build_page(translator, station, None, el("main", section, back))
