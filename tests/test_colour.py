import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher import colour

ON = [
    ("ink", "card"), ("ink", "page"), ("muted", "card"), ("muted", "page"), ("accent", "card"), ("accent", "page"),
    ("chip_ink", "chip"), ("band_ink", "band"), ("band_muted", "band"), ("button_ink", "button"),
]  # fmt: skip
HEX = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: "#{:02x}{:02x}{:02x}".format(*rgb))


@given(HEX)
@settings(max_examples=150)
@example("#ffd400")
@example("#ffffff")
@example("#000000")
def test_whatever_the_theme_everything_can_be_read(theme):
    for palette in (colour.light(theme), colour.dark(theme)):
        for text, ground in ON:
            assert colour.contrast(getattr(palette, text), getattr(palette, ground)) >= colour.AA - 0.03, (text, ground)


def test_a_colour_that_can_be_read_is_kept():
    assert colour.light("#1a56a8").accent == "#1a56a8"
    assert colour.light("#1a56a8").band == "#1a56a8"


def test_contrast_is_that_of_wcag():
    assert colour.contrast("#000", "#ffffff") == pytest.approx(21)
    assert colour.contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("text", ["", "red", "#12", "1a56a8", "#1a56a", "#gggggg"])
def test_what_is_no_colour_is_refused(text):
    with pytest.raises(ValueError):
        colour.parse(text)
