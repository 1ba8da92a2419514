"""Opens SQLite files that may be hostile: sessions, and stores in the cache.

A database file can hold programs (views, triggers, generated columns, virtual tables), claim values
of any size and have trees that never end. So the tables must be exactly the ones that we create,
what SQLite may allocate is bounded, nothing is spilled to disk, and a progress handler stops it on
request or when it does far more work than a file of ours could need.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import cache
from typing import Any

from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import Cancelled
from cozviewer.util.translation import translate

INSTRUCTIONS = 10_000
"""Of SQLite's virtual machine between two calls of the progress handler: less than a
millisecond."""

BUDGET = 1 << 28
"""Instructions that one connection may take: a few seconds, and a hundred for each of a million
rows."""

SPARE = 1 << 16
"""Bytes that a row may have besides its longest value."""

MOST_VALUES = 100
"""Values that one statement may be given."""

LIMITS = {
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 50,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 50,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 3,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 25_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 10,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 100,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: MOST_VALUES,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}


class Watch:
    """A progress handler that stops SQLite on request, or when its budget is spent.

    Attributes:
        spent: Whether the budget is.
    """

    def __init__(
        self, cancelled: IsCancelled = never, budget: int = BUDGET, every: int = INSTRUCTIONS
    ) -> None:
        """Prepare; `attach` begins.

        Args:
            cancelled: Asked about a thousand times a second.
            budget: Instructions that may be taken.
            every: Instructions between two calls.
        """
        self._cancelled = cancelled
        self._left, self._every = budget, every
        self._raised: BaseException | None = None
        self._stopped = False

    @property
    def spent(self) -> bool:
        return self._left < 0

    def attach(self, connection: sqlite3.Connection) -> None:
        """Watch a connection from now on."""
        connection.set_progress_handler(self, self._every)

    def raise_if_stopped(self, sentence: str) -> None:
        """Raise why SQLite was interrupted, unless the budget is spent.

        Raises:
            Cancelled: `cancelled` returned True.
            BaseException: What `cancelled` raised, such as KeyboardInterrupt, which SQLite cannot
                pass on.
        """
        if self._raised is not None:
            raise self._raised
        if self._stopped:
            raise Cancelled(sentence)

    def __call__(self) -> int:
        """Return 1 to interrupt."""
        self._left -= self._every
        try:
            self._stopped = self._stopped or self._cancelled()
        except BaseException as error:
            self._raised = error
        return int(self.spent or self._stopped or self._raised is not None)


Watched = Callable[[IsCancelled], Watch]
"""Returns what stops SQLite when a function returns True."""


def harden(connection: sqlite3.Connection, longest: int) -> None:
    """Bound what a file can make SQLite do; call it before anything is read.

    Text that is not UTF-8 is returned as bytes from now on, so that it is recognised row by row.

    Args:
        longest: Bytes that the longest value may have.
    """
    for limit, value in LIMITS.items():
        connection.setlimit(limit, value)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest + SPARE)
    connection.text_factory = _text_or_bytes
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA temp_store = MEMORY")


def read_schema(connection: sqlite3.Connection) -> None:
    """Have SQLite read the schema of a file, which it otherwise does before the first query.

    Raises:
        sqlite3.Error: It is damaged.
    """
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except UnicodeDecodeError as error:  # Python's, about SQLite's message
        raise Damaged("malformed database schema") from error


def foreign_object(connection: sqlite3.Connection, schema: str) -> str | None:
    """Return what a file has, or lacks, against a schema: "a view named views"; None if it is
    just that schema.

    Args:
        schema: The script that creates it. White space does not count, everything else does.

    Raises:
        sqlite3.Error: The file cannot be read.
    """
    read_schema(connection)
    wanted, missing = _schema_objects(schema), set(_schema_objects(schema))
    for each in _objects(connection):
        if each not in wanted:
            kind, name = (str(part)[:40] for part in each[:2])
            return translate("Error", "a {kind} named {name}").format(
                kind=ascii(kind)[1:-1], name=ascii(name)[1:-1]
            )
        missing.discard(each)
    lacking = max(missing, key=lambda each: bool(each[3]), default=None)  # tables before indexes
    return (
        translate("Error", "no {kind} named {name}").format(kind=lacking[0], name=lacking[1])
        if lacking
        else None
    )


def is_interrupted(error: sqlite3.Error) -> bool:
    """Return whether a progress handler stopped SQLite."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_INTERRUPT


class Damaged(sqlite3.DatabaseError):
    """A file is damaged in a way that SQLite itself does not report."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


class TooManyRows(Damaged):
    """A table has more rows than it can have."""


def limited(
    connection: sqlite3.Connection, question: str, most: int, values: Sequence[object] = ()
) -> Iterator[Any]:
    """Yield the rows of an answer, at most `most`.

    Raises:
        TooManyRows: There are more.
        sqlite3.Error: It cannot be read to its end.
    """
    for number, row in enumerate(connection.execute(question, values)):
        if number == most:
            raise TooManyRows(f"more than {most:,} rows")
        yield row


@cache
def _schema_objects(schema: str) -> frozenset[tuple[str, str, str, str]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(schema)
        return frozenset(_objects(connection))


def _objects(connection: sqlite3.Connection) -> Iterator[tuple[str, str, str, str]]:
    """Yield (type, name, table, SQL with single spaces) of everything in a schema."""
    for row in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"):
        kind, name, table, sql = (part if isinstance(part, str) else "" for part in row)
        yield kind, name, table, " ".join(sql.split())


def _text_or_bytes(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value
