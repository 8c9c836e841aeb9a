"""What every page has around it: head, station, language switch, foot."""

from __future__ import annotations

from agent.page.html import Child, Html, el, join
from agent.page.style import REFRESH_WITHOUT_SCRIPT_S, SCRIPT, STYLE
from agent.page.translator import Translator


def build_page(
    translator: Translator, station: str, place: str | None, *sections: Child, is_live: bool = False
) -> bytes:
    """A whole page as UTF-8; a live one keeps itself fresh."""
    other = "en" if translator.lang == "vi" else "vi"
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width,initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", f"{station} · {translator('title')}"),
        el("style", Html(STYLE)),
        _reload() if is_live else None,
    )
    switch = el(
        "a",
        translator("switch"),
        href=f"?lang={other}",
        hreflang=other,
        lang=other,
        aria_label=translator("switch.label"),
    )
    top = el("header", el("div", el("b", station), el("span", place) if place else None), switch)
    body = el("body", top, *sections, el("script", Html(SCRIPT)) if is_live else None)
    return join(
        Html("<!doctype html>"), el("html", head, body, lang=translator.lang)
    ).encode()  # fmt: skip


def _reload() -> Html:
    seconds = str(REFRESH_WITHOUT_SCRIPT_S)
    return el("noscript", el("meta", http_equiv="refresh", content=seconds))
