"""What would flash towards traffic is refused before it is signed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from agent.contract.document import Body, Entry, EntryStart, Playlist, When
from agent.contract.scene import Element, Region, Scene, Turn
from agent.errors import TrustError
from central.documents.flash_check import verify_steady
from central.documents.sign import build_header

ALL = [0, 0, 1000, 1000]
TEXT = Element("text", ALL, text="Lũ")


def playlist(scene: Scene) -> Playlist:
    header = build_header(
        "playlist", issuer="vn.84.29266", class_="routine", to=["84/29266/*"], slot="tuan", seq=1,
        now=datetime(2026, 11, 22, tzinfo=UTC), lifetime=timedelta(days=9),
    )  # fmt: skip
    when = When(["08:00:00"], [1], "2026-11-23", "2026-11-30")
    entry = Entry("e1", "Ảnh xã", "vi", ["*"], when, EntryStart("at"), Body(scene=scene))
    return Playlist(**header, media=[], entries=[entry])


def turning(ms: int) -> Scene:
    return Scene([TEXT], 60_000, [Region(ALL, [Turn([TEXT], 9_000), Turn([TEXT], ms)])])


@pytest.mark.parametrize("scene", [turning(4_000), Scene([TEXT], 1_000)])
def test_what_stays_long_enough_is_signed(scene: Scene) -> None:
    verify_steady(playlist(scene), "vi")


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    ("scene", "source"), [(turning(3_999), "FHWA"), (Scene([TEXT], 999), "WCAG 2.2")]
)
def test_what_is_replaced_too_soon_is_refused_with_its_name_and_the_source(
    scene: Scene, source: str, lang: Literal["vi", "en"]
) -> None:
    with pytest.raises(TrustError, match="E_FLASH") as caught:
        verify_steady(playlist(scene), lang)
    assert "Ảnh xã" in str(caught.value)
    assert source in str(caught.value)
