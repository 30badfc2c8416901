from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content import mend


@pytest.mark.parametrize(
    ("source", "mended"),
    [
        ("![a](/x y.png)", "![a](</x y.png>)"),
        ('![a](/x (1).png "T")', '![a](</x (1).png> "T")'),
        ("![a](x.png =20x30)", "![a](<x.png>)"),
        ("[a](/x y)", "[a](</x y>)"),
        ("[a](https://x.org/a b )", "[a](<https://x.org/a b>)"),
        ("[a](my file.pdf?v=1)", "[a](<my file.pdf?v=1>)"),
        ("[a](see there)", "[a](see there)"),
        ("[a](<x y>)", "[a](<x y>)"),
        ('[a](x "y z") b c', '[a](x "y z") b c'),
        ("`![a](/x y.png)`", "`![a](/x y.png)`"),
        ("[![a](/x y.png)](/z z)", "[![a](</x y.png>)](</z z>)"),
        ("[![a](/x y.png)](/z)", "[![a](</x y.png>)](/z)"),
        ("[![a](/x y.png)](see this)", "[![a](</x y.png>)](see this)"),
        ("plain", "plain"),
    ],
)
def test_destinations(source: str, mended: str):
    assert mend.destinations(source) == mended


@given(st.text(alphabet='[]()!<> \t\na/."=', max_size=40))
def test_the_quick_look_for_blanks_misses_nothing(source: str):
    assert mend.destinations(source) == mend._SPACED.sub(mend._wrapped, source)


@pytest.mark.parametrize(
    ("source", "mended"),
    [
        ("**https://x.org/a**，后", "**https://x.org/a<!-- -->**，后"),
        ("*https://x.org/a*后", "*https://x.org/a<!-- -->*后"),
        ("**https://x.org/a** 后", "**https://x.org/a** 后"),
        ("[a](https://x.org/**后)", "[a](https://x.org/**后)"),
        ("**https://x.org/a**, b", "**https://x.org/a**, b"),
        ("后", "后"),
    ],
)
def test_emphasised_urls(source: str, mended: str):
    assert mend.emphasised_urls(source) == mended


@pytest.mark.parametrize(
    ("raw", "loose"),
    [("a **b ** c", True), ("a ** b ** c", False), ("<code>**b **</code>", False), ("a ** b", False), ("a", False)],
)
def test_loose_bold_that_was_meant(raw: str, loose: bool):
    assert mend.has_loose_bold(raw) is loose


def test_loose_bold():
    assert mend.loose_bold("**a ** b ** c** ** d ** `**e **`") == "**a**  b  **c** ** d ** `**e **`"


@pytest.mark.parametrize(
    ("raw", "cut"),
    [
        ('<a href="https://x.org/%EF%BC%8Cb">https://x.org/，b</a>', '<a href="https://x.org/">https://x.org/</a>，b'),
        ('<a href="https://y.org/">https://x.org/，b</a>', '<a href="https://y.org/">https://x.org/，b</a>'),
        ('<a href="https://x.org/">https://x.org/</a>', '<a href="https://x.org/">https://x.org/</a>'),
        ('<a href="/x">x，</a>', '<a href="/x">x，</a>'),
    ],
)
def test_bare_urls(raw: str, cut: str):
    assert mend.bare_urls(raw) == cut
