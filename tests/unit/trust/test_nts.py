"""Output of chronyc (chrony 4.3, Debian 12) beside a server with NTS, and forged variants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent.errors import TrustError
from agent.trust.nts import verify_chrony
from tests.harness.chrony_reports import AUTH, OTHER, OTHER_PLAIN, PLAIN_AUTH, SOURCE

# chronyd -x following a server that is an hour ahead; recorded 24 November 2026.
TRACKING = (
    "7F000001,127.0.0.1,4,1795564683.466266060,3600.000000000,-0.000001323,0.000004656,-0.064,"
    "-0.282,25.406,0.000035302,0.000033041,0.3,Normal"
)
RECORDED = f"{TRACKING}\n{SOURCE}\n{AUTH}\n"
SYSTEM_AT = datetime.fromtimestamp(1795561084.368, UTC)
LOST = (
    "00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,1.000000000,"
    "1.000000000,0.0,Not synchronised\n^,?,127.0.0.1,0,0,0,4294967295,0.000000000,0.000000000,"
    "0.000000000\n127.0.0.1,NTS,0,0,0,4294967295,1,0,0,0\n"
)
OTHER_NTS = "192.0.2.7,NTS,1,15,256,33,0,0,8,100"


def test_a_clock_under_nts_gives_its_offset() -> None:
    kept = verify_chrony(RECORDED, SYSTEM_AT)
    assert kept.offset_s == 3600.0
    # chronyc(1): root dispersion + 0.5 * root delay
    assert kept.error_s == pytest.approx(0.000033041 + 0.000035302 / 2)


def report(tracking: str = TRACKING, *rows: str) -> str:
    return "\n".join([tracking, *(rows or (SOURCE, AUTH))]) + "\n"


def tracking(**changes: str) -> str:
    names = {"name": 1, "stratum": 2, "heard": 3, "offset": 4, "delay": 10, "leap": 13}
    fields = TRACKING.split(",")
    for name, value in changes.items():
        fields[names[name]] = value
    return ",".join(fields)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (report(TRACKING, SOURCE, PLAIN_AUTH), "not authenticated"),
        (report(TRACKING, SOURCE), "not authenticated"),
        (report(TRACKING, SOURCE, AUTH.replace("NTS", "SK")), "not authenticated"),
        (report(TRACKING, SOURCE, AUTH, OTHER.format("+"), OTHER_PLAIN), "192.0.2.7"),
        (report(TRACKING, SOURCE.replace("^", "#", 1), AUTH), "not authenticated"),
        (report(TRACKING, SOURCE.replace("^", "=", 1), AUTH), "not authenticated"),
        (report(TRACKING, SOURCE.replace("*", "?"), AUTH), "no selected source"),
        (report(TRACKING, SOURCE, OTHER.format("*"), AUTH, OTHER_NTS), "no selected source"),
        (report(tracking(name="192.0.2.7")), "no selected source"),
        (LOST, "Not synchronised"),
        (report(tracking(leap="Insert second")), "Insert second"),
        (report(tracking(stratum="0")), "range"),
        (report(tracking(stratum="16")), "range"),
        (report(tracking(offset="nan")), "range"),
        (report(tracking(offset="inf")), "range"),
        (report(tracking(offset="1e300")), "range"),
        (report(tracking(delay="-9")), "range"),
        (report(tracking(delay="x")), "could not convert"),
        (report(tracking(heard="1795561083.0")), "3601 s old"),
        (report(tracking(heard="1795564690.0")), "-6 s old"),
        ("506 Cannot talk to daemon\n", "not the expected output"),
        (RECORDED + "501 Not authorised\n", "not the expected output"),
        (RECORDED + RECORDED, "not the expected output"),
        ("", "not the expected output"),
    ],
)
def test_an_unauthenticated_or_malformed_report_is_refused(text: str, why: str) -> None:
    with pytest.raises(TrustError, match="E_TIME") as caught:
        verify_chrony(text, SYSTEM_AT)
    assert why in caught.value.hint


@pytest.mark.parametrize("state", ["-", "x", "~", "?"])
def test_a_plain_server_that_is_not_selected_is_ignored(state: str) -> None:
    text = report(TRACKING, SOURCE, OTHER.format(state), AUTH, OTHER_PLAIN)
    assert verify_chrony(text, SYSTEM_AT).offset_s == 3600.0


def test_two_combined_servers_under_nts_are_accepted() -> None:
    text = report(TRACKING, SOURCE, OTHER.format("+"), AUTH, OTHER_NTS)
    assert verify_chrony(text, SYSTEM_AT).offset_s == 3600.0


def test_an_update_that_is_an_hour_old_is_accepted() -> None:
    at = SYSTEM_AT + timedelta(minutes=59)
    assert verify_chrony(RECORDED, at).offset_s == 3600.0
