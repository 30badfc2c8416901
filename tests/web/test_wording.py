import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.templates import Templates
from publisher.times import WEEKDAYS, cron, recurrence
from publisher.web.page import negotiate
from publisher.web.sentence import Rhythm, rhythm

TEMPLATES = Templates(None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("08:00", Rhythm(kind="daily", time="08:00")),
        ("mon 8:05", Rhythm(kind="weekly", time="08:05", days=("mon",))),
        ("thu,mon 08:00", Rhythm(kind="weekly", time="08:00", days=("mon", "thu"))),
        ("15 09:30", Rhythm(kind="monthly", time="09:30", number="15")),
        ("1st mon 09:00", Rhythm(kind="weekday", time="09:00", days=("mon",), number="1")),
        ("LAST fri 09:00", Rhythm(kind="weekday", time="09:00", days=("fri",), number="last")),
    ],
)
def test_a_schedule_in_words(text, told):
    assert rhythm(recurrence(text)) == told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("0 8 * * *", Rhythm(kind="daily", time="08:00")),
        ("0 8 * * 1-5", Rhythm(kind="weekly", time="08:00", days=WEEKDAYS[:5])),
        ("0 8 * * sat-mon", Rhythm(kind="weekly", time="08:00", days=("mon", "sat", "sun"))),
        ("30 18 1 * *", Rhythm(kind="monthly", time="18:30", number="1")),
        ("0 8 * 5 *", Rhythm(kind="other")),
        ("0 8,18 * * *", Rhythm(kind="other")),
        ("*/5 8 * * *", Rhythm(kind="other")),
        ("0 8 1-7 * *", Rhythm(kind="other")),
        ("0 8 * * */2", Rhythm(kind="weekly", time="08:00", days=("tue", "thu", "sat", "sun"))),
    ],
)
def test_a_cron_line_in_words(line, told):
    assert rhythm(cron(line)) == told


@pytest.mark.parametrize(
    ("accept", "site", "language"),
    [
        ("", "zh-CN", "zh-CN"), ("en", "zh-CN", "en"), ("en-US,en;q=0.9", "zh-CN", "en"), ("en-US", "en-GB", "en-GB"),
        ("zh", "en", "zh-Hans"), ("zh-TW", "en", "zh-Hans"), ("zh-SG", "en", "zh-SG"), ("zh", "zh-CN", "zh-CN"), ("zh-TW", "zh-CN", "zh-CN"),
        ("fr, de;q=0.5", "zh-CN", "zh-CN"), ("fr, en;q=0.5, zh;q=0.7", "en", "zh-Hans"), ("en;q=0, zh;q=0", "en", "en"),
        ("en;q=2", "zh", "zh"), ("en;q=nan", "zh", "zh"), ("*", "zh", "zh"), (";q=1,,", "zh", "zh"), ("en;level=1", "zh", "zh"),
    ],
)  # fmt: skip
def test_the_visitors_first_language_that_we_speak(accept, site, language):
    assert negotiate(accept, site, TEMPLATES) == language


@given(
    st.one_of(st.text(max_size=100), st.from_regex(r"(en|zh)(-[A-Za-z0-9]{1,9}){0,4}(;q=[0-9.]{0,5})?", fullmatch=True))
)
@settings(max_examples=150)
def test_no_header_makes_up_a_language(accept):
    chosen = negotiate(accept, "en", TEMPLATES)
    assert chosen == "en" or TEMPLATES.lang(chosen) == chosen, (
        "each form that we do not know would cost its own templates"
    )
