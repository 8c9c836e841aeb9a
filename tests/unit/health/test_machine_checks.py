"""Checks of the machine, against folders laid out as the kernel's documentation says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from agent.clock import Now
from agent.health.check import Check, NotCheckedError
from agent.health.check_memory import CheckMemory
from agent.health.checks.certificate import CertificateCheck
from agent.health.checks.disk import CANARY, DiskCheck, write_and_read_back
from agent.health.checks.power import PowerCheck
from agent.health.checks.rtc import RtcCheck
from agent.health.checks.storage import StorageCheck
from agent.health.checks.temperature import TemperatureCheck
from agent.store.database import Store

GIB = 1 << 30
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def kinds(check: Check) -> list[str]:
    return [finding.kind for finding in await check.check()]


class Time:
    """Seconds that the test moves."""

    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


# Disk


class FakeDisk:
    """A file system of a given size, by statvfs alone."""

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.free_bytes = size_bytes
        self.free_inodes, self.inodes = 1000, 1000
        self.flag = 0

    def __call__(self, _folder: Path) -> os.statvfs_result:
        # bsize frsize blocks bfree bavail files ffree favail flag namemax
        size, free = self.size_bytes // 4096, self.free_bytes // 4096
        return os.statvfs_result(
            (4096, 4096, size, free, free, self.inodes, self.free_inodes, self.free_inodes,
             self.flag, 255)
        )  # fmt: skip


@pytest.mark.parametrize(
    ("size", "free", "kind"),
    [
        (32 * GIB, 4 * GIB, []),
        (32 * GIB, 2 * GIB, ["disk_low"]),  # a large card: 2 GiB, not a tenth
        (8 * GIB, GIB, []),
        (8 * GIB, 8 * GIB // 10, ["disk_low"]),
        (8 * GIB, 8 * GIB // 50, ["disk_full"]),
        (64 * GIB, GIB // 4, ["disk_full"]),
        (64 * GIB, 0, ["disk_full"]),
    ],
)
async def test_how_much_room_is_too_little(
    tmp_path: Path, size: int, free: int, kind: list[str]
) -> None:
    disk = FakeDisk(size)
    disk.free_bytes = free
    assert await kinds(DiskCheck(tmp_path, statvfs=disk)) == kind


async def test_space_that_varies_around_the_limit_raises_one_issue(tmp_path: Path) -> None:
    disk = FakeDisk(8 * GIB)
    check = DiskCheck(tmp_path, statvfs=disk)
    findings = []
    for tenths_of_percent in (110, 100, 110, 119, 121):
        disk.free_bytes = disk.size_bytes * tenths_of_percent // 1000
        findings.append(await kinds(check))
    assert findings == [[], ["disk_low"], ["disk_low"], ["disk_low"], []]


async def test_inodes_run_out_too_but_not_where_there_are_none(tmp_path: Path) -> None:
    disk = FakeDisk(8 * GIB)
    disk.free_inodes = 50
    assert await kinds(DiskCheck(tmp_path, statvfs=disk)) == ["disk_inodes_low"]
    disk.inodes = disk.free_inodes = 0  # btrfs
    assert await kinds(DiskCheck(tmp_path, statvfs=disk)) == []


async def test_a_read_only_file_system_has_its_own_issue(tmp_path: Path) -> None:
    disk = FakeDisk(8 * GIB)
    disk.flag = os.ST_RDONLY
    assert await kinds(DiskCheck(tmp_path, statvfs=disk)) == ["disk_read_only"]


async def test_the_trial_write_leaves_nothing_and_comes_once_an_hour(tmp_path: Path) -> None:
    time = Time()
    check = DiskCheck(tmp_path, statvfs=FakeDisk(8 * GIB), now_mono_s=time)
    assert await kinds(check) == []
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - a plain call: this is a test's own folder
    (tmp_path / CANARY).mkdir()  # from here on a write fails
    time.s += 3599
    assert await kinds(check) == []
    time.s += 1
    assert await kinds(check) == ["disk_not_written"]
    (tmp_path / CANARY).rmdir()
    time.s += 60
    assert await kinds(check) == []


async def test_a_state_folder_that_is_gone_is_a_finding_not_a_crash(tmp_path: Path) -> None:
    assert await kinds(DiskCheck(tmp_path / "gone")) == ["disk_not_written"]


def test_a_trial_write_never_follows_a_link(tmp_path: Path) -> None:
    (tmp_path / CANARY).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        write_and_read_back(tmp_path / CANARY)


# Battery clock: Documentation/ABI/testing/sysfs-class-rtc


def lay_rtc(root: Path, since_epoch: str) -> None:
    (root / "rtc0").mkdir(parents=True)
    (root / "rtc0/since_epoch").write_text(since_epoch)


async def test_a_battery_clock_of_this_year_is_good(tmp_path: Path) -> None:
    lay_rtc(tmp_path, "1795521600\n")  # 24 November 2026
    assert await kinds(RtcCheck(tmp_path)) == []


@pytest.mark.parametrize("seconds", ["0", "946684800", "nonsense", ""])
async def test_a_battery_clock_that_lost_its_time(tmp_path: Path, seconds: str) -> None:
    lay_rtc(tmp_path, seconds)
    assert await kinds(RtcCheck(tmp_path)) == ["rtc_battery"]


async def test_no_battery_clock_at_all(tmp_path: Path) -> None:
    assert await kinds(RtcCheck(tmp_path / "rtc")) == ["rtc_missing"]


# Temperature: Documentation/driver-api/thermal/sysfs-api.rst, millidegrees


async def test_heat_begins_at_80_and_ends_at_75_degrees(tmp_path: Path) -> None:
    zone = tmp_path / "thermal_zone0/temp"
    zone.parent.mkdir()
    check = TemperatureCheck(zone)
    findings = []
    for millidegrees in ("48500", "80000", "76000", "75000"):
        zone.write_text(f"{millidegrees}\n")
        findings.append(await kinds(check))
    assert findings == [[], ["too_hot"], ["too_hot"], []]


async def test_a_machine_without_a_thermometer_is_not_checked(tmp_path: Path) -> None:
    with pytest.raises(NotCheckedError) as caught:
        await TemperatureCheck(tmp_path / "thermal_zone0/temp").check()
    assert caught.value.reason == "no_sensor"


# Under-voltage: Documentation/hwmon/raspberrypi-hwmon.rst


def lay_hwmon(root: Path) -> Path:
    for number, chip in enumerate(("cpu_thermal", "rpi_volt", "nvme")):
        folder = root / f"hwmon{number}"
        folder.mkdir(parents=True)
        (folder / "name").write_text(f"{chip}\n")
    alarm = root / "hwmon1/in0_lcrit_alarm"
    alarm.write_text("0\n")
    return alarm


async def test_under_voltage_is_two_facts_now_and_since_boot(tmp_path: Path) -> None:
    alarm, time = lay_hwmon(tmp_path), Time()
    check = PowerCheck(CheckMemory(), "boot-1", hwmon_class=tmp_path, now_mono_s=time)
    assert await kinds(check) == []
    alarm.write_text("1\n")
    assert await kinds(check) == ["under_voltage_now", "under_voltage_since_boot"]
    alarm.write_text("0\n")
    time.s += 59
    assert await kinds(check) == ["under_voltage_now", "under_voltage_since_boot"]
    time.s += 1
    assert await kinds(check) == ["under_voltage_since_boot"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "state")
    yield store
    store.close()


async def test_a_restart_of_the_agent_does_not_forget_but_the_next_boot_does(
    tmp_path: Path, store: Store
) -> None:
    hwmon = tmp_path / "hwmon"
    alarm = lay_hwmon(hwmon)
    alarm.write_text("1\n")
    await PowerCheck(CheckMemory(store), "boot-1", hwmon_class=hwmon).check()
    alarm.write_text("0\n")
    again = PowerCheck(CheckMemory(store), "boot-1", hwmon_class=hwmon)
    assert await kinds(again) == ["under_voltage_since_boot"]
    later = PowerCheck(CheckMemory(store), "boot-2", hwmon_class=hwmon)
    assert await kinds(later) == []


async def test_without_a_raspberry_pi_its_power_is_not_checked(tmp_path: Path) -> None:
    lay_hwmon(tmp_path)
    (tmp_path / "hwmon1/name").write_text("acpitz\n")
    with pytest.raises(NotCheckedError):
        await PowerCheck(CheckMemory(), "boot-1", hwmon_class=tmp_path).check()


# Card: /sys/dev/block, /sys/fs/ext4, and the eMMC's registers of JESD84


class FakeSysfs:
    """A Pi's sysfs whose mmcblk0p2 is the very device that holds the test's folder."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        disk = root / "devices/platform/emmc2bus/mmc0/mmc0:0001/block/mmcblk0"
        (disk / "mmcblk0p2").mkdir(parents=True)
        (disk / "mmcblk0p2/partition").write_text("2\n")
        # the block device's `device` leads up to the card itself
        (disk / "device").symlink_to(disk.parents[1])
        self.card = disk.parents[1]
        number = folder.stat().st_dev
        by_number = root / "dev/block"
        by_number.mkdir(parents=True)
        (by_number / f"{os.major(number)}:{os.minor(number)}").symlink_to(disk / "mmcblk0p2")

    def ext4(self, errors: int) -> None:
        folder = self.root / "fs/ext4/mmcblk0p2"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "errors_count").write_text(f"{errors}\n")

    def emmc(self, life_time: str, pre_eol_info: str) -> None:
        (self.card / "life_time").write_text(f"{life_time}\n")
        (self.card / "pre_eol_info").write_text(f"{pre_eol_info}\n")


