"""Huidu's XML as the maker's demo, notes and node-huidu-sdk have it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from drivers.codec import huidu_xml
from drivers.codec.huidu_xml import CardInfo, Hotspot, StoredProgram

# the maker's note on GetProgram, its dots filled: `resource` without s
LIST = b"""<?xml version="1.0" encoding="utf-8"?>
<sdk guid="15811595b4daf72fe80e7e078de6edd4">
    <out result="kSuccess" method="GetProgram">
        <screen timeStamps="1"><program guid="{a}" type="normal">
            <playControl count="1"/>
            <area guid="x"><rectangle height="32" x="0" y="0" width="32"/>
                <resource><image fit="fill"><file name="one.png"/></image></resource>
                <resource><text><string>test</string></text></resource>
            </area></program>
            <program guid="{b}" type="normal"/></screen>
    </out>
</sdk>"""


# the example of the maker's device HTTP API description, section 3.1.2, shortened
WIFI = """<out result="kSuccess" method="GetWifiInfo">
        <wifi valid="{valid}">
            <enable value="{enable}"/>
            <mode value="{mode}"/>
            <ap>
                <ssid value="C16L-D00-A000F"/>
                <passwd value="hd12345678"/>
                <channel value="5"/>
                <encryption value="WPA-PSK"/>
            </ap>
            <station><current index="0"/>
                <list><item><ssid value="TP-LINK_9CA7"/><passwd value="huidu123456"/></item></list>
            </station>
        </wifi>
        <isopen value=""/>
    </out>"""


def test_a_cards_own_network_is_read_and_its_password_never_shown() -> None:
    out = ET.fromstring(WIFI.format(valid="true", enable="true", mode="ap"))  # noqa: S314 - our own
    found = huidu_xml.parse_hotspot(out)
    assert found == Hotspot("C16L-D00-A000F", "hd12345678")
    assert "hd12345678" not in repr(found)


@pytest.mark.parametrize(
    ("valid", "enable", "mode"),
    [("false", "true", "ap"), ("true", "false", "ap"), ("true", "true", "station")],
)
def test_a_card_without_a_module_or_in_another_network_makes_none(
    valid: str, enable: str, mode: str
) -> None:
    out = ET.fromstring(WIFI.format(valid=valid, enable=enable, mode=mode))  # noqa: S314 - our own
    assert huidu_xml.parse_hotspot(out) is None
    assert huidu_xml.parse_hotspot(ET.Element("out")) is None


def test_a_request_is_an_envelope_with_guid_and_method() -> None:
    raw = huidu_xml.build_request("##GUID", "GetIFVersion", huidu_xml.build_if_version())
    assert raw == (
        b'<?xml version="1.0" encoding="utf-8"?><sdk guid="##GUID">'
        b'<in method="GetIFVersion"><version value="1000000"/></in></sdk>'
    )


def test_a_list_is_read_with_the_files_of_each_program() -> None:
    reply = huidu_xml.parse_reply(LIST)
    assert (reply.guid, reply.method) == ("15811595b4daf72fe80e7e078de6edd4", "GetProgram")
    assert reply.result == "kSuccess"
    want = [StoredProgram("{a}", ("one.png",)), StoredProgram("{b}", ())]
    assert huidu_xml.parse_programs(reply.out) == want


def test_the_order_of_attributes_does_not_matter() -> None:
    reply = huidu_xml.parse_reply(b'<sdk guid="g"><out method="M" result="kSuccess"/></sdk>')
    assert (reply.method, reply.result) == ("M", "kSuccess")


def test_a_program_is_added_with_resources_and_its_picture() -> None:
    inner = huidu_xml.build_add(huidu_xml.build_program("{a}", (128, 64), "one.png", "ab"), 7)
    screen = ET.fromstring(inner)  # noqa: S314 - our own
    area = screen.find("program/area")
    assert area is not None
    rectangle = area.find("rectangle")
    assert rectangle is not None
    assert rectangle.attrib == {"x": "0", "y": "0", "width": "128", "height": "64"}
    image = area.find("resources/image")
    assert image is not None
    assert image.get("fit") == "fill"
    effect, file = image.find("effect"), image.find("file")
    assert effect is not None
    assert file is not None
    assert effect.get("in") == "0"  # at once
    assert file.attrib == {"name": "one.png", "md5": "ab"}


def test_what_a_card_is_and_how_bright_is_read() -> None:
    raw = (
        b'<sdk guid="g"><out method="M" result="kSuccess"><device model="A3" id="A3-1"/>'
        b'<version fpga="7.1" app="2"/><screen width="128" height="64"/>'
        b'<mode value="default"/><default value="80"/></out></sdk>'
    )
    out = huidu_xml.parse_reply(raw).out
    assert huidu_xml.parse_info(out) == CardInfo("A3", "A3-1", "app 2, fpga 7.1", 128, 64)
    assert huidu_xml.parse_luminance(out) == 80
    by_plan = huidu_xml.parse_reply(raw.replace(b'"default"', b'"ploys"')).out
    assert huidu_xml.parse_luminance(by_plan) is None
    bare = huidu_xml.parse_reply(b'<sdk guid="g"><out method="M"/></sdk>').out
    assert huidu_xml.parse_info(bare) == CardInfo("", "", "", 0, 0)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<sdk",
        b"<other/>",
        b'<sdk guid="g"><in/></sdk>',
        b'<!DOCTYPE sdk [<!ENTITY a "b">]><sdk guid="g"><out method="&a;"/></sdk>',
        b"\xff\xfe<sdk/>",
    ],
)
def test_what_is_no_reply_is_an_error(raw: bytes) -> None:
    with pytest.raises(ValueError, match="XML"):
        huidu_xml.parse_reply(raw)
