"""A Huidu full-colour sign: one programme, which is a picture that was rendered on the box.

The card's own fonts are never used: what they know of Vietnamese and Khmer differs by card. What
was commanded is read back from the programme list, because a card reports success for a programme
that it then cannot show. Programmes of others are deleted.
"""

from __future__ import annotations

import contextlib
import logging
import time
import uuid
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from drivers.codec import huidu_xml
from drivers.codec.huidu_xml import StoredProgram
from drivers.content_board.huidu_link import HuiduLink
from drivers.content_board.sign import SignPicture
from drivers.errors import DeviceFault, DriverError, UnsupportedFeature

log = logging.getLogger(__name__)
PROGRAM = f"{{{uuid.uuid5(uuid.NAMESPACE_DNS, 'tramtin.huidu')}}}"
FILE_PREFIX = "tramtin-"
KEPT_FILES = 16
OLDEST_CLOCK = datetime(2026, 1, 1, tzinfo=UTC)  # a box whose clock is before it knows no time
LOCAL = timedelta(hours=7)
CHECKS_OF_WIFI = 360  # of ten seconds each


class HuiduSign:
    """A `Sign`; see there.

    Args:
        name: for errors.
        link: the session.
        brightness: lowest and highest percent.
        now: the time, for the card's clock.
        known_passwords: of cards' own networks.

    Attributes:
        weakness: see `Sign`; read at the start of a session, and every hour.
        program: see `Sign`.
    """

    def __init__(
        self,
        name: str,
        link: HuiduLink,
        brightness: tuple[int, int],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        known_passwords: Collection[str] = (),
    ) -> None:
        self.weakness = ""
        self._known_passwords = frozenset(known_passwords)
        self._checks = 0
        self._name = name
        self._link = link
        self._brightness = brightness
        self._now = now
        self.program = ""
        self._picture: SignPicture | None = None
        self._wanted_pct: int | None = None
        self._is_prepared = False
        self._files: list[str] = []

    def show(self, picture: SignPicture, is_stale: Callable[[], bool]) -> None:
        """See `Sign.show`."""
        self._picture = None
        self._connect()
        if picture.is_black:
            self.blank()
        self._check_size(picture)
        self._link.send_file(picture.file, picture.png, picture.md5_hex, is_stale)
        self._put(picture)
        if not picture.is_black:
            self._light()
        self._picture = picture
        self._forget_files(picture.file)

    def set_brightness(self, pct: int) -> None:
        """See `Sign.set_brightness`; within what the profile allows."""
        low, high = self._brightness
        self._wanted_pct = min(max(pct, low), high)
        self._connect()
        self._dim()

    def check(self) -> str:
        """See `Sign.check`."""
        self._connect()
        self._dim()
        self._checks += 1
        if self._checks % CHECKS_OF_WIFI == 0:
            self._look_at_wifi()
        picture = self._picture
        if picture is None:
            return ""
        foreign = self._find_foreign(picture)
        if foreign:
            log.warning("%s: %s", self._name, foreign)
            self._picture = None
            self._put(picture, f"{foreign}; ")
            self._picture = picture
        if not picture.is_black:
            self._light()
        return foreign

    def blank(self) -> None:
        """See `Sign.blank`."""
        self._connect()
        self._link.ask("CloseScreen")

    def close(self) -> None:
        """See `Sign.close`."""
        self._link.close()

    def identify(self) -> huidu_xml.CardInfo:
        """What the card says of itself.

        Raises:
            DriverError: it does not answer.
        """
        self._connect()
        return huidu_xml.parse_info(self._link.ask("GetDeviceInfo"))

    def _connect(self) -> None:
        """Begin a session if there is none: what the card does by its own clock is switched off."""
        if self._link.is_open:
            return
        self._link.open()
        info = huidu_xml.parse_info(self._link.ask("GetDeviceInfo"))
        self._size = (info.width_px, info.height_px)
        log.info("%s: %s", self._name, info)
        self._look_at_wifi()
        if not self._is_prepared:
            # a card without such a request has no such plan
            with contextlib.suppress(UnsupportedFeature):
                self._link.ask("SetSwitchTime", huidu_xml.build_switch_time())
            self._is_prepared = True  # once: it is written to the card's flash
        now = self._now()
        if now > OLDEST_CLOCK:
            local = f"{now + LOCAL:%Y-%m-%d %H:%M:%S}"
            with contextlib.suppress(UnsupportedFeature):
                self._link.ask("SetTimeInfo", huidu_xml.build_time(local))

    def _look_at_wifi(self) -> None:
        """Has the card a network of its own that anybody may enter? A question; it changes nothing.

        Raises:
            DriverError: the connection is lost.
        """
        try:
            found = huidu_xml.parse_hotspot(self._link.ask("GetWifiInfo"))
        except (DeviceFault, UnsupportedFeature) as error:
            log.info("%s: %s", self._name, error)  # it has no Wi-Fi, or does not tell
            return
        self.weakness = find_weakness(found, self._known_passwords)

    def _check_size(self, picture: SignPicture) -> None:
        """A card that says its size must have the picture's."""
        if all(self._size) and self._size != picture.size:
            want, have = ("x".join(map(str, one)) for one in (picture.size, self._size))
            detail = f"E_SIZE: the sign has {have}, the settings {want}"
            raise DeviceFault(self._name, "size", detail)

    def _store(self, picture: SignPicture) -> None:
        """Make the programme the only one of the card's list."""
        program = huidu_xml.build_program(PROGRAM, picture.size, picture.file, picture.md5_hex)
        programs = self._list_programs()
        if any(one.guid == PROGRAM for one in programs):
            try:
                self._link.ask("UpdateProgram", program)
            except DeviceFault as error:
                log.info("%s: %s", self._name, error)  # some cards only know to add
                self._link.ask("DeleteProgram", huidu_xml.build_delete(PROGRAM))
                programs = self._list_programs()
        if not any(one.guid == PROGRAM for one in programs):
            self._link.ask("AddProgram", huidu_xml.build_add(program, int(time.time())))
        for other in self._list_programs():
            if other.guid != PROGRAM:
                self._link.ask("DeleteProgram", huidu_xml.build_delete(other.guid))

    def _put(self, picture: SignPicture, found: str = "") -> None:
        """Have our picture on the sign, by the sign's own list; else it is turned black.

        Args:
            picture: ours.
            found: what somebody else had put there, for the fault.

        Raises:
            DeviceFault: it does not take the picture, or says something else.
        """
        try:
            self._store(picture)
            foreign = self._find_foreign(picture)
        except DriverError as error:
            detail = f"{found}{error.detail}; {self._go_dark()}"
            raise DeviceFault(self._name, "put", detail) from error
        if foreign:
            raise DeviceFault(self._name, "read back", f"{foreign}; {self._go_dark()}")

    def _go_dark(self) -> str:
        """Turn the sign black; how that went."""
        try:
            self.blank()
        except DriverError as error:
            return f"and it does not turn black: {error}"
        return "black"

    def _find_foreign(self, picture: SignPicture) -> str:
        """What the card shows instead of our picture; empty if it shows that."""
        programs = self._list_programs()
        self.program = ""
        if programs != [StoredProgram(PROGRAM, (picture.file,))]:
            found = "; ".join(f"{one.guid[:40]} {', '.join(one.files)[:80]}" for one in programs)
            return f"E_FOREIGN: its list has {found or 'nothing'}"
        try:
            current = huidu_xml.parse_current(self._link.ask("GetCurrentPlayProgramGUID"))
        except UnsupportedFeature:
            current = PROGRAM  # the only one of its list
        if current != PROGRAM:
            return f"E_FOREIGN: it plays {current[:40]}"
        self.program = f"{PROGRAM} {picture.file}"
        return ""

    def _list_programs(self) -> list[StoredProgram]:
        return huidu_xml.parse_programs(self._link.ask("GetProgram"))

    def _light(self) -> None:
        """Nobody tells whether the screen is open: the command is repeated at each check."""
        self._link.ask("OpenScreen")

    def _dim(self) -> None:
        """Have the brightness that is wanted, whatever plan or sensor the card follows."""
        if self._wanted_pct is None:
            return
        if huidu_xml.parse_luminance(self._link.ask("GetLuminancePloy")) != self._wanted_pct:
            self._link.ask("SetLuminancePloy", huidu_xml.build_luminance(self._wanted_pct))

    def _forget_files(self, file: str) -> None:
        """Delete the oldest of our pictures; those of others stay."""
        self._files = [*(one for one in self._files if one != file), file][-KEPT_FILES:]
        try:
            held = list(huidu_xml.list_names(self._link.ask("GetFiles")))
            old = [
                name for name in held if name.startswith(FILE_PREFIX) and name not in self._files
            ]
            if len(old) > KEPT_FILES:
                self._link.ask("DeleteFiles", huidu_xml.build_delete_files(old))
        except (DeviceFault, UnsupportedFeature) as error:
            log.info("%s: %s", self._name, error)  # a full card says so at the next upload


def find_weakness(found: huidu_xml.Hotspot | None, known_passwords: Collection[str]) -> str:
    """Whether anybody may enter the card's own network, in words that do not have the password.

    Args:
        found: its network; None: it makes none.
        known_passwords: of such networks.
    """
    if found is None:
        return ""
    name = found.ssid[:40]
    if not found.password:
        return f"E_PASSWORD: its own Wi-Fi {name!r} has no password"
    if found.password in known_passwords:
        return f"E_PASSWORD: its own Wi-Fi {name!r} has a password that everybody knows"
    return ""
