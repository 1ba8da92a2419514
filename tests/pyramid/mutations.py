"""SQLite files changed at random, for tests that nothing in them ends a program."""

import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return a file with bytes changed, exchanged, cut out or repeated."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 20))):
        at, length = chance.randrange(len(changed)), chance.choice((1, 4, 100, 4096))
        match chance.randrange(4):
            case 0:
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                changed[at : at + length] = chance.randbytes(length)
            case 2:
                other = chance.randrange(len(changed))
                changed[at : at + length] = changed[other : other + length]
            case _:
                del changed[at : at + length]
    return bytes(changed)


def reworded(path: Path, chance: random.Random) -> None:
    """Put a value of another kind into a random place of a file."""
    value = chance.choice(
        (None, -1, 2**63 - 1, 1e308, float("inf"), "", "9" * 5000, "1/0", b"", b"\xff\0", "[" * 999,
         '{"name": 1}', "NaN", "-0", "\ud800".encode("utf-8", "surrogatepass"), "//host/share")
    )  # fmt: skip
    with closing(sqlite3.connect(path)) as sql:
        named = sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = [name for (name,) in named]
        table = chance.choice(tables)
        column = chance.choice([row[1] for row in sql.execute(f"PRAGMA table_info({table})")])
        where = chance.choice(("", " WHERE rowid = 1"))
        with suppress(sqlite3.IntegrityError):  # some columns keep out what they must not hold
            sql.execute(f"UPDATE {table} SET {column} = ?{where}", (value,))
            sql.commit()
