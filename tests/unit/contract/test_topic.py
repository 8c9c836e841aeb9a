"""Topics that every broker carries: names and their levels on the wire."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract.topic import (
    Topic,
    build_authority_topic,
    build_group_filter,
    build_group_topic,
    build_station_topic,
    decode_level,
    encode_level,
    parse_authority_topic,
    parse_topic,
)

# As docs/contract.md states them.
PLAIN_TOPIC = re.compile(r"[A-Za-z0-9_/-]+")
names = st.text(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", min_size=1, max_size=64
)
stations = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=4, max_size=32)

# Written by hand after RFC 3986 section 2.1, with `_` for `%`: `.` is 2E, `_` is 5F.
GOLDEN = {
    "tuan": "tuan",
    "khan-cap": "khan-cap",
    "84.29266": "84_2e29266",
    "tin_sang": "tin_5fsang",
    "_2e": "_5f2e",
    "..": "_2e_2e",
    "A.b_C-9": "A_2eb_5fC-9",
}


@pytest.mark.parametrize(("name", "level"), GOLDEN.items())
def test_a_name_and_its_level(name: str, level: str) -> None:
    assert encode_level(name) == level
    assert decode_level(level) == name


@given(names)
def test_each_name_is_decoded_again_and_its_level_has_plain_characters_only(name: str) -> None:
    level = encode_level(name)
    assert PLAIN_TOPIC.fullmatch(level)
    assert decode_level(level) == name


@given(st.text("ab_2e5fE.%/+#\n", max_size=12))
def test_each_name_has_exactly_one_level(level: str) -> None:
    try:
        name = decode_level(level)
    except ValueError:
        return
    assert encode_level(name) == level


@pytest.mark.parametrize(
    "level",
    ["", "a.b", "a_b", "_", "_2", "_2E", "_5F", "_61", "__", "a b", "+", "#", "ư", "a\n", "a" * 65],
)
def test_a_malformed_level_is_refused(level: str) -> None:
    with pytest.raises(ValueError, match=r"not a topic level|more than 64"):
        decode_level(level)


@given(stations, names, names)
def test_a_document_s_topic_is_read_as_it_was_built(station: str, group: str, slot: str) -> None:
    own = build_station_topic(station, "playlist", slot)
    theirs = build_group_topic(group, "playlist", slot)
    assert parse_topic(own) == Topic("playlist", slot, station=station)
    assert parse_topic(theirs) == Topic("playlist", slot, group=group)
    assert PLAIN_TOPIC.fullmatch(own + theirs)
    assert theirs.startswith(build_group_filter(group).removesuffix("#"))


def test_topics_of_documents() -> None:
    assert build_station_topic("tv-cl-0007", "ack") == "tramtin/1/d/tv-cl-0007/ack"
    assert parse_topic("tramtin/1/d/tv-cl-0007/ack") == Topic("ack", station="tv-cl-0007")
    assert build_group_filter("84.29266") == "tramtin/1/g/84_2e29266/#"
    assert parse_topic("tramtin/1/g/84_2e29266/playlist/tin_5fsang") == Topic(
        "playlist", "tin_sang", group="84.29266"
    )


@pytest.mark.parametrize(
    "text",
    [
        "tramtin/1/g/84.29266/playlist/tuan",
        "tramtin/1/g/84_2e29266/playlist/tuan.1",
        "tramtin/1/g/84/play.list/tuan",
        "tramtin/1/d/tv.cl/ack",
        "tramtin/1/d/tv-cl-0007",
        "tramtin/1/d/tv-cl-0007/playlist/tuan/x",
        "tramtin/1/d//ack",
        "tramtin/2/d/tv-cl-0007/ack",
        "tramtin/1x/d/tv-cl-0007/ack",
        "tramtin/1/u/12/tv-cl-0007/hello",
    ],
)
def test_a_topic_that_carries_no_document_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a "):
        parse_topic(text)


# The names of TUF files as docs/contract.md lists them.
@pytest.mark.parametrize(
    ("file", "topic"),
    [
        ("timestamp.json", "tramtin/1/auth/timestamp_2ejson"),
        ("3.root.json", "tramtin/1/auth/3_2eroot_2ejson"),
        ("12.vn.84.29266.json", "tramtin/1/auth/12_2evn_2e84_2e29266_2ejson"),
    ],
)
def test_topics_of_the_authority(file: str, topic: str) -> None:
    assert build_authority_topic(file) == topic
    assert parse_authority_topic(topic) == file


@pytest.mark.parametrize(
    "text",
    [
        "tramtin/1/auth/timestamp.json",
        "tramtin/1/auth/",
        "tramtin/1/auth",
        "tramtin/1/c/state",
        "tramtin/1/auth/a/b",
        "tramtin/1/auth/" + "a" * 129,
    ],
)
def test_a_topic_that_carries_no_authority_file_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a topic|more than 128"):
        parse_authority_topic(text)
