from hypothesis import given
from hypothesis import strategies as st

from drover.simulator.cache import ByteCache


def test_what_was_used_least_recently_goes_first() -> None:
    cache = ByteCache[bytes](30, len)
    cache.keep("a", b"x" * 10)
    cache.keep("b", b"x" * 10)
    cache.keep("c", b"x" * 10)
    assert cache.find("a") is not None
    cache.keep("d", b"x" * 10)
    assert cache.find("b") is None
    assert [cache.find(key) is not None for key in ("a", "c", "d")] == [True, True, True]


def test_a_value_heavier_than_the_cache_is_not_held_and_drops_nothing() -> None:
    cache = ByteCache[bytes](10, len)
    cache.keep("small", b"x")
    cache.keep("large", b"x" * 11)
    assert cache.find("large") is None
    assert cache.find("small") == b"x"


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40)), max_size=60))
def test_it_never_holds_more_than_its_limit_and_counts_what_it_holds(writes: list[tuple[int, int]]) -> None:
    cache = ByteCache[bytes](64, len)
    for key, size in writes:
        cache.keep(key, bytes(size))
        assert cache.held_bytes <= 64
    assert cache.held_bytes == sum(len(cache.find(key) or b"") for key in range(6))
