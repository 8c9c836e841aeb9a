"""Stands in for the TUF client's default fetcher; to be imported before `tuf.ngclient`.

The client imports that fetcher even when it is given another, and urllib3 with it: 2 MiB in an
agent, for a way to the network that no box takes.
"""

from __future__ import annotations

import sys


class Urllib3Fetcher:
    """Cannot be made."""

    def __init__(self, *_: object, **__: object) -> None:
        raise RuntimeError("the authority's files come from the inbox only")


sys.modules.setdefault("tuf.ngclient.urllib3_fetcher", sys.modules[__name__])
