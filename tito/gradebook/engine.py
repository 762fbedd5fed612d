"""SQLite by default, PostgreSQL by URL, and one way to write to both."""

import os
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from tito.problem import USAGE, Problem

VARIABLE = "TITO_GRADEBOOK"
PATIENCE = 60  # seconds that a writer waits for the others
WRITES = "tito_writes"


def address(course, url: str | None = None) -> URL:
    """Where the gradebook is: `url`, or the environment's, or that of settings.ini. Raises Problem."""
    given = url or os.environ.get(VARIABLE)
    text = given or course.gradebook
    if "://" not in text:
        return URL.create("sqlite", database=str(course.root / Path(text).expanduser()))
    try:
        found = make_url(text)
    except (ArgumentError, ValueError) as error:  # its text may hold a password, and is not shown
        advice = "in a URL, write a / in a password as %2F, a : as %3A and an @ as %40"
        kind = text.partition("://")[0]
        raise Problem(f"the gradebook at {kind}://… is no path and no URL", next=advice, code=USAGE) from error
    if found.password and not given:
        raise Problem(
            f"settings.ini goes to students with every release, and its gradebook URL has a password: {found!r}",
            next=f"keep the password in ~/.pgpass, or the whole URL in the environment's {VARIABLE}",
            code=USAGE,
        )
    return found


def connect(place: URL) -> Engine:
    """An engine for it; raises Problem where its driver is missing."""
    try:
        engine = create_engine(place, **_options(place))
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        advice = "pip install 'tinytorch[postgresql]'; the URL begins with postgresql+psycopg://"
        raise Problem(f"no driver for {place!r}: {error}", next=advice, code=USAGE) from error
    if place.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _options(place: URL) -> dict:
    if place.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": PATIENCE}}
    return {"connect_args": {"connect_timeout": 10}, "pool_pre_ping": True} if "psycopg" in place.drivername else {}


def _set_up_sqlite(connection, _record) -> None:
    connection.isolation_level = None  # begin is ours to say
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection) -> None:
    # a transaction that reads first and writes later could not get the lock that another has taken meanwhile
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine):
    """A connection that sees one moment."""
    with _told(engine), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine):
    """A transaction: all of it is kept, or nothing."""
    with _told(engine), engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def _told(engine: Engine):
    """What a database refuses, as a Problem; the statement and its values stay out of it."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise Problem(f"gradebook {shown(engine.url)}: {reason}", next=_advice(engine.url)) from error


def shown(place: URL) -> str:
    """A gradebook's address for people, without password."""
    return place.database if place.get_backend_name() == "sqlite" else place.render_as_string(hide_password=True)


def _advice(place: URL) -> str:
    if place.get_backend_name() == "sqlite":
        return "look at that file, its folder's permissions and the room on its disk"
    return "is the server up, and may you write there?"
