import re
from html import unescape

import pytest
from builders import make_story
from digest.sample import (
    CHIPS,
    SLOT,
    SLOTS,
    TEMPLATES,
    edition,
    html,
    make_config,
    picture,
    studio,
    text,
    tideline,
    weekly,
)
from lxml import html as markup

from publisher.content.article import Topic
from publisher.digest import render, segments, wire
from publisher.digest.edition import MediaPicture, Wish


@pytest.fixture
def config(tmp_path):
    return make_config(tmp_path)


def tree(page):
    return markup.document_fromstring(page)


def words(page):
    return " ".join(tree(page).body.text_content().split())


def test_a_digest_says_everything_about_its_stories(config):
    shown = words(html(edition(config)))
    for told in (
        "潮线 Weekly", "Monday, June 30, 2025", "4 stories", "15 min read", "Good morning.", "Energy & Grid", "算力与芯片", "投融资",
        "Cranes that charge <while> they wait", "Four terminals put batteries under their cranes & it worked.", "grid", "R&D <x>",
        "Mara Lind", "6 min read", "Jun 29", "Dec 12, 2024", "算力淘金热：CoreWeave的财富神话与潜藏的系统性风险", "AI云计算", "英伟达", "Also in 算力与芯片",
        "The quiet fab", "More", "A letter", "From a reader.", SLOTS.to, "Preferences", "Pause", "Unsubscribe", "View in browser", "All issues", "Feeds",
        "© 2025 Tideline", "3 Harbour Street", "Shanghai 200001",
    ):  # fmt: skip
        assert told in shown, told


def test_the_words_around_are_in_the_readers_language_and_stories_in_their_own(config):
    done = edition(config, language="zh-CN")
    shown = words(html(done))
    for told in (
        "2025年6月30日星期一",
        "4 篇文章",
        "约 6 分钟读完",
        "阅读全文",
        "退订",
        "在浏览器中查看",
        "更多",
        "另见",
        "6月29日",
    ):
        assert told in shown, told
    assert "Cranes that charge" in shown
    assert done.lang == "zh-CN"
    page = tree(html(done))
    assert page.get("lang") == "zh-CN"
    assert page.xpath('//td[@lang="en"]//h3[contains(., "Cranes")]')
    assert page.xpath('//td[@lang="zh-CN"]//h3[contains(., "算力")]')


def test_headings_tables_and_pictures_are_as_mail_and_ears_need_them(config):
    page = tree(html(edition(config)))
    assert len(page.xpath("//h1")) == 1
    assert [h.text for h in page.xpath("//h2")] == ["In this issue", "Energy & Grid", "算力与芯片", "投融资", "More"]
    assert len(page.xpath("//h3")) == 4
    for table in page.xpath("//table"):
        assert (table.get("role"), table.get("cellpadding"), table.get("cellspacing"), table.get("border")) == (
            "presentation",
            "0",
            "0",
            "0",
        )
    article = page.xpath('//div[@role="article"]')[0]
    assert article.get("aria-roledescription") == "email"
    assert article.get("lang") == "en"
    assert article.get("dir") == "ltr"
    assert article.get("aria-label") == tideline().subject
    logo, crane, gold = page.xpath("//img")
    assert (logo.get("src"), logo.get("width"), logo.get("alt")) == (
        "https://tideline.example/images/logo.png",
        "48",
        "Tideline",
    )
    assert (crane.get("width"), crane.get("height"), crane.get("alt")) == ("536", "302", "A crane")
    assert (gold.get("width"), gold.get("height"), gold.get("alt")) == (
        "208",
        "117",
        "算力淘金热：CoreWeave的财富神话与潜藏的系统性风险",
    )


def test_a_picture_that_mail_cannot_show_leaves_no_element(config):
    done = edition(config, picture_of=lambda image: None)
    assert len(tree(html(done)).xpath("//img")) == 1  # the logo
    assert "Picture" not in text(done)


def test_the_kept_sheet_is_whole(config):
    kept = re.search(r"<style data-css-inline=\"keep\">(.*?)<.style>", html(edition(config)), re.DOTALL)[1]
    for part in (
        "@media (prefers-color-scheme:dark){",
        "@media (max-width:620px){",
        "[data-ogsc] .ink{",
        "[data-ogsb] .card{",
        ":root{color-scheme:light dark",
    ):
        assert part in kept
    assert kept.count("{") == kept.count("}")


def test_everything_of_an_article_is_escaped(config):
    evil = '"><script>alert(1)</script>{{7*7}}</style>\r\nBcc: x@y'
    story = make_story(
        "evil", title=evil, summary=evil, tags=(evil,), authors=(evil,), topic=Topic("e", evil), topics=(Topic("e", evil), CHIPS),
        url="https://tideline.example/a%22b/", image=picture("evil", evil), language='en" onload="x',
    )  # fmt: skip
    done = edition(config, tideline(stories=(story,), subject=evil, preheader=evil, intro=evil))
    page = tree(html(done))
    assert not page.xpath("//script")
    assert not page.xpath("//*[@onload]")
    assert len(page.xpath("//style")) == 1
    assert "{{7*7}}" in text(done)
    assert "{{7*7}}" in page.xpath("//h3")[0].text_content()