async def test_errors_that_ext4_counted_raise_an_issue(tmp_path: Path) -> None:
    sysfs = FakeSysfs(tmp_path / "sys", tmp_path)
    sysfs.ext4(0)
    check = StorageCheck(tmp_path, tmp_path / "sys")
    assert await kinds(check) == []
    sysfs.ext4(3)
    found = await check.check()
    assert [(f.kind, f.subject) for f in found] == [("storage_errors", "mmcblk0p2")]


@pytest.mark.parametrize(
    ("life_time", "pre_eol_info", "kind"),
    [
        ("0x01 0x01", "0x01", []),
        ("0x00 0x00", "0x00", []),  # not defined by this chip
        ("0x08 0x01", "0x01", []),
        ("0x01 0x09", "0x01", ["storage_wear"]),
        ("0x01 0x01", "0x02", ["storage_wear"]),
        ("0x0b 0x01", "0x01", ["storage_worn_out"]),
        ("0x01 0x01", "0x03", ["storage_worn_out"]),
    ],
)
async def test_wear_of_an_emmc(
    tmp_path: Path, life_time: str, pre_eol_info: str, kind: list[str]
) -> None:
    sysfs = FakeSysfs(tmp_path / "sys", tmp_path)
    sysfs.emmc(life_time, pre_eol_info)
    assert await kinds(StorageCheck(tmp_path, tmp_path / "sys")) == kind


