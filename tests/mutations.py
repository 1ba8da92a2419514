"""Files changed at random, for tests that nothing in a file ends the program."""

import random
import sqlite3
from collections.abc import Sequence
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
        changed = changed or bytearray(b"x")
    return bytes(changed)


NUMBERS = (b"\xff" * 4, bytes(4), b"\0\0\0\1", b"\x7f" + b"\xff" * 3)
"""Sizes, counts and offsets that readers trip over."""


def edited(
    data: bytes, chance: random.Random, pieces: Sequence[bytes] = NUMBERS, longest: int = 30
) -> bytes:
    """Return small content with bytes changed, gone, or replaced by and grown by given pieces.

    Args:
        pieces: What is put in.
        longest: Most bytes that are taken out at once.
    """
    changed = bytearray(data)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(changed))
        piece = chance.choice(pieces)
        match chance.randrange(4):
            case 0:
                changed[at] = chance.randrange(256)
            case 1:
                del changed[at : at + chance.randint(1, longest)]
            case 2:
                changed[at : at + len(piece)] = piece
            case _:
                changed[at:at] = piece
        changed = changed or bytearray(b"x")
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