def test_nothing_for_a_reader_is_no_edition(config):
    assert render.editions(tideline(), [Wish(topics=("sports",))], studio(config)) == {}


def test_a_reader_of_one_topic_gets_that(config):
    done = edition(config, topics=("funding",))
    assert [story.path for story in done.stories] == ["posts/gold.md"]
    assert done.key == "funding.en.html"
    assert "quiet fab" not in html(done) + text(done)


def test_a_reader_of_text_gets_html_without_pictures_and_colours(config):
    done = edition(config, format="text")
    page = tree(html(done))
    assert not page.xpath("//img|//table|//*[@bgcolor]")
    assert "color:" not in html(done).replace("color-scheme:", "")
    assert "Picture" not in text(done)
    for told in ("Cranes that charge <while> they wait", "R&D <x>", "Unsubscribe", "Also in"):
        assert told in words(html(done))


def test_a_logo_at_hand_keeps_its_shape(config):
    logo = MediaPicture(url="https://news.tideline.example/media/l.png", width=480, height=240)
    done = edition(config, picture_of=lambda image: None, logo=logo)
    image = tree(html(done)).xpath("//img")[0]
    assert (image.get("src"), image.get("width"), image.get("height")) == (logo.url, "96", "48")


def test_a_site_without_a_logo_shows_none(config):
    bare = config.model_copy(update={"theme": config.theme.model_copy(update={"logo": ""})})
    assert not tree(html(edition(bare, picture_of=lambda image: None))).xpath("//img")


def test_stories_without_any_topic_still_stand_under_a_heading(config):
    done = edition(config, tideline(stories=(make_story(topic=Topic("", ""), topics=()),)))
    assert [h.text for h in tree(html(done)).xpath("//h2")] == ["Stories"]


def test_a_public_page_holds_nothing_of_a_reader(config):
    done = edition(config)
    page = render.web_page(done, config, TEMPLATES, public=True)
    assert ".invalid" not in page
    assert "unsubscribe" not in page.lower()
    assert "noindex" not in page
    assert [(link.get("type"), link.get("href")) for link in tree(page).xpath('//link[@rel="alternate"]')] == [
        ("application/rss+xml", "/feeds/rss.xml"), ("application/atom+xml", "/feeds/atom.xml"), ("application/feed+json", "/feeds/feed.json"),
    ]  # fmt: skip
    assert 'src="/media/cranes.jpg"' in page
    assert 'href="/archive/"' in page
    assert 'href="https://example.org/posts/cranes/"' in page
    assert tree(page).xpath('//div[@role="main"]//h1')
    assert not tree(html(done)).xpath('//div[@role="main"]')
    assert "<!--page" not in page
    assert "<!--/" not in page


def test_a_readers_page_has_their_unsubscribe_link_and_is_not_indexed(config):
    page = render.web_page(edition(config), config, TEMPLATES, public=False, unsubscribe=SLOTS.unsubscribe)
    assert ".invalid" not in page
    assert tree(page).xpath('//a[@href="/u/dG9rZW4.c2ln-_x"]')
    assert tree(page).xpath('//meta[@name="robots"]/@content') == ["noindex,nofollow"]
    assert not tree(page).xpath("//link")
    assert "View in browser" not in page


def test_a_page_under_a_path_stays_under_it(config):
    deep = config.model_copy(update={"web": config.web.model_copy(update={"url": "https://example.net/news"})})
    page = render.web_page(edition(deep), deep, TEMPLATES, public=True)
    assert 'href="/news/archive/"' in page


def test_a_page_and_a_mail_are_the_same_but_for_their_own_words(config):
    done = edition(config)
    cut = segments.keep(done.page(), frozenset()).fill({})
    assert words(cut) == words(render.web_page(done, config, TEMPLATES, public=True))


def test_a_letter_has_no_word_of_the_visitor(config):
    letter = render.letter(
        "confirm",
        "",
        config,
        TEMPLATES,
        language="zh-CN",
        newsletters=("潮线 Weekly",),
        confirm=SLOTS.unsubscribe,
        days=7,
        former=False,
    )
    assert letter.subject == "请确认订阅：Tideline"
    assert SLOTS.unsubscribe in letter.text
    assert tree(letter.html).xpath(f'//a[@href="{SLOTS.unsubscribe}"]')
    assert "7 天" in letter.text
    assert ".invalid" not in letter.html + letter.text
    assert not letter.text.startswith("\n")
    sent = wire.letter(
        letter,
        sender=weekly(config).sender,
        to="a@b.org",
        message_id="<c.1@tideline.example>",
        date=SLOT,
        language="zh-CN",
        reply_to="desk@tideline.example",
    )
    assert b"Auto-Submitted: auto-generated\r\n" in sent
    assert b"List-" not in sent
    assert b"Reply-To: desk@tideline.example\r\n" in sent


def test_a_letter_may_be_given_its_subject(config):
    letter = render.letter(
        "confirm",
        "Again",
        config,
        TEMPLATES,
        language="en",
        newsletters=("W",),
        confirm="https://a.example/",
        days=1,
        former=False,
    )
    assert letter.subject == "Again"
    assert "1 day." in letter.text
    assert "Again" in unescape(letter.html)
