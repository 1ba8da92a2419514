"""A set of tiles as bits."""

from hypothesis import given
from hypothesis import strategies as st

from cozviewer.pyramid.geometry import TileKey
from cozviewer.pyramid.store.tile_set import TileSet

FAR = 1 << 200

keys = st.builds(
    TileKey,
    st.sampled_from([2, 4]),
    st.one_of(st.integers(0, 70), st.integers(FAR, FAR + 70)),
    st.integers(0, 70),
)


@given(st.lists(st.tuples(st.booleans(), keys)))
def test_it_holds_what_a_set_holds(changes: list[tuple[bool, TileKey]]) -> None:
    expected, found = set[TileKey](), TileSet()
    for adds, key in changes:
        if adds:
            expected.add(key)
            found.update([key])
        else:
            expected.discard(key)
            found.discard(key)
        assert (key in found) == (key in expected)
    assert len(found) == len(expected)
    assert all(key in found for key in expected)


def test_what_was_changed_longest_ago_is_forgotten() -> None:
    found = TileSet(2)
    first, second, third = (TileKey(2, 32 * i, 0) for i in range(3))
    found.update([first, second, first, third])
    assert [key in found for key in (first, second, third)] == [True, False, True]
