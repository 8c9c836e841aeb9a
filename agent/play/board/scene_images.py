"""The pictures of a scene: checked by headers, decoded once each, scaled to what is needed."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

# The plugins by name: else Pillow loads all of its forty decoders at the first picture.
from PIL import (  # noqa: F401 - imported because they register decoders
    Image,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from agent.errors import PlayError
from agent.play.board.scene_box import Size
from agent.play.board.scene_budget import SceneBudget, over_budget

MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_FILE_PX = 64_000_000  # of a JPEG, before it is decoded at a fraction of its size
FORMATS = ("PNG", "JPEG", "WEBP")
REDUCING_GAP = 3.0  # Pillow: shrink by a whole factor first, to no less than three times the target
_ORIENTATION, _TURNED = 0x0112, (5, 6, 7, 8)  # Exif 2.32: those that swap width and height


Fit = Literal["contain", "cover", "stretch"]


class Room(NamedTuple):
    """(width_px, height_px) that a picture is fitted into, and how."""

    size: Size
    fit: Fit = "contain"


Rooms = Mapping[str, Sequence[Room]]


class SceneImages:
    """Pictures by digest, each fitted into the rectangles that the scene has for it.

    Args:
        media: the path of each digest's file.
        budget: limits of decoding.
    """

    def __init__(self, media: Mapping[str, str], budget: SceneBudget) -> None:
        self._media = media
        self._budget = budget
        self._fitted: dict[tuple[str, Room], Image.Image] = {}
        self._turning: dict[int, dict[tuple[str, Room], Image.Image]] = {}

    def load(self, rooms: Rooms, regions: Iterable[Iterable[Rooms]] = ()) -> None:
        """Check all pictures against the budget, then decode those that are there all the time.

        Args:
            rooms: by digest, each room that it is fitted into.
            regions: the same of each turn of each region; only one of them is decoded at a time.

        Raises:
            PlayError: E_SCENE, over the budget, nothing was decoded; E_MEDIA, not a picture, or not
                the signed one.
        """
        counted = self._count_all(rooms)
        counted += sum(max(map(self._count_all, turns), default=0) for turns in regions)
        if counted > self._budget.image_px:
            raise over_budget(f"{counted} pixels of pictures", self._budget.image_px)
        self._fitted = self._fit_all(rooms)

    def turn(self, region: int, rooms: Rooms) -> None:
        """Decode the pictures of a region's turn, and forget those of the one before.

        Raises:
            PlayError: E_MEDIA, as `load`.
        """
        self._turning.pop(region, None)
        self._turning[region] = self._fit_all(rooms)

    def _count_all(self, rooms: Rooms) -> int:
        return sum(self._count(digest, list(sizes)) for digest, sizes in rooms.items())

    def _fit_all(self, rooms: Rooms) -> dict[tuple[str, Room], Image.Image]:
        fitted: dict[tuple[str, Room], Image.Image] = {}
        for digest, sizes in rooms.items():
            lacking = {room for room in sizes if (digest, room) not in self._fitted}
            if lacking:
                whole = self._decode(digest, list(sizes))
                fitted |= {(digest, room): _fit(whole, room) for room in lacking}
        return fitted

    def get(self, digest: str, room: Room) -> Image.Image:
        """The RGBA picture, as it fits into `room`; it must be loaded before."""
        found = self._fitted.get((digest, room))
        turning = (one[digest, room] for one in self._turning.values() if (digest, room) in one)
        return found if found is not None else next(turning)

    def _count(self, digest: str, rooms: list[Room]) -> int:
        """Pixels that decoding would make, from the header alone."""
        raw = _read_medium(digest, self._media)
        with _Opened(raw, digest) as file:
            if file.width * file.height > MAX_FILE_PX:
                raise over_budget(f"{file.width} x {file.height} pixels", MAX_FILE_PX)
            _shrink(file, rooms)
            return file.width * file.height * self._budget.weights.get(file.format or "", 1)

    def _decode(self, digest: str, rooms: list[Room]) -> Image.Image:
        raw = _read_medium(digest, self._media)
        with _Opened(raw, digest) as file:
            _shrink(file, rooms)
            whole = ImageOps.exif_transpose(file)
            return whole if whole.mode in ("RGB", "RGBA") else whole.convert("RGBA")


class _Opened:
    """An open picture; what Pillow raises over a broken one becomes E_MEDIA."""

    def __init__(self, raw: bytes, digest: str) -> None:
        self._raw = raw
        self._digest = digest
        self._file: Image.Image | None = None

    def __enter__(self) -> Image.Image:
        try:
            self._file = Image.open(io.BytesIO(self._raw), formats=FORMATS)
        except BROKEN as error:
            raise self._fault(error) from error
        return self._file

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if self._file is not None:
            self._file.close()
        if isinstance(error, BROKEN):
            raise self._fault(error) from error

    def _fault(self, error: BaseException) -> PlayError:
        if isinstance(error, Image.DecompressionBombError):
            return over_budget(str(error), MAX_FILE_PX)
        return PlayError("E_MEDIA", self._digest, f"not a picture: {error}")


BROKEN = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    SyntaxError,
    ValueError,
)


def _shrink(file: Image.Image, rooms: Iterable[Room]) -> None:
    """Decode a JPEG at a half, a quarter or an eighth if that still fills every room."""
    is_turned = file.getexif().get(_ORIENTATION, 1) in _TURNED
    wanted = (0, 0)
    for room in rooms:
        width_px, height_px = room.size
        turned = Room((height_px, width_px), room.fit) if is_turned else room
        size = _fit_size(file.size, turned)
        wanted = max(wanted[0], size[0]), max(wanted[1], size[1])
    file.draft("RGB", wanted)


def _fit_size(size: Size, room: Room) -> Size:
    """The size of the whole picture in this room; of `cover` more than the room on one side."""
    if room.fit == "stretch":
        return room.size
    ways = room.size[0] / size[0], room.size[1] / size[1]
    scale = max(ways) if room.fit == "cover" else min(ways)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _fit(whole: Image.Image, room: Room) -> Image.Image:
    if room.fit == "cover":
        fitted = _cover(whole, room.size)
    else:
        size = _fit_size(whole.size, room)
        fitted = whole.resize(size, Image.Resampling.LANCZOS, reducing_gap=REDUCING_GAP)
    return fitted.convert("RGBA")


def _cover(whole: Image.Image, size: Size) -> Image.Image:
    """Fill the room from the middle; what is beside it is never scaled."""
    scale = max(size[0] / whole.width, size[1] / whole.height)
    left = max(0.0, (whole.width - size[0] / scale) / 2)
    top = max(0.0, (whole.height - size[1] / scale) / 2)
    part = left, top, whole.width - left, whole.height - top
    return whole.resize(size, Image.Resampling.LANCZOS, box=part, reducing_gap=REDUCING_GAP)


def _read_medium(digest: str, media: Mapping[str, str]) -> bytes:
    if digest not in media:
        raise PlayError("E_MEDIA", digest, "not in store")
    try:
        with Path(media[digest]).open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise PlayError("E_MEDIA", digest, str(error)) from error
    if len(raw) > MAX_FILE_BYTES or hashlib.sha256(raw).hexdigest() != digest:
        raise PlayError("E_MEDIA", digest, "the file is not the signed one")
    return raw
