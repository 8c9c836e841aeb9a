"""Who may press buttons: a PIN opens a session of five minutes; guessing is slowed, never rewarded.

The theory. Wrong tries are counted for each address: five are free, then each further one must
wait, ten minutes at most. An attacker with many addresses of the local network meets a second
count for the whole network. Neither counts against 127.0.0.1, so a technician at the box (or on an
ssh tunnel) always gets in, and no wait is longer than an hour for anybody. During a wait nothing
is compared: a right PIN looks like a wrong one. A session already open is not touched.
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
NETWORK_TRIES = 30  # wrong ones an hour, from all of the network together
MAX_PEERS = 256
MAX_PIN_CHARS = 64


@dataclass(frozen=True)
class Notice:
    """What the last deed had to say, shown for a while: a phrase of `text` with its arguments."""

    code: str
    args: tuple[str, ...] = ()
    is_good: bool = True
    lines: tuple[str, ...] = ()


@dataclass
class Session:
    """An open door: until when, for whom, and the token that every form must carry."""

    peer: str
    ends_mono_s: float
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    notice: Notice | None = None
    told_mono_s: float = 0.0


@dataclass
class _Peer:
    wrong: int = 0
    last_mono_s: float = 0.0
    closed_until_mono_s: float = 0.0


class Door:
    """Keeps the PIN, the sessions and the count of wrong tries.

    Args:
        pin: from the settings; None: there is no door, nobody gets in.
        now_s: monotonic seconds; replaced in tests.
    """

    def __init__(self, pin: str | None, now_s: Callable[[], float] = mono_s) -> None:
        self._pin = None if pin is None else _hash(pin)
        self._now_s = now_s
        self._sessions: OrderedDict[bytes, Session] = OrderedDict()
        self._peers: OrderedDict[str, _Peer] = OrderedDict()
        self._network: deque[float] = deque(maxlen=NETWORK_TRIES)

    @property
    def has_pin(self) -> bool:
        """Can anybody get in at all?"""
        return self._pin is not None

    def wait_s(self, peer: str) -> float:
        """How long this address must wait before its next try; 0 when it may try now."""
        now_s = self._now_s()
        known = self._peers.get(peer)
        wait_s = known.closed_until_mono_s - now_s if known is not None else 0.0
        if not _is_loopback(peer) and len(self._network) == NETWORK_TRIES:
            wait_s = max(wait_s, self._network[0] + FORGET_S - now_s)
        return max(0.0, wait_s)

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

    def tell(self, session: Session, notice: Notice) -> None:
        """Have something shown to this session for a while."""
        session.notice, session.told_mono_s = notice, self._now_s()

    def notice(self, session: Session) -> Notice | None:
        """What is to be shown now."""
        limit_s = NOTICE_S if session.notice is None or session.notice.is_good else SESSION_S
        return session.notice if self._now_s() - session.told_mono_s < limit_s else None

    def left_s(self, session: Session) -> float:
        """How long a session still lasts."""
        return max(0.0, session.ends_mono_s - self._now_s())

    def _count_wrong(self, peer: str) -> None:
        now_s = self._now_s()
        known = self._peers.setdefault(peer, _Peer())
        self._peers.move_to_end(peer)
        while len(self._peers) > MAX_PEERS:
            self._peers.popitem(last=False)
        if now_s - known.last_mono_s > FORGET_S:
            known.wrong = 0
        known.wrong += 1
        known.last_mono_s = now_s
        if known.wrong >= FREE_TRIES:
            wait_s = WAITS_S[min(known.wrong - FREE_TRIES, len(WAITS_S) - 1)]
            known.closed_until_mono_s = now_s + wait_s
        if not _is_loopback(peer):
            self._network.append(now_s)


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
