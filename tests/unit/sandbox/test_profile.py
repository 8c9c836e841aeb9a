"""A missing mechanism of the kernel is reported and skipped."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from agent.doctor.context import DoctorContext
from agent.doctor.probes import sandbox
from agent.sandbox import enforce, profile, seccomp

CASE = cast("DoctorContext", None)  # this probe asks the kernel alone


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    profile._program_filter.cache_clear()
    yield
    profile._program_filter.cache_clear()


def lack(monkeypatch: pytest.MonkeyPatch, *, landlock: bool = True, calls: bool = True) -> None:
    monkeypatch.setattr(enforce, "query_landlock_abi", lambda: 7 if landlock else 0)
    monkeypatch.setattr(sandbox, "query_landlock_abi", lambda: 7 if landlock else 0)
    monkeypatch.setattr(enforce, "has_seccomp", lambda: calls)


@pytest.mark.parametrize(
    ("landlock", "calls", "codes"),
    [
        (True, True, ["sandbox_good"]),
        (False, True, ["sandbox_no_landlock"]),
        (True, False, ["sandbox_no_seccomp"]),
        (False, False, ["sandbox_no_landlock", "sandbox_no_seccomp"]),
    ],
)
async def test_the_doctor_names_missing_mechanisms_of_the_kernel(
    monkeypatch: pytest.MonkeyPatch, *, landlock: bool, calls: bool, codes: list[str]
) -> None:
    lack(monkeypatch, landlock=landlock, calls=calls)
    found = [finding async for finding in sandbox.check(CASE)]
    assert [finding.code for finding in found] == codes
    for finding in found:
        assert bool(finding.step("vi")) == (finding.code != "sandbox_good")
        assert bool(finding.step("en")) == (finding.code != "sandbox_good")


def test_a_missing_mechanism_is_logged_once_and_the_program_still_runs(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lack(monkeypatch, landlock=False, calls=False)
    with caplog.at_level(logging.WARNING):
        first, second = (profile.confine_argv(profile.DECODER, ["true"], []) for _ in range(2))
    assert first == second
    assert first[first.index(enforce.__file__) + 2] == ""  # no filter
    assert caplog.text.count("Landlock") == caplog.text.count("seccomp") == 1


def test_a_processor_without_a_table_is_not_filtered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "ARCHITECTURES", {})
    assert "seccomp" in profile.find_missing()


def test_the_folder_in_which_a_board_starts_is_not_readable_as_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    assert str(tmp_path) not in profile._list_code()
