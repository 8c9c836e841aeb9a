"""The status of each medium: stored, or the reason why it is missing."""

from __future__ import annotations

from collections.abc import Callable

from agent.contract.ids import Digest


class MediaStatus:
    """The downloads write it; planning and playback read it.

    Args:
        has: is a medium in store?
    """

    def __init__(self, has: Callable[[Digest], bool]) -> None:
        self.has = has
        self._errors: dict[str, str] = {}

    def why_missing(self, digest: str) -> str | None:
        """None when a medium is stored; else the latest reason why it is not."""
        if self.has(Digest(digest)):
            return None
        return self._errors.get(digest, f"E_MEDIA: {digest[:12]} is not in store")

    def set_failure(self, digest: Digest, why: str) -> None:
        """Set the reason of a failed download."""
        self._errors[digest] = why

    def clear_failure(self, digest: Digest) -> None:
        """Clear the reason: the medium is stored, or no document names it any more."""
        self._errors.pop(digest, None)
