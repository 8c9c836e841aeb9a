"""The picture of a pixel controller: faces at their places, as the bytes that are sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from drivers.frame_sink import FacePlace, Pixels
from drivers.profile.model import PixelNetSpec

FULL_LEVEL = 255
_PLAIN = "rgb"


class PixelRaster:
    """The smallest rectangle from the upper left corner that holds all faces.

    Args:
        faces: names and places.
        spec: order of colours and rows.

    Attributes:
        faces: names and places.
        size: width and height of the picture.
        wire: its bytes as they are sent.
    """

    def __init__(self, faces: Mapping[str, FacePlace], spec: PixelNetSpec) -> None:
        self.faces = dict(faces)
        self.size = (
            max(place.x_px + place.width_px for place in faces.values()),
            max(place.y_px + place.height_px for place in faces.values()),
        )
        self.wire = bytearray(self.size[0] * self.size[1] * 3)
        self._spec = spec
        self._level = FULL_LEVEL
        self._last: dict[str, Pixels] = {
            name: bytes(one.frame_bytes) for name, one in faces.items()
        }

    def add_tail(self, count: int) -> None:
        """Zeros behind the picture; call before anybody keeps the place of `wire`."""
        self.wire += bytes(count)

    def clear(self) -> None:
        """Black on all faces."""
        for name, pixels in list(self._last.items()):
            self.draw(name, bytes(len(pixels)))

    def set_level(self, level: int) -> None:
        """Dim all pixels, 0 to 255."""
        self._level = level
        for name, pixels in list(self._last.items()):
            self.draw(name, pixels)

    def draw(self, name: str, pixels: Pixels) -> None:
        """Put a face's frame into the picture.

        Raises:
            ValueError: unknown face or wrong length.
        """
        if name not in self.faces:
            raise ValueError(f"no such face: {name!r}")
        place = self.faces[name]
        place.check_frame(name, pixels)
        self._last[name] = pixels
        is_plain = self._level == FULL_LEVEL and self._spec.color_order == _PLAIN
        if is_plain and not self._spec.serpentine:
            self._place(place, pixels, 0, 1)
            return
        forward, backward = self._convert(place, pixels)
        if not self._spec.serpentine:
            self._place(place, forward, 0, 1)
            return
        odd = place.y_px % 2  # rows are counted in the picture
        self._place(place, forward, odd, 2)
        self._place(place, backward, 1 - odd, 2)

    def _place(self, place: FacePlace, pixels: Pixels, first: int, step: int) -> None:
        """Copy rows `first`, `first + step`, … of a face."""
        row_bytes, pitch = place.width_px * 3, self.size[0] * 3
        if step == 1 and row_bytes == pitch:
            begin = place.y_px * pitch
            self.wire[begin : begin + len(pixels)] = pixels
            return
        for y in range(first, place.height_px, step):
            at = (place.y_px + y) * pitch + self._find_x(place, y) * 3
            self.wire[at : at + row_bytes] = pixels[y * row_bytes : (y + 1) * row_bytes]

    def _find_x(self, place: FacePlace, y: int) -> int:
        """Where a row begins on the line; in one that runs backward, from the right."""
        is_backward = self._spec.serpentine and (place.y_px + y) % 2
        return self.size[0] - place.x_px - place.width_px if is_backward else place.x_px

    def _convert(self, place: FacePlace, pixels: Pixels) -> tuple[bytes, bytes]:
        """The frame dimmed and in the order of colours, with rows forward and backward."""
        from PIL import Image

        source = cast("bytes", memoryview(pixels))
        picture = Image.frombuffer("RGB", place.size, source, "raw", "RGB", 0, 1)
        if self._level != FULL_LEVEL:
            picture = picture.point([round(v * self._level / FULL_LEVEL) for v in range(256)] * 3)
        if self._spec.color_order != _PLAIN:
            bands = dict(zip(_PLAIN, picture.split(), strict=True))
            picture = Image.merge("RGB", [bands[one] for one in self._spec.color_order])
        if not self._spec.serpentine:
            return picture.tobytes(), b""
        return picture.tobytes(), picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).tobytes()
