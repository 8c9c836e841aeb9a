"""Why a box, or an operator, is refused: a stable code, its HTTP status and its texts."""

from __future__ import annotations

from agent.contract.enrolment import EnrolmentRefusal
from agent.errors import AgentError
from central.messages.catalogue import translate

# Codes that no box is told: an operator's.
_STATUS = {
    "enrol-malformed": 400,
    "enrol-key": 400,
    "enrol-revoked": 403,
    "enrol-unknown-key": 403,
    "enrol-superseded": 403,
    "enrol-signature": 403,
    "enrol-too-late": 403,
    "enrol-unknown-request": 404,
    "enrol-serial-busy": 409,
    "enrol-key-taken": 409,
    "enrol-not-approved": 409,
    "enrol-too-early": 409,
    "enrol-nonce": 409,
    "enrol-too-large": 413,
    "enrol-rate": 429,
    "enrol-slow-down": 429,
    "enrol-busy": 503,
    "enrol-unavailable": 503,
}


class EnrolmentError(AgentError):
    """A request, a renewal or an operator's step that is refused; nothing was changed by it.

    Args:
        code: `enrol-...`.
        subject: the code, station or serial concerned.
        interval_s: with `enrol-slow-down`: the pause from now on.
    """

    def __init__(self, code: str, subject: str = "", interval_s: int | None = None) -> None:
        super().__init__(code, subject)
        self.interval_s = interval_s

    def __str__(self) -> str:
        lead = f"{self.code}: {self.subject}: " if self.subject else f"{self.code}: "
        return lead + translate("en", f"error.{self.code}")

    @property
    def status(self) -> int:
        """Of the HTTP answer."""
        return _STATUS.get(self.code, 409)

    def answer(self) -> EnrolmentRefusal:
        """The body of the HTTP answer."""
        name = f"error.{self.code}"
        vi, en = translate("vi", name), translate("en", name)
        return EnrolmentRefusal(self.code, vi, en, self.interval_s)
