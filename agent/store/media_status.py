"""Which media are here, and why the others are not."""

from __future__ import annotations

from collections.abc import Callable

from agent.contract.ids import Digest


class MediaStatus:
    """Written by the downloads, read by whoever plans or plays.

    Args:
        has: is a medium in store?
    """

    def __init__(self, has: Callable[[Digest], bool]) -> None:
        self.has = has
        self._errors: dict[str, str] = {}

    def why_missing(self, digest: str) -> str | None:
        """None when a medium is in store; else the latest reason why it is not."""
        if self.has(Digest(digest)):
            return None
        return self._errors.get(digest, f"E_MEDIA: {digest[:12]} is not in store")

    def note_failure(self, digest: Digest, why: str) -> None:
        """A download has failed."""
        self._errors[digest] = why

    def forget_failure(self, digest: Digest) -> None:
        """A medium has come, or no document names it any more."""
        self._errors.pop(digest, None)
