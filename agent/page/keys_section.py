"""The emergency keys: what a press of each would start. Nobody should learn it by pressing."""

from __future__ import annotations

from agent.control.station_status import Key, Status
from agent.page.html import Html, el, join
from agent.page.translator import Tongue


def build_keys(status: Status, tongue: Tongue) -> Html:
    """All keys in the order of the settings."""
    pairs = (join(el("dt", key.name), el("dd", _meaning(key, tongue))) for key in status.keys)
    return el("section", el("h2", tongue("keys")), el("dl", pairs, class_="pair"), id="keys")


def _meaning(key: Key, tongue: Tongue) -> Html:
    if key.title is None:
        ask = f"⚠ {tongue('key.nothing')}: {tongue('key.ask', key.slot)}"
        return el("span", ask, class_="alarm")
    starts = tongue("key.starts.exercise" if key.is_exercise else "key.starts", key.title)
    until = tongue.date(key.until_at) if key.until_at is not None else ""
    lacking = None
    if key.lacking is not None:
        lacking = el("div", f"⚠ {tongue('key.lacking', key.lacking)}", class_="alarm")
    signed = el("small", tongue("key.signed", key.issuer, until))
    return join(el("b", starts), el("br"), signed, lacking)