async def test_a_card_that_reports_nothing_is_not_checked(tmp_path: Path) -> None:
    (tmp_path / "sys").mkdir()
    with pytest.raises(NotCheckedError):
        await StorageCheck(tmp_path, tmp_path / "sys").check()
    FakeSysfs(tmp_path / "sys", tmp_path)
    with pytest.raises(NotCheckedError):
        await StorageCheck(tmp_path, tmp_path / "sys").check()


# Certificates


def make_certificate(*ends_in: timedelta) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tv-cl-0007")])
    build = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .not_valid_before(NOW - timedelta(days=400))
    )
    return b"".join(
        build.serial_number(number)
        .not_valid_after(NOW + left)
        .sign(key, SHA256())
        .public_bytes(Encoding.PEM)
        for number, left in enumerate(ends_in, 1)
    )


def days(number: float) -> timedelta:
    return timedelta(days=number)


def build_certificate_check(
    folder: Path, device: bytes, authority: bytes, *, floor: bool = False
) -> CertificateCheck:
    (folder / "device.pem").write_bytes(device)
    (folder / "broker-ca.pem").write_bytes(authority)
    now = Now(NOW, "FLOOR", None) if floor else Now(NOW, "SYNCED", 0.01)
    return CertificateCheck(folder / "device.pem", folder / "broker-ca.pem", lambda: now)


@pytest.mark.parametrize(
    ("left", "kind"),
    [
        (61, []),
        (59, ["certificate_60_days"]),
        (29, ["certificate_30_days"]),
        (6.9, ["certificate_7_days"]),
        (-0.1, ["certificate_expired"]),
    ],
)
async def test_days_left_of_the_device_certificate(
    tmp_path: Path, left: float, kind: list[str]
) -> None:
    check = build_certificate_check(
        tmp_path, make_certificate(days(left)), make_certificate(days(3650))
    )
    assert await kinds(check) == kind


async def test_a_chain_ends_with_its_first_and_authorities_with_their_last(tmp_path: Path) -> None:
    check = build_certificate_check(
        tmp_path,
        make_certificate(days(700), days(20)),
        make_certificate(days(5), days(3650)),
    )
    found = await check.check()
    assert [(f.kind, f.subject) for f in found] == [("certificate_30_days", "device.pem")]
    old = make_certificate(days(5), days(-5))
    check = build_certificate_check(tmp_path, make_certificate(days(700)), old)
    found = await check.check()
    assert [(f.kind, f.subject) for f in found] == [("certificate_7_days", "broker-ca.pem")]


async def test_without_a_trusted_time_only_an_end_before_the_floor_is_found(tmp_path: Path) -> None:
    good = make_certificate(days(700))
    check = build_certificate_check(tmp_path, good, good, floor=True)
    with pytest.raises(NotCheckedError) as caught:
        await check.check()
    assert caught.value.reason == "no_time"
    # True today is later than the floor: 20 days by the floor may be none.
    check = build_certificate_check(tmp_path, make_certificate(days(20)), good, floor=True)
    with pytest.raises(NotCheckedError):
        await check.check()
    check = build_certificate_check(tmp_path, make_certificate(days(-1)), good, floor=True)
    assert await kinds(check) == ["certificate_expired"]
