"""SQLite by default, PostgreSQL by URL, and one way to write to both."""

import os
import sqlite3
import time
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from tito.problem import USAGE, Problem

VARIABLE = "TITO_GRADEBOOK"
PATIENCE = 60  # seconds that a writer waits for the others
WRITES, LOCKED = "tito_writes", "tito_locked"


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
    if found.get_backend_name() == "sqlite":
        return _file(course, text, found)
    if found.password and not given:
        raise Problem(
            f"settings.ini goes to students with every release, and its gradebook URL has a password: {found!r}",
            next=f"keep the password in ~/.pgpass, or the whole URL in the environment's {VARIABLE}",
            code=USAGE,
        )
    return found


def _file(course, text: str, place: URL) -> URL:
    """A URL of SQLite with its file as seen from the course, wherever in it the command was started."""
    if place.database in (None, "", ":memory:", "file::memory:") or place.query.get("mode") == "memory":
        what = f"the gradebook at {text} names no file: SQLite would forget it at the end of each command"
        raise Problem(what, next="name one: gradebook.db, or sqlite:///gradebook.db", code=USAGE)
    return place if place.database.startswith("file:") else place.set(database=str(course.root / place.database))


def connect(place: URL) -> Engine:
    """An engine for it; raises Problem where its driver is missing."""
    try:
        engine = create_engine(place, **_options(place))
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        advice = "pip install 'tinytorch[postgresql]'; the URL begins with postgresql+psycopg://"
        raise Problem(f"no driver for {place!r}: {error}", next=advice, code=USAGE) from error
    if place.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _set_up_locked if why_locked(engine) else _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _options(place: URL) -> dict:
    if place.get_backend_name() == "sqlite":
        path = Path(place.database or ":memory:")
        why = _locked(path)
        locked = {"creator": lambda: _read_only(path), "execution_options": {LOCKED: why}}
        return locked if why else {"connect_args": {"timeout": PATIENCE}}
    return {"connect_args": {"connect_timeout": 10}, "pool_pre_ping": True} if "psycopg" in place.drivername else {}


def _locked(path: Path) -> str:
    """Why a file may be read only; "" where it may be written, is not there or cannot be read: to open it tells."""
    path = path.resolve()
    if not os.access(path, os.R_OK):
        return ""
    if not os.access(path, os.W_OK):
        return "you may not write that file"
    # SQLite's log is a file beside it
    return "" if os.access(path.parent, os.W_OK) else f"you may not write into {path.parent}"


def why_locked(engine: Engine) -> str:
    """Why nothing may be written there; "" where it may."""
    return engine.get_execution_options().get(LOCKED, "")


def _has_log(path: Path) -> bool:
    """Whether something was written that is not in the file yet: SQLite's log goes when the last program is done."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _read_only(path: Path):
    """A connection to a file that may not be written: where it has no log, nobody writes to it."""
    path = path.resolve()
    mode = "mode=ro" if _has_log(path) else "immutable=1"
    return sqlite3.connect(f"{path.as_uri()}?{mode}", uri=True, timeout=PATIENCE, check_same_thread=False)


def _set_up_locked(connection, _record) -> None:
    connection.isolation_level = None


def _set_up_sqlite(connection, _record) -> None:
    connection.isolation_level = None  # begin is ours to say
    cursor = connection.cursor()
    _begin_log(cursor)
    for pragma in ("synchronous = NORMAL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_log(cursor) -> None:
    """Where somebody else makes the same gradebook just now, SQLite does not wait for that by itself."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
        time.sleep(0.02)


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
    """A transaction: all of it is kept, or nothing. Raises Problem where nothing may be written."""
    if why := why_locked(engine):
        raise Problem(f"gradebook {shown(engine.url)}: {why}, so it can only be read", next=copied(engine.url))
    with _told(engine), engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def _told(engine: Engine):
    """What a database refuses, as a Problem; the statement and its values stay out of it."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        why = why_locked(engine)
        if why and _has_log(Path(engine.url.database).resolve()):
            log = f"{Path(engine.url.database).name}-wal"
            reason += f"; {why}, and what stands in {log} SQLite reads only where it may write beside it"
            raise Problem(f"gradebook {shown(engine.url)}: {reason}", next=copied(engine.url)) from error
        raise Problem(f"gradebook {shown(engine.url)}: {reason}", next=_advice(engine.url)) from error


def shown(place: URL) -> str:
    """A gradebook's address for people, without password."""
    return place.database if place.get_backend_name() == "sqlite" else place.render_as_string(hide_password=True)


def copied(place: URL) -> str:
    """What to do about a gradebook that may not be written."""
    path = Path(place.database)
    return f"chmod u+w, or copy {path.name}* to a folder of yours and name the copy: {VARIABLE}=FOLDER/{path.name}"


def _advice(place: URL) -> str:
    if place.get_backend_name() == "sqlite":
        return "look at that file, its folder's permissions and the room on its disk"
    return "is the server up, and may you write there?"
