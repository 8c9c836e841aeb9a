"""Hide a PIN in excerpts of a file, because people paste the output of `check` into chats.

The loader hides the value of a secret key. Where a mistake broke the key or the line, only the form
of the value identifies it. Loaded only when a fault was found.
"""

from __future__ import annotations

import re

# the value after the key, also after a key that is slightly misspelt or without its colon
_BEHIND_KEY = re.compile(r"(\bpin[a-z]?\b['\"]?\s*[:=]?\s*)([^,}\s#:=][^,}#]*)", re.IGNORECASE)
# six to twelve digits alone: no other value in these files has this form
_DIGITS = re.compile(r"(?<![\w./-])[0-9]{6,12}(?![\w./-])")


def hide_secrets(text: str) -> str:
    """Replace what may be a PIN by stars of the same width, so that columns stay."""
    text = _BEHIND_KEY.sub(lambda match: match[1] + "*" * len(match[2].rstrip()), text)
    return _DIGITS.sub(lambda match: "*" * len(match[0]), text)
