"""When a site is quiet, and how that is said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders import AT
from hypothesis import given
from hypothesis import strategies as st

from publisher import quiet

DAY = timedelta(days=1)
spans = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=3000))


@given(age=spans, alarm=spans)
def test_a_site_is_quiet_once_its_newest_article_is_older_than_the_alarm(age: timedelta, alarm: timedelta):
    found = quiet.silence(AT - age, alarm, AT)
    assert found == (age if alarm and age > alarm else None)


def test_nothing_is_said_of_a_site_without_articles_or_with_one_of_the_future():
    assert quiet.silence(None, DAY, AT) is None
    assert quiet.silence(AT + DAY, DAY, AT) is None


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(days=37, hours=5), "37 days"),
        (timedelta(days=2), "2 days"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(hours=1, minutes=59), "1 hour"),
        (timedelta(minutes=5), "1 hour"),
    ],
)
def test_the_silence_is_told_in_words(age: timedelta, words: str):
    assert quiet.sentence(age) == f"nothing new for {words}; if that is meant, raise content.quiet_alarm"
