"""Fetching media: https only, exactly as many bytes as signed, resumed where it stopped.

The address is a hint and the host is not trusted: the signed hash and length decide. So a host can
waste our time but never put a byte into the store, nor make the box connect to the local network:
names are resolved once, private addresses are refused, redirects are not followed.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from agent.contract.document import Medium
from agent.contract.ids import Digest
from agent.errors import AgentError, LinkError, StoreError, TrustError
from agent.link.network_thread import Resolver
from agent.link.tls import CertificateDates, load_context
from agent.link.url_policy import PrivateAddressError, check_url

if TYPE_CHECKING:
    from agent.link.http_get import HttpResponse

FILE_THREADS = 2
_CONTENT_RANGE = re.compile(r"^bytes (\d+)-(\d+)/(\d+)$")


_InThread = Callable[..., Awaitable[Any]]


def _always() -> bool:
    return True


class _PreemptedError(Exception):
    """The turn is over and others wait; the bytes so far stay."""


class PartialFile(Protocol):
    """A file that is being downloaded. All methods block and raise StoreError E_DISK."""

    @property
    def size(self) -> int:
        """Bytes here so far: where to resume."""

    def append(self, block: bytes) -> None:
        """Add bytes at the end."""

    def restart(self) -> None:
        """Delete the bytes so far."""

    def commit(self) -> object:
        """Sync, check the hash, give the final name; raises StoreError E_MEDIA on a wrong hash."""

    def close(self) -> None:
        """Close the file; what was appended stays for a later resume."""


class MediaSink(Protocol):
    """Where media go, such as `agent.store.media.MediaStore`."""

    def begin(self, digest: Digest) -> PartialFile:
        """Begin or resume a file."""


@dataclass(frozen=True)
class Patience:
    """Seconds: to connect, between two blocks, for one file from one address."""

    connect_s: float = 10.0
    idle_s: float = 30.0
    total_s: float = 1800.0


URGENT = Patience(connect_s=3.0, idle_s=5.0)  # for the media of an emergency in force


class Fetcher:
    """Fetches media into the store.

    Args:
        media: the store.
        ca: the broker's authority, trusted besides the system's.
        hosts: those that the signed station-config names now; none: every public host.
        allow_private: may those hosts have private or loopback addresses? For a mirror in the
            province's own network.
        patience: time-outs.
        dates: verifies the dates of the hosts' certificates. None: by the build date alone.
    """

    def __init__(
        self,
        media: MediaSink,
        ca: Path,
        *,
        hosts: Callable[[], Collection[str]],
        allow_private: bool,
        patience: Patience | None = None,
        dates: CertificateDates | None = None,
    ) -> None:
        self._media = media
        self._ca = ca
        self._hosts = hosts
        self._allow_private = allow_private
        self._patience = patience or Patience()
        self._dates = dates or CertificateDates()
        self._resolver = Resolver()
        # Own threads: the card may be slow, and a download must not delay playback.
        self._disk = ThreadPoolExecutor(FILE_THREADS, thread_name_prefix="fetch")

    async def fetch(self, medium: Medium, may_go_on: Callable[[], bool] = _always) -> bool:
        """Fetch one medium from the first of its addresses that delivers it.

        Args:
            medium: digest, length and addresses.
            may_go_on: called between two blocks, and before each further address.

        Returns:
            False when it was pre-empted before the medium was complete; the next call resumes.

        Raises:
            LinkError: E_FETCH, at least one address may work later.
            TrustError: E_URL or E_MEDIA, no address is allowed or has the signed content.
            StoreError: E_DISK.
        """
        faults: list[AgentError] = []
        for url in medium.urls:
            if faults and not may_go_on():
                break
            try:
                await self._fetch_from(url, medium, may_go_on)
            except _PreemptedError:
                return False
            except (LinkError, TrustError) as error:
                faults.append(error)
            else:
                return True
        try:
            raise _worst(faults, medium)
        finally:
            # An error holds its frames and these hold the errors: such a reference cycle, with the
            # authorities of each attempt in it, stays until the garbage collector runs.
            faults.clear()

    async def _fetch_from(self, url: str, medium: Medium, may_go_on: Callable[[], bool]) -> None:
        """Fetch from one address; retry once after a resume, whose old part may have been wrong.

        Raises:
            LinkError, TrustError, StoreError: as `fetch`.
            _PreemptedError: `may_go_on` returned False.
        """
        self._check(url)
        partial = await self._in_thread(self._media.begin, Digest(medium.sha256))
        try:
            resumed = await self._complete(url, medium, partial, may_go_on)
            try:
                await self._in_thread(partial.commit)
            except StoreError as error:
                if error.code != "E_MEDIA" or not resumed:
                    raise
                await self._in_thread(partial.restart)
                await self._complete(url, medium, partial, may_go_on)
                await self._in_thread(partial.commit)
        except StoreError as error:
            if error.code != "E_MEDIA":
                raise
            await self._in_thread(partial.restart)
            raise TrustError("E_MEDIA", url, "the content is not what was signed") from error
        finally:
            await self._in_thread(partial.close)

    async def _complete(
        self, url: str, medium: Medium, partial: PartialFile, may_go_on: Callable[[], bool]
    ) -> bool:
        """Append until the signed length is here; return whether it resumed an older part.

        Raises:
            LinkError: the connection failed or the host answered wrongly; the part stays.
            TrustError: E_MEDIA, more bytes than signed; the part is deleted.
        """
        from agent.link.http_get import http_get  # a box without new media never needs it

        if partial.size > medium.bytes:
            await self._in_thread(partial.restart)
        if partial.size == medium.bytes:
            return True
        may_be_private, patience = self._check(url), self._patience
        try:
            async with asyncio.timeout(patience.total_s):
                get = http_get(
                    url,
                    _request_headers(partial),
                    resolver=self._resolver,
                    load_tls=lambda: self._in_thread(self._load_tls),
                    may_be_private=may_be_private,
                    connect_s=patience.connect_s,
                    idle_s=patience.idle_s,
                )
                async with get as answer:
                    return await _download(answer, url, medium, partial, may_go_on, self._in_thread)
        except PrivateAddressError as error:
            raise TrustError("E_URL", url, str(error)) from error
        except OSError as error:
            raise LinkError("E_FETCH", url, str(error) or type(error).__name__) from error

    def _in_thread(self, call: Callable[..., Any], *arguments: Any) -> Awaitable[Any]:
        return asyncio.get_running_loop().run_in_executor(self._disk, call, *arguments)

    def _load_tls(self) -> ssl.SSLContext:
        return load_context(self._ca, self._dates, with_public=True)

    def _check(self, url: str) -> bool:
        return check_url(url, self._hosts(), allow_private=self._allow_private)


def _request_headers(partial: PartialFile) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity"}
    if partial.size:
        headers["Range"] = f"bytes={partial.size}-"
    return headers


async def _download(
    answer: HttpResponse,
    url: str,
    medium: Medium,
    partial: PartialFile,
    may_go_on: Callable[[], bool],
    in_thread: _InThread,
) -> bool:
    resumed = await _is_resumed(answer, url, medium, partial, in_thread)
    async for block in answer.blocks:
        if partial.size + len(block) > medium.bytes:
            await in_thread(partial.restart)
            raise TrustError("E_MEDIA", url, f"more than the signed {medium.bytes} bytes")
        await in_thread(partial.append, block)
        if partial.size < medium.bytes and not may_go_on():
            raise _PreemptedError
    if partial.size < medium.bytes:
        raise LinkError("E_FETCH", url, f"ended after {partial.size} of {medium.bytes} bytes")
    return resumed


async def _is_resumed(
    answer: HttpResponse, url: str, medium: Medium, partial: PartialFile, in_thread: _InThread
) -> bool:
    """Does the answer continue our part (True) or start anew (False)?

    Raises:
        LinkError: it does neither.
    """
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise LinkError("E_FETCH", url, "the host packs the content")
    if answer.status == 206 and partial.size:
        found = _CONTENT_RANGE.match(answer.headers.get("content-range", ""))
        wanted = (str(partial.size), str(medium.bytes - 1), str(medium.bytes))
        if found and found.groups() == wanted:
            return True
    # A busy host (503) leaves the part as it is; a host that cannot resume does not.
    if partial.size and answer.status in (200, 206, 416):
        await in_thread(partial.restart)
    if answer.status != 200:
        raise LinkError("E_FETCH", url, f"the host answered {answer.status}")
    return False


def _worst(faults: list[AgentError], medium: Medium) -> AgentError:
    """The error to raise: a temporary fault comes first, so only permanent ones refuse a medium."""
    if not faults:
        return TrustError("E_URL", medium.sha256, "no address")
    return next((one for one in faults if isinstance(one, LinkError)), faults[0])
