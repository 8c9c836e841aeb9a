"""Authority files that are published once more, when a box reports older ones.

What is retained comes to a box by its subscription. So a box that is behind will get it soon, or
the broker has lost it; the centre cannot distinguish the two. What is published again reaches all
its subscribers: the timestamp every box, the others whoever lacks them. So no file is published
more often than `RESEND_PAUSE_S`, and each further request of the same box counts after a longer
pause.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping

from agent.contract.ids import StationId
from central.authority import authority_store
from central.store.database import Database

RESEND_PAUSE_S = 600.0
LONGEST_PAUSE_S = 6 * 3600.0  # as often as a healthy box sends its hello
RETENTION_S = 86_400.0


class AuthorityResend:
    """What was published again, and for whom; kept in memory only.

    Args:
        database: of the centre.
        mono_s: monotonic seconds.
    """

    def __init__(self, database: Database, mono_s: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._mono_s = mono_s
        self._sent_mono_s: dict[str, float] = {}  # by file
        self._helped: dict[StationId, tuple[float, float]] = {}  # when last, seconds of pause

    def consider(self, station: StationId, told: Mapping[str, int]) -> None:
        """Mark what a station lacks for sending, unless that was done just now.

        Args:
            station: that sent the hello.
            told: the version of each file that it has, by role.
        """
        now = self._mono_s()
        free = [
            file
            for file in authority_store.lacking(self._database, told)
            if self._sent_mono_s.get(file, -math.inf) + RESEND_PAUSE_S <= now
        ]
        last, pause_s = self._helped.get(station, (-math.inf, 0.0))
        if not free or last + pause_s > now:
            return
        is_repeated = last + RETENTION_S > now
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S) if is_repeated else RESEND_PAUSE_S
        self._helped[station] = (now, pause_s)
        self._sent_mono_s.update(dict.fromkeys(free, now))
        authority_store.send_again(self._database, free)
