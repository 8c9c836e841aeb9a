"""The model as JSON Schema (draft-07, for editors), every key described in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec import NODEFAULT, inspect

from agent.settings.key_docs.catalogue import KEYS
from agent.settings.model import Settings
from strict_yaml.node import join
from strict_yaml.type_messages import form_of, is_none

DRAFT = "http://json-schema.org/draft-07/schema#"


class ModelRow(NamedTuple):
    """One key of the model: its path, its type, and its default."""

    path: str
    field: inspect.Field
    default: Any


def walk_model() -> Iterator[ModelRow]:
    """Every key of station.yaml, parents first, in the order of the model."""
    yield from _walk(inspect.type_info(Settings), "")


def _walk(type_: inspect.Type, path: str) -> Iterator[ModelRow]:
    bare = bare_type(type_)
    if isinstance(bare, inspect.ListType):
        yield from _walk(bare.item_type, f"{path}[]")
    elif isinstance(bare, inspect.StructType):
        for field in bare.fields:
            inner = join(path, field.encode_name)
            yield ModelRow(inner, field, default_of(field))
            yield from _walk(field.type, inner)


def bare_type(type_: inspect.Type) -> inspect.Type:
    """The type without its metadata and without the None of an optional key."""
    if isinstance(type_, inspect.Metadata):
        return bare_type(type_.type)
    if isinstance(type_, inspect.UnionType):
        members = [member for member in type_.types if not is_none(member)]
        return bare_type(members[0]) if len(members) == 1 else type_
    return type_


def default_of(field: inspect.Field) -> Any:
    """The default as a plain value; `NODEFAULT` for a required key."""
    import msgspec

    if field.default_factory is not NODEFAULT:
        return msgspec.to_builtins(field.default_factory())
    return field.default if field.default is NODEFAULT else msgspec.to_builtins(field.default)


def build_schema() -> str:
    """The text of `config/station.schema.json`."""
    schema = {"$schema": DRAFT, "title": "station.yaml (Trạm tin)"}
    schema |= _schema(inspect.type_info(Settings), "")
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _schema(type_: inspect.Type, path: str) -> dict[str, Any]:  # noqa: PLR0911, C901 - one line a kind
    match type_:
        case inspect.Metadata():
            form = form_of(type_)
            return _schema(type_.type, path) | ({"examples": [form]} if form else {})
        case inspect.UnionType():
            return _union([_schema(member, path) for member in type_.types])
        case inspect.StructType():
            return _struct(type_, path)
        case inspect.ListType():
            sizes = {"minItems": type_.min_length, "maxItems": type_.max_length}
            return {"type": "array", "items": _schema(type_.item_type, f"{path}[]"), **_set(sizes)}
        case inspect.DictType():
            return {"type": "object", "additionalProperties": _schema(type_.value_type, path)}
        case inspect.LiteralType():
            return {"enum": list(type_.values)}
        case inspect.StrType():
            sizes = {"minLength": type_.min_length, "maxLength": type_.max_length}
            # JavaScript's regular expressions have no \Z
            pattern = type_.pattern.replace(r"\Z", "$") if type_.pattern else None
            return {"type": "string", **_set({**sizes, "pattern": pattern})}
        case inspect.IntType() | inspect.FloatType():
            name = "integer" if isinstance(type_, inspect.IntType) else "number"
            return {"type": name, **_set({"minimum": type_.ge, "maximum": type_.le})}
        case inspect.BoolType():
            return {"type": "boolean"}
        case inspect.NoneType():
            return {"type": "null"}
    raise ValueError(f"the schema does not know {type_!r}")


def _set(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _union(members: list[dict[str, Any]]) -> dict[str, Any]:
    """A union; one type and null become a type list, which editors complete better."""
    others = [member for member in members if member != {"type": "null"}]
    if len(others) > 1:
        return {"type": [member["type"] for member in members]}
    (one,) = others
    if "enum" in one:
        return {"enum": [*one["enum"], None]}
    return {**one, "type": [one["type"], "null"]}


def _struct(type_: inspect.StructType, path: str) -> dict[str, Any]:
    properties = {}
    for field in type_.fields:
        inner = join(path, field.encode_name)
        key = KEYS[inner]
        schema = {"description": f"{key.text.vi}\n\n{key.text.en}", **_schema(field.type, inner)}
        if key.example is not None:
            schema["examples"] = [key.example]
        default = default_of(field)
        if default is not NODEFAULT and default is not None:
            schema["default"] = default
        properties[field.encode_name] = schema
    found: dict[str, Any] = {"type": "object", "properties": properties}
    found["additionalProperties"] = False
    if required := [field.encode_name for field in type_.fields if field.required]:
        found["required"] = required
    if path == "outputs[]":  # `agent.settings.cross_checks` has the same rule for `tramtin check`
        found["oneOf"] = [{"required": ["audio", "zones"]}, {"required": ["board", "faces"]}]
    return found
