"""How long a sign that stores what it shows takes for a picture of 1 MiB.

`python tests/bench/bench_sign.py [--only name]`. From the driver's `show` until the programme was
read back, against the simulated card in a process of its own on this machine.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import random
import sys
import tempfile
import time
from pathlib import Path
from subprocess import DEVNULL, Popen

sys.path.insert(0, str(Path(__file__).parents[2]))

from PIL import Image

from drivers.content_board.build_sign import build_sign
from drivers.content_board.sign import Sign, SignPicture
from drivers.errors import DeviceUnreachable
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile

NAME = "huidu_upload_1mib_s"
SIZE = (1280, 256)
ADDRESS = "127.0.0.1:20001"
ROUNDS = 5
LIMIT_S = 30.0


def draw(seed: int) -> SignPicture:
    """Noise, which no encoder makes smaller: 1280 x 256 x 3 bytes and a little."""
    pixels = random.Random(seed).randbytes(SIZE[0] * SIZE[1] * 3)  # noqa: S311 - no secret
    out = io.BytesIO()
    Image.frombytes("RGB", SIZE, pixels).save(out, "PNG", compress_level=1)
    png = out.getvalue().ljust(1024 * 1024, b"\0")
    md5 = hashlib.md5(png, usedforsecurity=False).hexdigest()
    return SignPicture(f"tramtin-{md5[:16]}.png", png, md5, SIZE, is_black=False)


def show(sign: Sign, picture: SignPicture) -> float:
    """Seconds until the sign has confirmed it."""
    began_s = time.monotonic()
    sign.show(picture, lambda: False)
    return time.monotonic() - began_s


def main(argv: list[str]) -> int:
    """Print the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only = {name for name in parser.parse_args(argv).only.split(",") if name}
    if only and NAME not in only:
        return 0
    profile = load_profile("huidu-sdk-2-0")
    if not isinstance(profile, BoardProfile):
        raise TypeError("no profile of a board")
    with tempfile.TemporaryDirectory() as folder:
        words = [ADDRESS, *map(str, SIZE), str(Path(folder) / "sign.png")]
        card = Popen([sys.executable, "-m", "drivers.sim.sim_huidu_port", *words], stderr=DEVNULL)
        sign = build_sign(ADDRESS, profile)
        until_s = time.monotonic() + LIMIT_S
        while True:
            try:
                sign.blank()
                break
            except DeviceUnreachable:
                if time.monotonic() > until_s:
                    raise
                time.sleep(0.1)
        taken = sorted(show(sign, draw(seed)) for seed in range(ROUNDS))
        sign.close()
        card.terminate()
        card.wait()
    print(f"BENCH name={NAME} value={taken[len(taken) // 2]:.2f} unit=s target=1", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
