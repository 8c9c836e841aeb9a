"""docs/authority.md shows the access rules that the tests prove on the brokers themselves."""

from __future__ import annotations

import json
import re
from pathlib import Path

from central.collector.identity import CENTRE as CENTRE_NAME
from central.testbed.broker import ACCESS_RULES
from tests.harness.broker_rules import nats_users, rabbit_definitions

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "authority.md").read_text("utf-8")
STATIONS, CENTRE = ["tv-cl-0007"], "trung-tam"


def block(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_rules_of_nats_are_those_that_are_proved() -> None:
    assert block("NATS") == nats_users(STATIONS, CENTRE)


def test_the_rules_of_rabbitmq_are_those_that_are_proved() -> None:
    assert json.loads(block("RabbitMQ")) == rabbit_definitions(STATIONS, CENTRE)


def test_the_rules_of_mosquitto_are_those_of_the_demonstration() -> None:
    """Which all scenarios run under."""
    assert sorted(block("Mosquitto").split("\n")) == sorted(
        ACCESS_RULES.replace(f"user {CENTRE_NAME}", f"user {CENTRE}").split("\n")
    )
