"""Who may press buttons: a PIN opens a session of five minutes; guessing is slowed down.

The theory. Wrong tries are counted for each address: five are free, then each further one must
wait, ten minutes at most. The tries of others never block an address that has not tried: else eight
machines that guess would keep out the technician who knows the PIN. So when the network as a whole
has been wrong thirty times in an hour, an address has two tries an hour; of a PIN of six digits
that is 12,000 a day for all of a network of 254 addresses, 41 days for an even chance. An address
that was right before, and 127.0.0.1, keep their five. Where more addresses guess than can be
remembered, those never seen share one try in ten seconds: then only an address that was right
before, or the box itself, is sure to get in.

During a wait nothing is compared: a right PIN looks like a wrong one. A session already open is
not touched.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.clock import mono_s

SESSION_S = 300.0
NOTICE_S = 15.0
MAX_SESSIONS = 4
FREE_TRIES = 5
WAITS_S = (30.0, 60.0, 120.0, 300.0, 600.0)
FORGET_S = 3600.0
NETWORK_TRIES = 30  # wrong ones an hour, from all of the network together; beyond is a siege
SIEGE_TRIES = 2  # an hour then, for an address that has never been right
MAX_PEERS = 1024
MAX_KNOWN = 16  # addresses that were right before
STRANGERS_S = 10.0
MAX_PIN_CHARS = 64


@dataclass(frozen=True)
class Notice:
    """The result of the last operation, shown for a while: a code of `messages` with arguments."""

    code: str
    args: tuple[str, ...] = ()
    is_good: bool = True
    lines: tuple[str, ...] = ()


@dataclass
class Session:
    """An open session: its end, its address, and the token that every form must carry."""

    peer: str
    ends_mono_s: float
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    notice: Notice | None = None
    noticed_mono_s: float = 0.0


@dataclass
class _Peer:
    wrong: int = 0
    last_mono_s: float = 0.0
    closed_until_mono_s: float = 0.0


class PinAuth:
    """Keeps the PIN, the sessions and the count of wrong tries.

    Args:
        pin: from the settings; None: no session can be opened.
        now_s: monotonic seconds; replaced in tests.
    """

    def __init__(self, pin: str | None, now_s: Callable[[], float] = mono_s) -> None:
        self._pin = None if pin is None else _hash(pin)
        self._now_s = now_s
        self._sessions: OrderedDict[bytes, Session] = OrderedDict()
        self._peers: OrderedDict[str, _Peer] = OrderedDict()  # the one that tried last is last
        self._known: OrderedDict[str, None] = OrderedDict()
        self._network: deque[float] = deque(maxlen=NETWORK_TRIES)
        self._strangers_until_mono_s = 0.0

    @property
    def has_pin(self) -> bool:
        """Can anybody get in at all?"""
        return self._pin is not None

    def wait_s(self, peer: str) -> float:
        """How long this address must wait before its next try; 0 when it may try now."""
        now_s = self._now_s()
        tried = self._peers.get(peer)
        if tried is not None:
            return max(0.0, tried.closed_until_mono_s - now_s)
        if self._is_known(peer) or not self._is_crowded(now_s):
            return 0.0
        return max(0.0, self._strangers_until_mono_s - now_s)

    def enter(self, pin: str, peer: str) -> str | None:
        """Try a PIN; the new session's token, or None. Counts what was wrong.

        Raises:
            PermissionError: no PIN is set, or this address must wait.
        """
        if self._pin is None or self.wait_s(peer) > 0:
            raise PermissionError(peer)
        if not hmac.compare_digest(_hash(pin[:MAX_PIN_CHARS]), self._pin):
            self._count_wrong(peer)
            return None
        self._peers.pop(peer, None)
        self._remember(peer)
        token = secrets.token_urlsafe(32)
        self._sessions[_hash(token)] = Session(peer, self._now_s() + SESSION_S)
        while len(self._sessions) > MAX_SESSIONS:
            self._sessions.popitem(last=False)
        return token

    def session(self, token: str | None, peer: str) -> Session | None:
        """The session of a token, if it still lasts and is this address's own."""
        if token is None:
            return None
        key = _hash(token[:MAX_PIN_CHARS])
        found = self._sessions.get(key)
        if found is None or found.peer != peer:
            return None
        if self._now_s() >= found.ends_mono_s:
            del self._sessions[key]
            return None
        return found

    def leave(self, token: str | None) -> None:
        """End a session."""
        if token is not None:
            self._sessions.pop(_hash(token[:MAX_PIN_CHARS]), None)

    def set_notice(self, session: Session, notice: Notice) -> None:
        """Have something shown to this session for a while."""
        session.notice, session.noticed_mono_s = notice, self._now_s()

    def notice(self, session: Session) -> Notice | None:
        """What is to be shown now."""
        limit_s = NOTICE_S if session.notice is None or session.notice.is_good else SESSION_S
        return session.notice if self._now_s() - session.noticed_mono_s < limit_s else None

    def left_s(self, session: Session) -> float:
        """How long a session still lasts."""
        return max(0.0, session.ends_mono_s - self._now_s())

    def _remember(self, peer: str) -> None:
        self._known[peer] = None
        self._known.move_to_end(peer)
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)

    def _is_known(self, peer: str) -> bool:
        return peer in self._known or _is_loopback(peer)

    def _is_crowded(self, now_s: float) -> bool:
        """Have as many addresses been wrong within the hour as can be remembered?"""
        while self._peers:
            oldest = next(iter(self._peers.values()))
            if now_s - oldest.last_mono_s <= FORGET_S:
                break
            self._peers.popitem(last=False)
        return len(self._peers) >= MAX_PEERS

    def _is_siege(self, now_s: float) -> bool:
        return len(self._network) == NETWORK_TRIES and now_s - self._network[0] < FORGET_S

    def _count_wrong(self, peer: str) -> None:
        now_s = self._now_s()
        is_siege = self._is_siege(now_s)
        if not _is_loopback(peer):
            self._network.append(now_s)
        if self._is_crowded(now_s) and peer not in self._peers:
            if not self._is_known(peer):
                self._strangers_until_mono_s = now_s + STRANGERS_S
                return
            self._peers.popitem(last=False)
        tried = self._peers.setdefault(peer, _Peer())
        self._peers.move_to_end(peer)
        if now_s - tried.last_mono_s > FORGET_S:
            tried.wrong = 0
        tried.wrong += 1
        tried.last_mono_s = now_s
        if is_siege and not self._is_known(peer):
            wait_s = FORGET_S if tried.wrong >= SIEGE_TRIES else 0.0
        else:
            wait_s = _usual_wait_s(tried.wrong)
        tried.closed_until_mono_s = now_s + wait_s


def _usual_wait_s(wrong: int) -> float:
    """How long an address waits after so many wrong tries."""
    late = wrong - FREE_TRIES
    return 0.0 if late < 0 else WAITS_S[min(late, len(WAITS_S) - 1)]


def is_same(given: str | None, wanted: str) -> bool:
    """Compare a secret that came in, in constant time."""
    return given is not None and hmac.compare_digest(given.encode(), wanted.encode())


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def _is_loopback(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
