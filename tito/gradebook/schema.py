"""Brings a gradebook up to date. Own steps and no Alembic: five tables that only ever gain columns need neither its
folder of scripts nor its way back, and a course's file is to open years later with nothing but this package."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import insert, inspect, select, text, update
from sqlalchemy.engine import Connection, Engine

from tito.gradebook.engine import copied, reading, shown, why_locked, writing
from tito.gradebook.tables import meta, schema
from tito.problem import Problem

# What each version adds to the one before; version 1 is the first. New gradebooks are made from tables.py at once.
STEPS: dict[int, list[str]] = {
    2: ["ALTER TABLE manual ADD COLUMN attempt INTEGER", "ALTER TABLE manual ADD COLUMN until TEXT DEFAULT '' NOT NULL"]
}
VERSION = max(STEPS, default=1)


def prepare(engine: Engine) -> None:
    """Make the tables, or bring those of an older version up to date; a copy of a SQLite file is kept first.

    Raises Problem for a file that is no gradebook, or one of a newer version.
    """
    with reading(engine) as connection:
        found = _version(connection)
    if found is None or found < VERSION:
        if found is not None:
            if why := why_locked(engine):
                what = f"{shown(engine.url)} is of version {found}, to be brought up to {VERSION}, and {why}"
                raise Problem(what, next=copied(engine.url))
            _keep_copy(engine, found)
        with writing(engine) as connection:
            _bring_up(connection)
    elif found > VERSION:
        what = f"{shown(engine.url)} is a gradebook of version {found}; this tito knows {VERSION}"
        raise Problem(what, next="use the newer tito that wrote it")


def _version(connection: Connection) -> int | None:
    """The gradebook's version; None where there are no tables at all."""
    names = inspect(connection).get_table_names()
    if not names:
        return None
    if schema.name not in names:
        what = f"{shown(connection.engine.url)} is a database, but no gradebook: nothing was written"
        raise Problem(what, next="name another in settings.ini: gradebook = gradebook.db")
    return connection.scalar(select(schema.c.version))


def _bring_up(connection: Connection) -> None:
    """In the writer's turn: whoever comes second finds it done."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(7440)"))  # one at a time; any number serves
    found = _version(connection)
    if found is None:
        meta.create_all(connection)
        connection.execute(insert(schema).values(version=VERSION))
        return
    for version in range(found + 1, VERSION + 1):
        for statement in STEPS[version]:
            connection.execute(text(statement))
    meta.create_all(connection)  # tables that are new
    connection.execute(update(schema).values(version=VERSION))


def _keep_copy(engine: Engine, version: int) -> None:
    """A whole copy beside the file, whatever is being written meanwhile; PostgreSQL has pg_dump for that."""
    if engine.dialect.name != "sqlite":
        return
    path = Path(engine.url.database)
    copy, part = (path.with_name(f"{path.name}.version-{version}{end}") for end in ("", ".part"))
    if copy.exists():
        return
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as target:
        source.backup(target)
    part.replace(copy)  # whole, or not there
