"""A new database gets the newest layout; Alembic migrates an older one.

Alembic is loaded only when there is something to migrate: every command opens the database.
"""

from __future__ import annotations

import sqlalchemy as sa

from agent.errors import ConfigError
from central.store import schema

REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
)
HEAD = REVISIONS[-1]
SCRIPTS = "central.store:migrations"

version_table = sa.Table(
    "alembic_version", sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)  # fmt: skip


def prepare(engine: sa.Engine) -> None:
    """Create the tables, or migrate those that an earlier release made, in one transaction.

    Raises:
        ConfigError: E_VERSION, a newer release wrote the database.
    """
    with engine.connect() as connection:
        if _read_version(connection) == HEAD:
            return
    with engine.connect() as connection:
        lock(connection)  # another process may do the same
        version = _read_version(connection)
        if version is None and not sa.inspect(connection).has_table("stations"):
            schema.metadata.create_all(connection)
            version_table.create(connection)
            connection.execute(sa.insert(version_table).values(version_num=HEAD))
        elif version != HEAD:
            _upgrade(connection)
        connection.commit()


def lock(connection: sa.Connection) -> None:
    """Begin a transaction that will write.

    SQLite would otherwise begin it at the first write, and refuse that write when another process
    has written since the first read.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _read_version(connection: sa.Connection) -> str | None:
    """Return the layout's revision; None for a database from before revisions were counted.

    Raises:
        ConfigError: E_VERSION, a revision that this release does not know.
    """
    if not sa.inspect(connection).has_table(version_table.name):
        return None
    version = connection.execute(sa.select(version_table.c.version_num)).scalar()
    if version is not None and version not in REVISIONS:
        hint = f"written by a newer release (layout {version}, this one knows {HEAD})"
        raise ConfigError("E_VERSION", _name(connection.engine), hint)
    return version


def _name(engine: sa.Engine) -> str:
    return engine.url.database or engine.url.render_as_string(hide_password=True)


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", SCRIPTS)
    command.upgrade(config, "head")
