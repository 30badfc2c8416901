"""Content codings: the same bytes each time, and nothing else taken for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.feeds.packed import pack, unpack


@given(st.binary(max_size=2000), st.sampled_from(["gzip", "br"]))
def test_what_is_packed_comes_back(data, coding):
    assert unpack(pack(data, coding), coding) == data
    assert pack(data, coding) == pack(data, coding)


@pytest.mark.parametrize("coding", ["gzip", "br"])
@pytest.mark.parametrize("broken", [b"x", b"\x1f\x8b\x08\x00", b"<rss></rss>"])
def test_what_was_not_packed_is_told(coding, broken):
    with pytest.raises(ValueError, match=f"not {coding}"):
        unpack(broken, coding)
    with pytest.raises(ValueError, match=f"not {coding}"):
        unpack(pack(b"tide " * 99, coding)[:-3], coding)
