"""The limits of the sign-up form: sensible where nothing is written, and refused where they would lock people out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from delivery.letterbox import make_post

from publisher.errors import ConfigError


def limits(folder, text):
    return make_post(folder, None, text).config.subscribers.signup


def test_what_holds_where_nothing_is_written(tmp_path):
    found = limits(tmp_path, "{}")
    assert (found.network, found.domain, found.site) == (20, 100, 1000)
    assert (found.wait, found.proof_of_work) == (timedelta(seconds=3), 0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{wait: 11m}", "longer than ten minutes"),
        ("{proof_of_work: 25}", "proof_of_work"),
        ("{network: 0}", "network"),
        ("{site: 0}", "site"),
        ("{captcha: yes}", "captcha"),
    ],
)
def test_what_would_lock_people_out_is_refused(tmp_path, text, told):
    with pytest.raises(ConfigError, match=told):
        limits(tmp_path, text)


def test_the_longest_wait(tmp_path):
    assert limits(tmp_path, "{wait: 10m, proof_of_work: 24}").wait == timedelta(minutes=10)
