"""The fault of a document's schema."""

from __future__ import annotations


class SchemaError(ValueError):
    """A value breaks a rule. The message states its path and what it must be."""

    def __init__(self, path: str, expected: str) -> None:
        super().__init__(f"{path}: must be {expected}")
        self.path = path
        self.expected = expected


def require(holds: object, path: str, expected: str) -> None:
    """Refuse unless it holds.

    Raises:
        SchemaError: with the path of the value.
    """
    if not holds:
        raise SchemaError(path, expected)
