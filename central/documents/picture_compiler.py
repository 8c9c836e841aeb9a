"""What an officer writes under `show` → a scene."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import UNSET

from agent.contract.flash_limit import DWELL
from agent.contract.local_time import LOCAL
from agent.contract.scene import MAX_INPUT_MS, MAX_REGIONS, Element, Region, Scene, Turn
from central.documents.clip_medium import compile_clip
from central.documents.compiler import Compilation
from central.documents.scene_layout import (
    add_ticker,
    build_slides,
    lay_out,
    place_region,
    put_clip,
    squeeze,
)
from central.documents.schedule_model import (
    PictureSpec,
    RegionSpec,
    StillSpec,
    parse_span_ms,
)

FADE_MS = 600
_CONTENT = ("text", "clock", "qr", "image")


def compile_picture(
    show: PictureSpec, ms: int | None, lang: str, path: str, compilation: Compilation
) -> Scene | None:
    """Compile a picture; its faults are added to the compilation.

    Args:
        show: what is wanted.
        ms: how long it is shown; None: as long as its clip lasts.
        lang: of the item.
        path: where `show` stands in the file.
        compilation: keeps media and faults.
    """
    return _PictureCompiler(lang, compilation).scene(show, ms, path)


class _PictureCompiler:
    """One picture."""

    def __init__(self, lang: str, compilation: Compilation) -> None:
        self._lang = lang
        self._compilation = compilation

    def scene(self, show: PictureSpec, ms: int | None, path: str) -> Scene | None:
        """The scene, None when it has nothing that can be shown."""
        has_more = show.ticker or show.slides or show.regions or show.video
        if not (has_more or _has_content(show)):
            self._fault(path, "file.show")
        if show.slides and show.image:
            self._fault(f"{path}.slides", "file.slides_or_image")
        if show.video and (show.slides or show.image):
            self._fault(f"{path}.video", "file.video_or_image")
        slides = list(self._slides(show, path))
        clip = compile_clip(self._compilation, show, f"{path}.video") if show.video else None
        first = slides[0][0] if slides else None
        still = self._still(show, path, first if clip is None else clip.medium.sha256)
        if clip is not None:
            still = put_clip(show, still, clip.fps)
        elements = add_ticker(show, still)
        own = list(self._regions(show, path))
        # A box that does not know regions shows the first turn of each; the first slide is there.
        elements += [one for each in own for one in squeeze(each.turns[0].elements, each.box)]
        regions = [*filter(None, [build_slides(elements, slides)]), *own]
        if len(regions) > MAX_REGIONS:
            self._fault(f"{path}.regions", "file.regions", str(MAX_REGIONS))
        fade_ms = FADE_MS if show.transition == "fade" else UNSET
        ms = ms if ms is not None or clip is None else clip.medium.duration_ms
        if show.input is not None and ms is not None and ms > MAX_INPUT_MS:
            self._fault(f"{path}.input", "file.input", str(MAX_INPUT_MS // 3_600_000))
        live = UNSET if show.input is None else show.input
        return Scene(elements, ms, regions or UNSET, fade_ms, live) if elements and ms else None

    def _slides(self, show: PictureSpec, path: str) -> Iterator[tuple[str, int]]:
        for index, slide in enumerate(show.slides):
            digest = self._picture(slide.image, f"{path}.slides[{index}].image")
            if digest is not None:
                yield digest, self._dwell_ms(slide.for_, f"{path}.slides[{index}]")

    def _regions(self, show: PictureSpec, path: str) -> Iterator[Region]:
        for index, spec in enumerate(show.regions):
            at = f"{path}.regions[{index}]"
            box = place_region(spec)
            if box is None:
                self._fault(at, "file.region_place")
            turns = self._turns(spec, at)
            if box is not None and turns:
                yield Region(box, turns)

    def _turns(self, spec: RegionSpec, path: str) -> list[Turn]:
        turns = []
        for index, one in enumerate(spec.turns):
            at = f"{path}.turns[{index}]"
            if not _has_content(one):
                self._fault(at, "file.turn")
            elements = self._still(one, at)
            if elements:
                turns.append(Turn(elements, self._dwell_ms(one.for_, at)))
        return turns

    def _dwell_ms(self, span: str, path: str) -> int:
        """How long a turn stays; shorter than traffic may see it is a fault."""
        ms = parse_span_ms(span)
        if ms < DWELL.min_ms:
            self._fault(f"{path}.for", "file.dwell", f"{DWELL.min_ms // 1000}s", got=span)
        return ms

    def _still(self, show: StillSpec, path: str, image: str | None = None) -> list[Element]:
        if show.image:
            image = self._picture(show.image, f"{path}.image")
        count_to = self._moment(show, path) if show.count_to else None
        return lay_out(show, image, count_to, self._lang)

    def _picture(self, name: str, path: str) -> str | None:
        medium = self._compilation.medium(name, path, "image/")
        return medium.sha256 if medium else None

    def _moment(self, show: StillSpec, path: str) -> str | None:
        """The moment that is counted to, as UTC."""
        text = show.count_to or ""
        if not show.text:
            self._fault(f"{path}.count_to", "file.count_text", got=text)
        at = self._compilation.attempt(
            f"{path}.count_to", lambda: datetime.fromisoformat(text), "file.date", text
        )
        if at is None:
            return None
        return f"{at.replace(tzinfo=LOCAL).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def _fault(self, path: str, code: str, *args: str, got: str = "") -> None:
        self._compilation.fault(path, code, *args, got=got)


def has_regions(show: PictureSpec) -> bool:
    """Does anything in it change by turns?"""
    return bool(show.slides or show.regions)


def _has_content(show: StillSpec) -> bool:
    return any(getattr(show, name) for name in _CONTENT)
