"""The centre's database before revisions were counted, as SQL."""

from __future__ import annotations

from pathlib import Path

# Written by the release before revisions were counted, dumped by `sqlite3 .dump`: one station with
# three plays of its journal, and two records as no box sends them.
LAYOUT_1 = Path(__file__).with_name("layout_1.sql")
STATION, EPOCH = "tv-cl-0007", "6f3a000000000000"
