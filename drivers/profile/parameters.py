"""The keys of a driver without a profile file: the plain parameters of its constructor."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping

from drivers.profile.setting import Setting, Type

_TYPES: Mapping[str, Type] = {
    "str": "text",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
}


def list_parameters(driver: Callable[..., object]) -> tuple[Setting, ...]:
    """The keys of a built-in driver; parameters that are not plain values are for tests only."""
    return tuple(_find_parameters(inspect.signature(driver)))


def _find_parameters(signature: inspect.Signature) -> Iterator[Setting]:
    for parameter in signature.parameters.values():
        type_ = _TYPES.get(str(parameter.annotation).removesuffix(" | None"))
        if type_ is None or parameter.name == "name":
            continue
        need = parameter.default is inspect.Parameter.empty
        default = None if need else parameter.default
        yield Setting(name=parameter.name, type=type_, need=need, default=default)
