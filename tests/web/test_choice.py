"""What a reader can choose, what a form says, what changes: decided without a server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.config import load
from publisher.web import choice
from publisher.web.choice import Fault, offer, read, stored
from subscribers.preference import NAME_LIMIT, one_line
from subscribers.subscriber import Format, Status, Subscriber

NOW = datetime(2025, 6, 30, tzinfo=UTC)
ANN = Subscriber(id=1, address="ann@example.org", key="ann@example.org", status=Status.ACTIVE, created=NOW, changed=NOW)
WEEKLY = 'weekly: {title: Weekly, from: n@example.org, schedules: {weekly: "mon 08:00", daily: "08:00"}}'
BRIEF = 'brief: {title: Brief, from: n@example.org, schedules: {daily: "07:00", noon: "12:00"}}'


def written(path, newsletters):
    path.write_text(
        "site: {title: T, url: https://example.org, language: de, timezone: Asia/Kathmandu}\n"
        "topics: {chips: {title: Chips}, energy: {title: Energy}}\nweb: {url: https://example.org}\n"
        f"newsletters: {{{', '.join(newsletters)}}}\n",
        "utf-8",
    )
    return load(path, {})


@pytest.fixture
def config(tmp_path):
    return lambda newsletters=(WEEKLY,): written(tmp_path / "config.yaml", newsletters)


def form(config, reader=ANN):
    return stored(reader, offer(config, reader, NOW), config.site.language)


def values(config, reader=ANN):
    return [stream.value for stream in offer(config, reader, NOW).streams]


def test_a_topic_that_the_site_dropped_is_still_theirs_to_untick(config):
    reader = replace(ANN, topics=("chips", "old"))
    offered = offer(config(), reader, NOW)
    assert [(topic.slug, topic.title, topic.ended) for topic in offered.topics] == [
        ("chips", "Chips", False), ("energy", "Energy", False), ("old", "old", True),
    ]  # fmt: skip
    before = form(config(), reader)
    assert before.topics == {"chips", "old"}
    after = read([("topics", ""), ("topics", "chips")], before)
    assert choice.changes(after, before, offered) == {"topics": ("chips",)}


@pytest.mark.parametrize(
    ("reader", "streams", "chosen"),
    [
        ({}, ["/weekly", "/daily"], "/weekly"),
        ({"schedule": "daily"}, ["/weekly", "/daily"], "/daily"),
        ({"newsletter": "weekly"}, ["weekly/weekly", "weekly/daily"], "weekly/weekly"),
        ({"schedule": "hourly"}, ["/weekly", "/daily"], ""),
        ({"newsletter": "gone"}, ["/weekly", "/daily"], ""),
        ({"newsletter": "gone", "schedule": "daily"}, ["/weekly", "/daily"], ""),
    ],
)
def test_the_rhythms_of_one_newsletter(config, reader, streams, chosen):
    reader = replace(ANN, **reader)
    assert values(config(), reader) == streams
    assert form(config(), reader).stream == chosen


@pytest.mark.parametrize(
    ("reader", "own", "chosen"),
    [
        ({}, [], "/"),
        ({"newsletter": "brief"}, [], "brief/daily"),
        ({"newsletter": "brief", "schedule": "noon"}, [], "brief/noon"),
        ({"schedule": "daily"}, ["/daily"], "/daily"),
        ({"schedule": "hourly"}, [], ""),
        ({"newsletter": "gone"}, [], ""),
    ],
)
def test_the_rhythms_of_two_newsletters(config, reader, own, chosen):
    reader, site = replace(ANN, **reader), config((WEEKLY, BRIEF))
    assert values(site, reader) == ["/", "weekly/weekly", "weekly/daily", "brief/daily", "brief/noon", *own]
    assert form(site, reader).stream == chosen
    assert {stream.value: stream.titles for stream in offer(site, reader, NOW).streams}["/"] == ("Weekly", "Brief")


def test_without_newsletters_there_is_nothing_to_choose_and_nothing_wrong(config):
    site = config(())
    offered, before = offer(site, ANN, NOW), form(site)
    assert (offered.streams, before.stream) == ((), "")
    assert not choice.faults(before, offered)
    assert choice.faults(replace(before, stream="x/y"), offered) == {"stream": Fault.UNKNOWN}


def test_what_a_reader_has_is_always_offered(config):
    reader = replace(ANN, language="tlh", timezone="Pacific/Chatham")
    offered = offer(config(), reader, NOW)
    assert offered.languages == ("en", "zh-CN", "de", "tlh")
    zones = {zone.name: zone.offset for zone in offered.zones}
    assert zones["Asia/Kathmandu"] == "UTC+5:45"
    assert zones["Pacific/Chatham"] == "UTC+12:45"
    assert [zone.name for zone in offered.zones][:2] == ["Pacific/Honolulu", "America/Anchorage"]
    assert set(choice.ZONES) <= set(zones)
    assert not choice.faults(form(config(), reader), offered)


def test_a_zone_that_this_machine_does_not_know_is_left_out(config):
    names = {zone.name for zone in offer(config(), replace(ANN, timezone="Mars/Olympus"), NOW).zones}
    assert "Mars/Olympus" not in names


@pytest.mark.parametrize(
    ("minutes", "told"), [(0, "UTC"), (480, "UTC+8"), (330, "UTC+5:30"), (-180, "UTC−3"), (-210, "UTC−3:30")]
)
def test_an_offset_in_words(minutes, told):
    assert choice.offset(timezone(timedelta(minutes=minutes)), NOW) == told


def test_a_default_stays_the_default_unless_it_is_changed(config):
    site, before = config(), form(config())
    offered = offer(site, ANN, NOW)
    assert (before.stream, before.language, before.timezone, before.format) == ("/weekly", "de", "", "html")
    shown = [
        ("stream", "/weekly"),
        ("language", "de"),
        ("timezone", ""),
        ("format", "html"),
        ("name", ""),
        ("topics", ""),
    ]
    assert choice.changes(read(shown, before), before, offered) == {}
    other = [("stream", "/daily"), ("language", "en"), ("timezone", "Asia/Tokyo"), ("format", "text"), ("name", "Ann"),
             ("topics", "energy"), ("topics", "chips"), ("topics", "")]  # fmt: skip
    assert choice.changes(read(other, before), before, offered) == {
        "name": "Ann", "topics": ("chips", "energy"), "newsletter": "", "schedule": "daily", "language": "en",
        "timezone": "Asia/Tokyo", "format": "text",
    }  # fmt: skip


def test_what_is_missing_stays_and_what_stands_twice_is_no_form(config):
    before = form(config(), replace(ANN, topics=("chips",), name="Ann"))
    assert read([], before) == before
    assert read([("topics", "")], before).topics == frozenset()
    assert read([("name", "a"), ("name", "b")], before) is None
    assert read([("act", "save"), ("act", "save")], before) is None


def test_each_field_has_its_fault(config):
    offered, before = offer(config(), ANN, NOW), form(config())
    wrong = replace(before, name="x" * (NAME_LIMIT + 1), topics=frozenset({"no"}), stream="/no", language="fr", timezone="Mars", format="pdf")  # fmt: skip
    assert choice.faults(wrong, offered) == {
        "topics": Fault.UNKNOWN, "stream": Fault.UNKNOWN, "format": Fault.UNKNOWN, "language": Fault.UNKNOWN,
        "timezone": Fault.UNKNOWN, "name": Fault.LONG,
    }  # fmt: skip
    assert choice.faults(replace(before, stream=""), offered) == {"stream": Fault.MISSING}
    assert choice.faults(before, offered) == {}


@pytest.fixture(scope="module")
def fixed(tmp_path_factory):
    """One config for all of hypothesis' examples."""
    path = tmp_path_factory.mktemp("choice") / "config.yaml"
    return written(path, (WEEKLY,))


FIELD = st.tuples(
    st.sampled_from(["name", "topics", "stream", "language", "timezone", "format", "act", "x"]),
    st.one_of(
        st.text(max_size=300),
        st.sampled_from(
            ["", "chips", "/daily", "en", "UTC", "text", "../../etc/passwd", "a\r\nBcc: b@c", "\u202eevil"]
        ),
    ),
)


@given(fields=st.lists(FIELD, max_size=9))
@settings(max_examples=80)
def test_no_form_changes_more_than_is_offered(fixed, fields):
    offered = offer(fixed, ANN, NOW)
    before = stored(ANN, offered, "de")
    said = read(fields, before)
    if said is None or choice.faults(said, offered):
        return
    told = choice.changes(said, before, offered)
    name = told.get("name", "")
    assert (name, len(name) <= NAME_LIMIT) == (one_line(name), True)
    assert set(told.get("topics", ())) <= {"chips", "energy"}
    assert told.get("schedule", "daily") in {"weekly", "daily"}
    assert told.get("newsletter", "") == ""
    assert told.get("language", "en") in offered.languages
    assert told.get("timezone", "UTC") in {zone.name for zone in offered.zones}
    assert told.get("format", "text") in set(Format)
