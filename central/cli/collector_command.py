"""`tramtin-central collect`."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import click

from agent.errors import ConfigError
from central.cli.cli_errors import handle_errors
from central.cli.options import ANY, FILE, FOLDER


@click.command()
@click.option("--db", type=ANY, required=True, help="The centre's SQLite file; made when absent.")
@click.option("--broker", required=True, help="host:port, TLS.")
@click.option("--ca", type=FILE, required=True, help="PEM of the broker's authority.")
@click.option("--cert", type=FILE, required=True, help="The centre's client certificate.")
@click.option("--key", type=FILE, required=True, help="The centre's client key.")
@click.option(
    "--devices", type=FOLDER, help="<station>.pem of boxes not enrolled by code; read at the start."
)
@click.option("--time-key", type=FILE, required=True, help="Key of the role vn.time.")
@click.option("--receipt-key", type=FILE, required=True, help="Key of the role vn.receipt.")
@click.option(
    "--head-key", type=FILE, help="Key of the role vn.head; without it late boxes miss alarms."
)
@click.option("--timestamp-key", type=FILE, help="Signs the authority's timestamp every hour.")
@handle_errors
def collect(
    *,
    db: Path,
    broker: str,
    devices: Path | None,
    head_key: Path | None,
    timestamp_key: Path | None,
    **files: Path,
) -> None:
    """Answer the stations' hellos, collect their records, acknowledge. Runs until stopped."""
    from central.authority.signing_key import load_signer
    from central.collector.collector import Collector
    from central.collector.identity import Identity
    from central.store.database import Database

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    host, _, port = broker.rpartition(":")
    if not host or not port.isdecimal():
        raise ConfigError("E_USAGE", broker, "host:port")
    database = Database.open(db)
    if devices is not None:
        click.echo(f"{database.enrol_folder(devices)} stations enrolled", err=True)
    if head_key is None:
        hint = "stations that come back later than 30 minutes after an alarm miss it"
        click.echo(f"no --head-key: {hint}, and nothing can be withheld", err=True)
    collector = Collector(
        host=host,
        port=int(port),
        ca=files["ca"],
        identity=Identity(files["cert"], files["key"]),
        database=database,
        signers={
            "time": [load_signer(files["time_key"])],
            "receipt": [load_signer(files["receipt_key"])],
            "head": [load_signer(head_key)] if head_key is not None else [],
            "timestamp": [load_signer(timestamp_key)] if timestamp_key else [],
        },
    )
    try:
        asyncio.run(collector.run())
    except KeyboardInterrupt:
        pass
    finally:
        database.close()
