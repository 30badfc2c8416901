from builders import make_issue, make_story
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content.article import Topic
from publisher.digest.edition import SEPARATOR, Edition, Format, MediaPicture, Order, Sheet, Wish, choose, layout
from publisher.digest.segments import Segments
from publisher.text import width

A, B, C, NONE = Topic("a", "A"), Topic("b", "B"), Topic("c", "C"), Topic("", "")


def story(name, *topics, filed=None):
    return make_story(name, topic=filed or (topics[0] if topics else NONE), topics=topics)


def names(issue, wish, maximum=12, order=("a", "b", "c")):
    return [
        (section.topic and section.topic.key, [each.path[6:-3] for each in section.stories])
        for section in choose(issue, wish, maximum, order).sections
    ]


def test_a_reader_of_everything_gets_each_story_where_the_issue_filed_it():
    issue = make_issue(stories=(story("1", B), story("2", A, B, filed=B), story("3"), story("4", A)))
    assert names(issue, Wish()) == [("a", ["4"]), ("b", ["1", "2"]), (None, ["3"])]


def test_a_reader_of_some_topics_finds_a_story_under_the_first_that_they_asked_for():
    issue = make_issue(stories=(story("1", A, B, C), story("2", C), story("3"), story("4", B, A)))
    assert names(issue, Wish(topics=("c", "b"))) == [("b", ["1", "4"]), ("c", ["2"])]


def test_the_issues_order_decides_what_is_left_out_and_not_the_order_of_topics():
    issue = make_issue(stories=(story("1", C), story("2", B), story("3", A)))
    assert names(issue, Wish(), maximum=2) == [("b", ["2"]), ("c", ["1"])]


def test_topics_that_the_config_does_not_name_follow_as_they_come_up():
    issue = make_issue(stories=(story("1", C), story("2", B), story("3", A)))
    assert names(issue, Wish(), order=("a",)) == [("a", ["3"]), ("c", ["1"]), ("b", ["2"])]


def test_nothing_for_this_reader_is_no_section():
    assert names(make_issue(stories=(story("1", A), story("2"))), Wish(topics=("b",))) == []
    assert names(make_issue(stories=()), Wish()) == []


@given(
    st.lists(st.lists(st.sampled_from([A, B, C]), unique=True, max_size=3), max_size=8),
    st.lists(st.sampled_from("abc"), unique=True),
    st.integers(1, 5),
)
@settings(max_examples=60)
def test_each_story_that_was_asked_for_comes_once_up_to_the_maximum(filings, wanted, maximum):
    issue = make_issue(stories=tuple(story(str(i), *topics) for i, topics in enumerate(filings)))
    choice = choose(issue, Wish(topics=tuple(wanted)), maximum, "abc")
    got = choice.stories
    asked = [each for each in issue.stories if not wanted or {topic.key for topic in each.topics} & set(wanted)]
    assert sorted(got, key=issue.stories.index) == asked[:maximum]
    assert list(choice.more) == asked[maximum:]
    names = layout(Order.of(issue), choice, chosen=bool(wanted))
    assert len(set(names)) == len(names)
    assert [int(name.split(".")[1]) for name in names if name.startswith("card.")] == [
        issue.stories.index(each) for each in got
    ]
    assert ("empty" in names) == (not got)
    assert sum(name.endswith(".lead") for name in names) == bool(got)


def test_a_wish_has_a_short_name():
    assert Wish(language="zh-CN").key == "all.zh-CN.html"
    assert Wish(topics=("funding", "chips", "chips"), format="text").key == "chips+funding.en.text"
    assert Wish(topics=("chips", "funding")) == Wish(topics=("funding", "chips"), format=Format.HTML)
    assert len(Wish(topics=tuple(f"a-topic-of-some-length-{i}" for i in range(40))).key) < 60


@given(
    st.lists(
        st.tuples(st.lists(st.text(max_size=6), max_size=4), st.sampled_from(["en", "zh-CN", "x/y"])),
        min_size=2,
        max_size=2,
    )
)
@settings(max_examples=200)
def test_no_two_wishes_share_a_name_and_each_is_a_file(pairs):
    one, other = (Wish(topics=tuple(topics), language=language) for topics, language in pairs)
    assert (one.key == other.key) == (one == other)
    assert not set(one.key) & set('/\\\0:*?"<>|\n ')
    assert len(one.key.encode()) < 200
    assert one.key.strip(".")


def test_a_picture_keeps_its_shape():
    assert MediaPicture(url="u", width=1200, height=675).height_at(600) == 338
    assert MediaPicture(url="u", width=4000, height=2).height_at(208) == 1
    assert MediaPicture(url="u").height_at(160) == 90


def test_many_chosen_topics_stand_in_lines_of_the_text_part():
    names = [f"主题{number}与港口" for number in range(12)]
    sheet = Sheet(html={}, text={"top": Segments(("", ""), ("chosen",))}, links={})
    edition = Edition(
        key="k", wish=Wish(), issue="i", lang="zh-CN", subject="", preheader="", words={"chosen": SEPARATOR.join(names)}, layout=("top",),
        sheet=sheet, stories=(),
    )  # fmt: skip
    lines = edition.text().fill({}).split("\n")
    assert len(lines) > 1
    assert all(width(line) <= 72 for line in lines)
    assert SEPARATOR.join(lines) == SEPARATOR.join(names)
