"""Replaces the TUF client's default fetcher; must be imported before `tuf.ngclient`.

The client imports that fetcher, and urllib3 with it, even when it is given another: 2 MiB in an
agent, for a network access that no box uses.
"""

from __future__ import annotations

import sys


class Urllib3Fetcher:
    """Cannot be instantiated."""

    def __init__(self, *_: object, **__: object) -> None:
        raise RuntimeError("the authority's files come from the inbox only")


sys.modules.setdefault("tuf.ngclient.urllib3_fetcher", sys.modules[__name__])
