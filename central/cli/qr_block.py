"""A QR code for a terminal: two rows of modules in a line of letters, dark on light."""

from __future__ import annotations

import click
import segno

QUIET = 2  # modules around it; phones want no more on a screen
_BLOCKS = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


def draw_qr(code: segno.QRCode) -> list[str]:
    """The lines; the colours are set, so that a dark terminal does not turn the code over."""
    rows = [list(row) for row in code.matrix_iter(border=QUIET)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    lines = (
        "".join(_BLOCKS[upper, lower] for upper, lower in zip(rows[y], rows[y + 1], strict=True))
        for y in range(0, len(rows), 2)
    )
    return [click.style(line, fg="black", bg="bright_white") for line in lines]
