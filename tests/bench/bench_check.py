"""How long `tramtin check` takes to judge every seeded mistake of tests/unit/settings."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from agent.settings.load import validate_settings

DATA = Path(__file__).parents[1] / "unit" / "settings" / "mistakes.yaml"
RUNS = 3


def seed(base: list[str], put: dict[int, str]) -> str:
    lines = dict(enumerate(base, 1)) | put
    return "\n".join(line for line in lines.values() if line) + "\n"


def main() -> None:
    data: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    texts = [seed(data["base"].splitlines(), one["put"]) for one in data["mistakes"]]
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{index}.yaml" for index in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        spent_s = []
        for _ in range(RUNS):
            started = time.perf_counter()
            found = [validate_settings(path).faults for path in paths]
            spent_s.append(time.perf_counter() - started)
            assert all(found)
    # the target is for 50 of them: docs/architecture.md §9
    ms = min(spent_s) * 1000 * 50 / len(texts)
    print(f"BENCH name=check_50_mistakes_ms value={ms:.0f} unit=ms target=1000", flush=True)


if __name__ == "__main__":
    main()
