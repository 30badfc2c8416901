import email
import email.policy
from dataclasses import replace

import pytest
from digest.sample import SLOTS, edition, html, make_config, text, tideline, weekly
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.digest import headers, lint, wire
from publisher.digest.edition import Edition, Sheet, Wish
from publisher.digest.segments import Segments, escaped
from publisher.digest.splice import Encoding


@pytest.fixture
def config(tmp_path):
    return make_config(tmp_path)


def compiled(config, done=None, **wish):
    return wire.compile(done or edition(config, **wish), weekly(config), config)


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def parts(message):
    return [part.get_payload(decode=True).decode() for part in message.iter_parts()]


def test_a_message_is_whole(config):
    made = compiled(config)
    raw = made.fill(SLOTS)
    message = parse(raw)
    assert message.keys() == [
        "From", "Reply-To", "Subject", "To", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Language", "List-Id",
        "List-Archive", "List-Help", "Feedback-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
    ]  # fmt: skip
    assert message["From"].addresses[0].display_name == "潮线"
    assert message["To"].addresses[0].display_name == "陈读者"
    assert message["To"].addresses[0].addr_spec == "reader+a&b@example.org"
    assert message["Subject"] == tideline().subject
    assert message["Date"].datetime == SLOTS.date
    assert message["Date"].endswith("+0800")
    assert message["Message-ID"] == SLOTS.message_id
    assert message["List-Unsubscribe"] == f"<{SLOTS.unsubscribe}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Archive"] == "<https://news.tideline.example/archive/>"
    assert message["List-Help"] == "<https://news.tideline.example/>"
    assert str(message["List-Id"]) == "潮线 Weekly <weekly.tideline.example>"
    assert message["Feedback-ID"] == "weekly-2025-06-30:weekly:tideline.example:tidelineexample"
    assert message["Content-Language"] == "en"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert not any(part.defects for part in message.walk())
    assert parts(message) == [made.text(SLOTS), made.html(SLOTS)]


def test_the_bytes_are_fit_for_any_relay(config):
    raw = compiled(config).fill(SLOTS)
    assert raw.isascii()
    assert b"\0" not in raw
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert raw.endswith(b"--\r\n")
    head, _, body = raw.partition(b"\r\n\r\n")
    assert all(len(line) <= 78 for line in head.split(b"\r\n") if not line.startswith((b"List-", b"Feedback")))
    assert all(len(line) <= 76 for line in body.split(b"\r\n"))
    assert not any(line.startswith(b".") or line.endswith(b" ") for line in raw.split(b"\r\n"))


def test_the_same_slots_give_the_same_bytes_and_readers_differ_only_where_they_should(config):
    made = compiled(config)
    assert made.fill(SLOTS) == compiled(config).fill(SLOTS)
    other = replace(
        SLOTS,
        to="b@example.org",
        name="",
        unsubscribe="https://news.tideline.example/u/other",
        view="https://news.tideline.example/i/other",
        message_id="<b@c>",
    )
    one, two = parse(made.fill(SLOTS)), parse(made.fill(other))
    assert [name for name in one if str(one[name]) != str(two[name])] == ["To", "Message-ID", "List-Unsubscribe"]
    assert SLOTS.unsubscribe not in made.html(other) + made.text(other)
    assert "reader+a" not in made.html(other) + made.text(other)


def test_values_are_escaped_for_their_place(config):
    made = compiled(config)
    assert "reader+a&amp;b@example.org" in made.html(SLOTS)
    assert "reader+a&b@example.org" in made.text(SLOTS)
    tricky = replace(SLOTS, view='https://news.tideline.example/i/a"onclick="x&y')
    assert 'href="https://news.tideline.example/i/a&quot;onclick=&quot;x&amp;y"' in made.html(tricky)


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "a@b.org\r\nBcc: x@y"},
        {"unsubscribe": "javascript:x"},
        {"unsubscribe": "https://a.example/ b"},
        {"unsubscribe": "https://a.example/>"},
        {"message_id": "x"},
    ],
)
def test_a_value_that_no_header_can_hold_is_refused(config, changes):
    with pytest.raises(ValueError):
        compiled(config).fill(replace(SLOTS, **changes))


def test_a_newsletter_of_another_name_still_has_an_identifier(config):
    assert wire._label("每周") == wire._label("每周") != wire._label("每日")
    assert wire._label("weekly_1") == "weekly_1"
    assert wire._label("a.b").startswith("a-b-")


@given(
    st.text(max_size=60),
    st.text(max_size=60),
    st.text(max_size=200),
    st.text(max_size=40),
    st.sampled_from(list(Encoding)),
)
@settings(max_examples=80)
def test_whatever_is_written_the_message_parses_back_to_what_was_meant(subject, name, body, words, encoding):
    config = CONFIG[0]
    config = config.model_copy(update={"delivery": config.delivery.model_copy(update={"encoding": encoding.value})})
    page = Segments(("<p>", " ", "" if "\ud800" in body else escaped(body), "</p>"), ("address", "view", "name0"))
    sheet = Sheet(html={"top": page}, text={"top": Segments((words, ""), ("address",))}, links={}, names=("all",))
    done = Edition(
        key="k", wish=Wish(), issue="i", lang="en", subject=subject, preheader="", words={}, layout=("top",), sheet=sheet, stories=(),
    )  # fmt: skip
    made = compiled(config, done)
    slots = replace(SLOTS, name=name)
    raw = made.fill(slots)
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    assert message.keys() == [field.name for field in made.fields(slots)]
    got = [part.get_payload(decode=True).decode() for part in message.get_payload()]
    assert got == [made.text(slots), made.html(slots)]
    assert headers.clean(name) in made.html(slots) or escaped(headers.clean(name)) in made.html(slots)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")


@pytest.mark.parametrize("encoding", list(Encoding))
def test_every_encoding_says_the_same(config, encoding):
    """What is decoded is the naive way's, but for the blanks within tags that 8bit breaks lines at."""
    other = config.model_copy(update={"delivery": config.delivery.model_copy(update={"encoding": encoding.value})})
    made = compiled(other)
    said = parts(parse(made.fill(SLOTS)))
    assert said[0] == text(edition(config)).replace("\n", "\r\n")
    assert " ".join(said[1].split()) == " ".join(html(edition(config)).split())
    assert {part["content-transfer-encoding"] for part in parse(made.fill(SLOTS)).iter_parts()} == {encoding.value}


CONFIG = []


@pytest.fixture(autouse=True, scope="module")
def _one_config(tmp_path_factory):
    CONFIG[:] = [make_config(tmp_path_factory.mktemp("wire"))]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("form", ["html", "text"])
def test_golden(config, golden, language, form):
    check_golden(config, golden, f"digest/{Wish(language=language, format=form).key}", language=language, format=form)


def test_golden_list(tmp_path, golden):
    """The other design, with topics chosen, stories that did not fit, a name and counted links."""
    config = make_config(tmp_path, most=2, design="list", more="tracking: {clicks: true}\n")
    check_golden(config, golden, "digest/list", language="zh-CN", topics=("chips", "funding"))


def check_golden(config, golden, folder, **wish):
    done = edition(config, tideline(intro="{name|朋友}，早。[写信](/contact/)给我们。"), **wish)
    made = compiled(config, done)
    golden(f"{folder}/digest.html", made.html(SLOTS))
    golden(f"{folder}/digest.txt", made.text(SLOTS))
    golden(f"{folder}/message.eml", made.fill(SLOTS))
    assert {finding.code for finding in lint.lint(done, made, config)} <= {"summary-empty"}
