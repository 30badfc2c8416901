"""What the forms of readers say, decided without a server: sign-up, pause, leaving one newsletter, why."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.config import load
from publisher.web import choice, entry, leaving, pause
from publisher.web.choice import Fault
from subscribers.subscriber import Status, Subscriber

NOW = datetime(2025, 6, 30, 20, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
ANN = Subscriber(id=1, address="ann@example.org", key="ann@example.org", status=Status.ACTIVE, created=NOW, changed=NOW)
LETTERS = {
    "weekly": 'weekly: {title: Weekly, from: n@example.org, schedules: {weekly: "mon 08:00", daily: "08:00"}}',
    "brief": 'brief: {title: Brief, from: n@example.org, schedules: {daily: "07:00"}}',
    "plain": 'plain: {title: Plain, from: n@example.org, schedules: {noon: "12:00"}}',
}


@pytest.fixture
def config(tmp_path):
    def make(*names, extra=""):
        (tmp_path / "config.yaml").write_text(
            "site: {title: T, url: https://example.org, language: de}\n"
            "topics: {chips: {title: Chips}, energy: {title: Energy}}\nweb: {url: https://example.org}\n"
            f"newsletters: {{{', '.join(LETTERS[name] for name in names)}}}\n{extra}",
            "utf-8",
        )
        return load(tmp_path / "config.yaml", {})

    return make


# ---- the sign-up form


def test_the_form_begins_with_what_somebody_came_for(config):
    offer = choice.fresh(config("weekly", "brief"))
    assert [stream.value for stream in offer.streams] == ["/", "weekly/weekly", "weekly/daily", "brief/daily"]
    assert entry.blank(offer, "en") == entry.Entry(stream="/", language="en")
    came = entry.blank(offer, "zh-Hans", topic="chips", newsletter="brief")
    assert came == entry.Entry(topics=frozenset({"chips"}), stream="brief/daily", language="zh-CN")
    assert entry.blank(offer, "fr", topic="<b>", newsletter="no") == entry.blank(offer, "fr")
    assert entry.blank(offer, "fr").language == "en", "we speak no French: the first that is offered"


def test_of_an_only_newsletter_the_name_is_taken(config):
    """Who signed up for one newsletter has not agreed to those that the site adds later."""
    assert [stream.value for stream in choice.fresh(config("brief")).streams] == ["brief/daily"]
    none = choice.fresh(config())
    assert (none.streams, entry.blank(none, "en").stream) == ((), "")


def test_what_the_form_says_and_what_is_wrong_with_it(config):
    offer = choice.fresh(config("weekly", "brief"))
    shown = entry.blank(offer, "en")
    sent = [("email", " ann@example.org "), ("topics", ""), ("topics", "chips"), ("stream", "brief/daily"), ("language", "zh-CN")]  # fmt: skip
    wish = entry.read(sent, shown)
    expected = entry.Entry(email="ann@example.org", topics=frozenset({"chips"}), stream="brief/daily", language="zh-CN")
    assert wish == expected
    assert entry.faults(wish, offer) == {}
    assert entry.faults(entry.read([], shown), offer) == {"email": Fault.ADDRESS}
    wrong = entry.read(
        [("email", "ann＠example.org"), ("topics", "secret"), ("stream", "x/y"), ("language", "de")], shown
    )
    assert entry.faults(wrong, offer) == {
        "email": Fault.ADDRESS, "topics": Fault.UNKNOWN, "stream": Fault.UNKNOWN, "language": Fault.UNKNOWN,
    }  # fmt: skip
    assert len(entry.read([("email", "x" * 1000)], shown).email) == 320


# ---- a pause


@pytest.mark.parametrize(
    ("fields", "until"),
    [
        ({}, None),
        ({"for": ""}, None),
        ({"for": "", "until": ""}, None),
        ({"for": "fortnight"}, "2025-07-15"),
        ({"for": "month", "until": "2025-12-24"}, "2025-08-01"),  # the button counts, the day was left there
        ({"for": "quarter"}, "2025-10-01"),
        ({"for": "day", "until": "2025-07-02"}, "2025-07-02"),
        ({"until": " 2025-12-24 "}, "2025-12-24"),
        ({"for": "day", "until": "2026-07-02"}, "2026-07-02"),
        ({"for": "day"}, Fault.DAY),
        ({"for": "day", "until": "2025-07-01"}, Fault.DAY),  # in Shanghai that is today
        ({"for": "day", "until": "2026-07-03"}, Fault.DAY),
        ({"for": "day", "until": "20250801"}, Fault.DAY),
        ({"for": "day", "until": "2025-02-30"}, Fault.DAY),
        ({"for": "day", "until": "tomorrow!!"}, Fault.DAY),
        ({"for": "ever"}, Fault.UNKNOWN),
    ],
)
def test_a_pause_ends_where_a_day_of_the_reader_begins(fields, until):
    """It is the 1st of July already in Shanghai."""
    if type(until) is str:
        until = datetime.combine(date.fromisoformat(until), datetime.min.time(), SHANGHAI)
    assert pause.until(fields, SHANGHAI, NOW) == until


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [("2025-01-31", 1, "2025-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2025-11-30", 3, "2026-02-28"), ("2025-12-05", 1, "2026-01-05"), ("2025-06-30", 0, "2025-06-30")],
)  # fmt: skip
def test_the_same_day_of_a_later_month(day, months, then):
    assert pause.later(date.fromisoformat(day), months) == date.fromisoformat(then)


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(["for", "until"]), st.one_of(st.sampled_from(pause.SPANS), st.dates().map(str), st.text(max_size=12))),
    st.sampled_from(["Asia/Shanghai", "America/Los_Angeles", "Asia/Kathmandu", "UTC"]),
)  # fmt: skip
def test_no_form_pauses_into_the_past_or_for_ever(fields, zone):
    until = pause.until(fields, ZoneInfo(zone), NOW)
    if isinstance(until, datetime):
        assert NOW < until <= NOW + pause.LONGEST + timedelta(days=1)


# ---- leaving one of several


def names(found):
    return [each.name for each in found]


def test_newsletters_are_left_one_by_one_until_the_last(config):
    site = config("weekly", "brief", "plain")
    assert names(leaving.coming(site, ANN)) == ["weekly", "brief", "plain"]
    assert leaving.without(site, ANN, "brief") == ("brief",)
    one = replace(ANN, declined=("brief",))
    assert (names(leaving.coming(site, one)), names(leaving.left(site, one))) == (["weekly", "plain"], ["brief"])
    assert leaving.without(site, one, "weekly") == ("brief", "weekly")
    two = replace(ANN, declined=("brief", "weekly"))
    assert leaving.without(site, two, "plain") is None
    assert leaving.without(site, two, "brief") == ("brief", "weekly"), "they had left it already"
    single = replace(ANN, newsletter="brief")
    assert (names(leaving.coming(site, single)), leaving.without(site, single, "brief")) == (["brief"], None)
    rhythm = replace(ANN, schedule="daily")
    assert names(leaving.coming(site, rhythm)) == ["weekly", "brief"], "plain has no such rhythm"


def test_choosing_a_newsletter_again_takes_it_back(config):
    site = config("weekly", "brief")
    reader = replace(ANN, declined=("brief",))
    offer = choice.offer(site, reader, NOW)
    before = choice.stored(reader, offer, "de")
    changed = lambda stream: choice.changes(replace(before, stream=stream), before, offer, reader.declined)  # noqa: E731
    assert changed("/") == {}, "saving what is shown leaves what was left"
    assert changed("brief/daily") == {"newsletter": "brief", "schedule": "daily", "declined": ()}
    assert changed("weekly/daily") == {"newsletter": "weekly", "schedule": "daily"}
    single = replace(reader, newsletter="weekly", schedule="weekly")
    before = choice.stored(single, offer, "de")
    assert choice.changes(replace(before, stream="/"), before, offer, ("brief",))["declined"] == ()


# ---- why


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({}, ""),
        ({"reason": "many"}, "too many mails"),
        ({"reason": "unasked", "note": " Who\r\nare you? "}, "never signed up: Who\nare you?"),
        ({"note": "\0\x1b[31mred"}, "[31mred"),
        ({"reason": "<script>", "note": ""}, ""),
        ({"note": "x" * 900}, "x" * 500),
    ],
)
def test_a_reason_is_one_of_ours_and_a_note(fields, kept):
    assert leaving.reason(fields) == kept
