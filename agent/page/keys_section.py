"""The emergency keys: what a press of each would start, so that no technician has to try."""

from __future__ import annotations

from agent.control.station_status import KeyStatus, StationStatus
from agent.page.html import Html, el, join
from agent.page.translator import Translator


def build_keys(status: StationStatus, translator: Translator) -> Html:
    """All keys in the order of the settings."""
    pairs = (join(el("dt", key.name), el("dd", _meaning(key, translator))) for key in status.keys)
    return el("section", el("h2", translator("keys")), el("dl", pairs, class_="pair"), id="keys")


def _meaning(key: KeyStatus, translator: Translator) -> Html:
    if key.title is None:
        ask = f"⚠ {translator('key.nothing')}: {translator('key.ask', key.slot)}"
        return el("span", ask, class_="alarm")
    starts = translator("key.starts.exercise" if key.is_exercise else "key.starts", key.title)
    until = translator.date(key.until_at) if key.until_at is not None else ""
    lacking = None
    if key.lacking is not None:
        lacking = el("div", f"⚠ {translator('key.lacking', key.lacking)}", class_="alarm")
    signed = el("small", translator("key.signed", key.issuer, until))
    return join(el("b", starts), el("br"), signed, lacking)
