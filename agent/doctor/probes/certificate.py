"""The device's certificate, its key and the broker's CA: valid, and of this box?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime
from functools import partial
from pathlib import Path

from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, fault, good, unseen
from agent.doctor.probes.machine import examine
from agent.health.checks.certificate import DAY_S, CertificateCheck, read_not_after
from agent.settings.model import Settings


async def check(case: DoctorContext) -> AsyncGenerator[ProbeFinding, None]:
    """Days left, then whether name and key are this box's."""
    if case.settings is None:
        yield unseen("needs_settings")
        return
    broker = case.settings.broker
    check = CertificateCheck(Path(broker.cert), Path(broker.ca), case.now)
    days_left = partial(_days_left, Path(broker.cert), case.today())
    try:
        for finding in await examine(check, days_left):
            if finding.code == "unseen_certificate":
                finding = unseen(finding.code, (await asyncio.to_thread(days_left)).args[0])  # noqa: PLW2901 - with its date
            yield finding
    except (OSError, ValueError) as error:
        yield fault("certificate_unreadable", broker.cert, broker.ca, detail=str(error))
        return
    for finding in await asyncio.to_thread(examine_identity, case.settings):
        yield finding


def _days_left(path: Path, today: datetime) -> ProbeFinding:
    ends = min(read_not_after(path))
    days = (ends - today).total_seconds() / DAY_S
    return good("certificate_days", f"{ends:%d/%m/%Y}", f"{days:.0f}")


def examine_identity(settings: Settings) -> list[ProbeFinding]:
    """Is the certificate's name the station's, and the key the certificate's?"""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    from agent.evidence.device_key import load_device_key

    broker = settings.broker
    certificate = x509.load_pem_x509_certificates(Path(broker.cert).read_bytes())[0]
    found = []
    names = [str(a.value) for a in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if names != [settings.station]:
        found.append(fault("certificate_of_other", ", ".join(names) or "-", settings.station))
    try:
        key = load_device_key(Path(broker.key))
    except PermissionError as error:
        return [*found, unseen("key_closed", broker.key, detail=str(error))]
    except (OSError, ValueError) as error:
        return [*found, fault("key_unreadable", broker.key, detail=str(error))]
    if key.private.public_key() != certificate.public_key():
        found.append(fault("key_of_other", broker.key, broker.cert))
    return found or [good("identity_good", settings.station)]
