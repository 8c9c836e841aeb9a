"""Raw Ethernet on a real box: systemd starts what opens it, for the agent's user alone."""

from __future__ import annotations

import pytest

from tests.guest.machine import Machine, wait_until

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
SERVICE = "tramtin-raw-ethernet"
OPEN = (
    "from drivers.bus.raw_ethernet import RawEthernet as R; "
    "line = R('lo', 0x0805); line.open(); print(open('/proc/self/status').read())"
)
# as the agent's unit has it: no capability, a user namespace of its own, no AF_PACKET
LIMITS = (
    "--property=User=tramtin --property=NoNewPrivileges=yes --property=PrivateUsers=yes "
    "--property=ProtectSystem=strict --property=CapabilityBoundingSet= "
    "'--property=RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK'"
)


def open_as(box: Machine, limits: str) -> str:
    program = f'/opt/tramtin/bin/python -I -c "{OPEN}"'
    return box.run(
        f"systemd-run --collect --quiet --pipe --wait {limits} {program} 2>&1", check=False
    )


def test_a_process_without_any_right_gets_packet_sockets_and_others_do_not(box: Machine) -> None:
    assert "E_RIGHT" in open_as(box, LIMITS)  # nobody has enabled it
    box.run(f"systemctl enable --now {SERVICE}.socket")
    try:
        said = open_as(box, LIMITS)
        assert "CapEff:\t0000000000000000\n" in said, said
        assert box.run(f"systemctl show -p AmbientCapabilities --value {SERVICE}").strip() == (
            "cap_net_raw"
        )
        assert "E_RIGHT" in open_as(box, LIMITS.replace("User=tramtin", "User=nobody"))
        wait_until(
            lambda: box.run(f"systemctl is-active {SERVICE}", check=False).strip() == "inactive",
            "the end of what nobody asks",
        )
        assert "CapEff:" in open_as(box, LIMITS)  # it is started anew
        assert box.run(f"systemctl list-units --failed --no-legend --plain {SERVICE}*") == ""
    finally:
        box.run(f"systemctl disable --now {SERVICE}.socket")
