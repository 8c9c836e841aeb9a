"""What the ceremony refuses, in both languages, one line each."""

from __future__ import annotations

from agent.errors import ConfigError
from central.authority.ceremony.messages import translate


def refusal(code: str, subject: str = "", *args: object) -> ConfigError:
    """A ConfigError E_CEREMONY with the text of `fault.<code>`, Vietnamese then English."""
    words = (translate(lang, f"fault.{code}", *args) for lang in ("vi", "en"))
    return ConfigError("E_CEREMONY", subject, " · ".join(words))
