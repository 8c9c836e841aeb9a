"""The demonstration's recordings, in the formats that centres use."""

from __future__ import annotations

from pathlib import Path

from central.documents.audio_tools import make_chime, make_melody, speak
from central.documents.preparation.prepare import Preparation, prepare
from central.testbed.sample_documents import BULLETIN, WARNING

MUSIC_MS = 14_000
CLOSING_MS = 2_000


def make_media(folder: Path) -> None:
    """Chime (WAV), bulletin (MP3), music (Opus), closing (WAV), warning (MP3), a picture (PNG)."""
    folder.mkdir(parents=True, exist_ok=True)
    make_chime(folder / "chuong.wav")
    _record_bulletin(folder / "ban-tin.mp3")
    speak(WARNING, folder / "khan-cap.mp3")
    make_melody(folder / "nhac.opus", MUSIC_MS)
    make_melody(folder / "ket.wav", CLOSING_MS)
    draw_landscape(folder / "canh.png")


def _record_bulletin(path: Path) -> None:
    """What an officer records and prepares."""
    recorded = speak(BULLETIN, path.with_name("ban-tin-goc.wav"))
    prepare([recorded], path, Preparation(chime_before=False), lambda _name, _ms: None)
    recorded.unlink()


def draw_landscape(path: Path) -> None:
    """Draw sun, river and field: a picture without a licence."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (240, 240), "#7ec8f2")
    draw = ImageDraw.Draw(image)
    draw.ellipse((150, 25, 205, 80), fill="#ffd23f")
    draw.polygon([(0, 130), (70, 80), (130, 135), (190, 95), (240, 130)], fill="#4f8f4f")
    draw.rectangle((0, 130, 240, 240), fill="#58b04b")
    draw.polygon([(110, 130), (130, 130), (190, 240), (60, 240)], fill="#2f7fd0")
    image.save(path)
