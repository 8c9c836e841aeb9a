"""One machine for all tests of this folder: booted and commissioned once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.guest.image import Image, build_image, find_obstacle
from tests.guest.machine import Machine
from tests.guest.station import commission

SCREENS = ("-device", "virtio-gpu-pci,id=gpu,max_outputs=2,xres=1920,yres=1080")


@pytest.fixture(scope="session")
def image() -> Image:
    if obstacle := find_obstacle():
        pytest.skip(obstacle)
    return build_image()


@pytest.fixture(scope="session")
def box(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A commissioned station. A test that cuts its power starts it again."""
    machine = Machine(image, tmp_path_factory.mktemp("box"), SCREENS)
    try:
        machine.start()
        commission(machine, tmp_path_factory.mktemp("centre"))
        yield machine
    finally:
        machine.stop()
