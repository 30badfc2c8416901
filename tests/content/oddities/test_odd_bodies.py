"""Bodies as real folders hold them, and the HTML that a feed's reader gets of each. One row, one oddity."""

from __future__ import annotations

import re
import time
from typing import Any, NamedTuple

import pytest
from content.oddities.odd import HEAD, Site

PAGE = "https://example.org/{name}/"
IMG = 'decoding="async" loading="lazy"'
LINK = 'rel="noopener"'


class Body(NamedTuple):
    """A body, its HTML, and what ``check`` says: ``PAGE`` in both stands for the article's own address."""

    markdown: str
    html: str
    told: str = ""


def turned(name: str) -> str:
    return f"6: warning: shortcodes: 1 turned into Markdown (1 {name}); write Markdown instead"


def dropped(name: str, line: int = 6) -> str:
    return f"{line}: warning: shortcodes: 1 left out (1 {name}); write Markdown instead"


def dead(name: str) -> str:
    return f"\n6: warning: {name!r} is no article here; correct the link, or delete it"


VANISHED = "6: warning: nothing of the text can be shown; look for an unclosed <script> or <!--"

BODIES = {
    # ---- Chinese text
    "bold before a word": Body("**重点（强调）**字", "<p><strong>重点（强调）</strong>字</p>"),
    "bold with a full stop": Body("**你好。**世界", "<p><strong>你好。</strong>世界</p>"),
    "bold around quotes": Body("他说**“好。”**然后", "<p>他说<strong>“好。”</strong>然后</p>"),
    "italic around brackets": Body("*（斜）*字", "<p><em>（斜）</em>字</p>"),
    "strike around brackets": Body("~~（删）~~字", "<p><del>（删）</del>字</p>"),
    "bold that slipped": Body("字**重点 **字", "<p>字<strong>重点</strong> 字</p>"),
    "url before a Chinese comma": Body("见 https://ex.org/a，然后", f'<p>见 <a href="https://ex.org/a" {LINK}>https://ex.org/a</a>，然后</p>'),
    "url before a Chinese full stop": Body("见https://ex.org/a。好", f'<p>见<a href="https://ex.org/a" {LINK}>https://ex.org/a</a>。好</p>'),
    "url before a Chinese bracket": Body("（https://ex.org/a）好", f'<p>（<a href="https://ex.org/a" {LINK}>https://ex.org/a</a>）好</p>'),
    "url with Chinese letters": Body("<https://ex.org/中>", f'<p><a href="https://ex.org/%E4%B8%AD" {LINK}>https://ex.org/中</a></p>'),
    # ---- addresses
    "blank in a picture's address": Body("![x](/a b.png)", f'<p><img src="https://example.org/a%20b.png" alt="x" {IMG}></p>'),
    "blank, comma and brackets in it": Body("![x](/n/a b, c (1).png)", f'<p><img src="https://example.org/n/a%20b,%20c%20(1).png" alt="x" {IMG}></p>'),
    "blank in a link": Body("[a](/b c)", f'<p><a href="https://example.org/b%20c" {LINK}>a</a></p>'),
    "what is encoded stays": Body("[a](/%20?q=%E4%B8%AD&r=中)", f'<p><a href="https://example.org/%20?q=%E4%B8%AD&amp;r=%E4%B8%AD" {LINK}>a</a></p>'),
    "fragment of a heading": Body("[a](#part)", f'<p><a href="PAGE#part" {LINK}>a</a></p>'),
    "relative picture": Body("![x](a.png)", f'<p><img src="PAGEa.png" alt="x" {IMG}></p>'),
    "javascript": Body("[a](javascript:alert(1))", f"<p><a {LINK}>a</a></p>"),
    "data picture": Body("![x](data:image/png;base64,AA) y", "<p> y</p>"),
    "handler and style": Body('<p onclick="x()" style="color:red" class="lead">y</p>', "<p>y</p>"),
    "comma in srcset": Body('<p><img srcset="/a.png 1x" src="/a.png"></p>', f'<p><img src="https://example.org/a.png" alt="" {IMG}></p>'),
    # ---- structure
    "h1": Body("# One\n\nText", "<h2>One</h2>\n<p>Text</p>"),
    "raw h1": Body("<h1>One</h1>\n\nText", "<h2>One</h2>\n<p>Text</p>"),
    "task list": Body("- [ ] a\n- [x] b", "<ul>\n<li>☐ a</li>\n<li>☑ b</li>\n</ul>"),
    "two rules": Body("a\n\n---\n\nb\n\n---\n\nc", "<p>a</p>\n<hr>\n<p>b</p>\n<hr>\n<p>c</p>"),
    "indented code first": Body("    code()", "<pre><code>code()\n</code></pre>"),
    "tab-indented code first": Body("\tcode()", "<pre><code>code()\n</code></pre>"),
    "a table": Body("|a|\n|-|\n|b|", "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b</td>\n</tr>\n</tbody>\n</table>"),
    "definition list": Body("Term\n\n: Meaning", "<dl>\n<dt>Term</dt>\n<dd>\n<p>Meaning</p>\n</dd>\n</dl>"),
    "alert": Body("> [!NOTE]\n> Hello", "<div>\n<p>Note</p>\n<p>Hello</p>\n</div>"),
    "control characters": Body("a\x01b\x0bc\x1fd", "<p>abcd</p>"),
    "emoji": Body("👩‍👩‍👧 🇨🇳 1️⃣", "<p>👩‍👩‍👧 🇨🇳 1️⃣</p>"),
    "zero-width space and BOM": Body("a\u200bb\ufeffc", "<p>a\u200bb\ufeffc</p>"),
    "comment": Body("a <!-- secret --> b", "<p>a  b</p>"),
    "script": Body("<script>alert(1)</script>\n\nText", "\n<p>Text</p>"),
    "iframe": Body('<iframe src="https://www.youtube.com/embed/x"></iframe>\n\nText', "\n<p>Text</p>"),
    "unclosed script": Body("<script>x", "What it is about.", VANISHED),
    "unclosed comment": Body("Text.\n\n<!-- x\n\nmore", "<p>Text.</p>\n"),
    # ---- footnotes
    "undefined footnotes": Body("a[^2, ^3] b[^RSS]", "<p>a b</p>", "6: warning: [^2, ^3], [^RSS] refer to no footnote; add [^1]: … or delete them"),
    "unused footnote": Body("a\n\n[^1]: Never asked for.", "<p>a</p>"),
    # ---- a language model's leftovers
    "thoughts": Body("<think>\nFirst I plan.\n\nThen I write.\n</think>\n\nText.", "<p>Text.</p>", dropped("<think>")),
    "thoughts never closed": Body("Text.\n\n<think>More.", "<p>Text.</p>\n<p>More.</p>", dropped("<think>", 8)),
    "tags": Body("Text.\n\n<tags>a, b</tags>", "<p>Text.</p>", dropped("<tags>", 8)),
    # ---- Hugo
    "figure": Body('{{< figure src="/a b.png" alt="Alt" caption="Caption" >}}', f'<p><img src="https://example.org/a%20b.png" alt="Alt" {IMG}></p>\n<p>Caption</p>', turned("figure")),
    "img": Body('{{< img src="/a.png" alt="Alt" >}}', f'<p><img src="https://example.org/a.png" alt="Alt" {IMG}></p>', turned("img")),
    "highlight": Body('{{< highlight go "linenos=table" >}}\nx := 1\n{{< /highlight >}}', '<pre><code class="language-go">x := 1\n</code></pre>', turned("highlight")),
    "youtube": Body("{{< youtube abc123 >}}", f'<p><a href="https://www.youtube.com/watch?v=abc123" {LINK}>https://www.youtube.com/watch?v=abc123</a></p>', turned("youtube")),
    "vimeo": Body('{{< vimeo id="123" >}}', f'<p><a href="https://vimeo.com/123" {LINK}>https://vimeo.com/123</a></p>', turned("vimeo")),
    "bilibili": Body("{{< bilibili BV1x >}}", f'<p><a href="https://www.bilibili.com/video/BV1x" {LINK}>https://www.bilibili.com/video/BV1x</a></p>', turned("bilibili")),
    "ref from the root": Body('[x]({{< ref "/posts/two.md#part" >}})', f'<p><a href="https://example.org/posts/two/#part" {LINK}>x</a></p>', turned("ref")),
    "ref without a slash": Body('[x]({{< ref "posts/two.md" >}})', f'<p><a href="https://example.org/posts/two/" {LINK}>x</a></p>', turned("ref")),
    "ref to a file with an address of its own": Body('[x]({{< ref "posts/moved.md#part" >}})', f'<p><a href="https://example.org/elsewhere/#part" {LINK}>x</a></p>', turned("ref")),
    "ref to a file that is not there": Body('[x]({{< ref "/posts/never.md" >}})', f'<p><a href="https://example.org/posts/never/" {LINK}>x</a></p>', turned("ref") + dead("/posts/never.md")),
    "relref to a bundle": Body('[x]({{< relref "/posts/two/index.md" >}})', f'<p><a href="https://example.org/posts/two/" {LINK}>x</a></p>', turned("relref") + dead("/posts/two/index.md")),
    "unknown pair": Body("{{% note %}}\nInner **text**\n{{% /note %}}", "<p>Inner <strong>text</strong></p>", dropped("note")),
    "unknown single": Body("a {{< br >}} b", "<p>a  b</p>", dropped("br")),
    "escaped shortcode": Body("Write `x` or {{</* figure */>}}.", "<p>Write <code>x</code> or {{&lt; figure &gt;}}.</p>"),
    # ---- Jekyll, 11ty
    "highlight tag": Body("{% highlight ruby %}\nputs 1\n{% endhighlight %}", '<pre><code class="language-ruby">puts 1\n</code></pre>', turned("highlight")),
    "raw": Body("{% raw %}{{ x }} {% y %}{% endraw %}", "<p>{{ x }} {% y %}</p>", turned("raw")),
    "include": Body('{% include nav.html a="b" %}Text', "<p>Text</p>", dropped("include")),
    "post_url": Body("[x]({% post_url 2014-01-02-name %})", f'<p><a href="https://example.org/_posts/2014-01-02-name/" {LINK}>x</a></p>', turned("post_url")),
    "link": Body("[x]({% link _posts/2014-01-02-name.md %})", f'<p><a href="https://example.org/_posts/2014-01-02-name/" {LINK}>x</a></p>', turned("link")),
    "link to a file that is not there": Body("[y]({% link _posts/2013-01-02-gone.md %})", f'<p><a href="https://example.org/posts/2013-01-02-gone/" {LINK}>y</a></p>', turned("link") + dead("_posts/2013-01-02-gone.md")),
    "Zola's link": Body("[x](@/posts/two.md#part)", f'<p><a href="https://example.org/posts/two/#part" {LINK}>x</a></p>'),
    "Zola's link to nothing": Body("[x](@/posts/never.md)", f'<p><a href="https://example.org/posts/never/" {LINK}>x</a></p>', dead("/posts/never.md").strip()),
    "Pelican's link": Body("[x]({filename}/posts/two.md)", f'<p><a href="https://example.org/posts/two/" {LINK}>x</a></p>'),
    "Pelican's files": Body("[x]({static}/a.pdf) [y]({attach}b.pdf)", f'<p><a href="https://example.org/a.pdf" {LINK}>x</a> <a href="PAGEb.pdf" {LINK}>y</a></p>'),
    "11ty's address": Body('[x]({{ "/about/" | url }})', f'<p><a href="https://example.org/about/" {LINK}>x</a></p>', turned("url")),
    "Jekyll's address": Body("[x]({{ '/a/b' | relative_url }})", f'<p><a href="https://example.org/a/b" {LINK}>x</a></p>', turned("url")),
    "several kinds": Body("{{< toc >}}{{< toc >}}{{< ad >}}\n\n{{< youtube a >}} and {{< youtube b >}}", f'<p><a href="https://www.youtube.com/watch?v=a" {LINK}>https://www.youtube.com/watch?v=a</a> and <a href="https://www.youtube.com/watch?v=b" {LINK}>https://www.youtube.com/watch?v=b</a></p>', "6: warning: shortcodes: 3 left out (2 toc, 1 ad), 2 turned into Markdown (2 youtube); write Markdown instead"),
    "unknown block": Body("{% for a in b %}x{% endfor %}", "<p>x</p>", dropped("for")),
    "output": Body("{{ site.title }}Text", "<p>Text</p>", dropped("site.title")),
    "comment tag": Body("{# secret #}Text", "<p>Text</p>", dropped("comment")),
    # ---- code is left alone
    "shortcode in a fence": Body("```\n{{< x >}} {% y %} <think>\n```", "<pre><code>{{&lt; x &gt;}} {% y %} &lt;think&gt;\n</code></pre>"),
    "shortcode in a code span": Body("`{{< x >}}`", "<p><code>{{&lt; x &gt;}}</code></p>"),
    "bold and footnote in a code span": Body("`**（a）**b[^1]`", "<p><code>**（a）**b[^1]</code></p>"),
}  # fmt: skip

NAMES = {title: f"b{number:02}" for number, title in enumerate(BODIES)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One site of all bodies: its entries by path, and what ``check`` says by path."""
    made = Site(tmp_path_factory.mktemp("bodies"))
    for title, body in BODIES.items():
        made.write(f"{NAMES[title]}.md", HEAD.replace("One", NAMES[title]) + body.markdown)
    target = HEAD.replace("One", "Far away").replace("2025-06-30", "2014-01-02")
    moved = target.replace("Far away", "Moved").replace("summary", "url: /elsewhere/\nsummary")
    made.write_all(
        {
            "posts/moved.md": moved + "Moved.",
            "posts/two.md": target + "Two.",
            "_posts/2014-01-02-name.md": target + "Name.",
        }
    )
    made.entries = made.build()
    made.lines = made.told()
    return made


@pytest.mark.parametrize("title", BODIES)
def test_what_a_reader_gets(site: Any, title: str):
    name, body = NAMES[title], BODIES[title]
    page = PAGE.format(name=name)
    assert site.entries[f"{name}.md"]["content_html"].strip("\n") == body.html.replace("PAGE", page).strip("\n")


@pytest.mark.parametrize("title", BODIES)
def test_what_its_author_is_told(site: Any, title: str):
    name, body = NAMES[title], BODIES[title]
    told = [line for line in site.lines if line.startswith(f"{name}.md:")]
    assert sorted(told) == sorted(f"{name}.md:{line}" for line in body.told.splitlines())


def test_a_footnote_asked_for_twice_has_two_ways_back_and_ids_of_its_own(tmp_path):
    site = Site(tmp_path)
    site.write_all({f"{name}.md": HEAD.replace("One", name) + "x[^1] y[^1]\n\n[^1]: Note" for name in ("a", "b")})
    entries = site.build()
    made = [entries[path]["content_html"] for path in ("a.md", "b.md")]
    ids = [re.findall(r' id="([^"]+)"', html) for html in made]
    assert [len(each) for each in ids] == [3, 3]
    assert len({*ids[0], *ids[1]}) == 6, "several articles can stand on one page"
    for html, name, own in zip(made, "ab", ids, strict=True):
        assert html.count("↩") == 2
        targets = re.findall(rf'href="https://example.org/{name}/#([^"]+)"', html)
        assert set(targets) == set(own)


def test_no_feed_holds_what_xml_forbids_or_readers_drop(site: Any):
    for name in ("rss.xml", "atom.xml"):
        text = site.feed(name).decode()
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", text)
        assert "style=" not in text
        assert "&lt;input" not in text


# ---- hostile bodies

LONG = "6: error: the text has more than 512 KiB; split it"
TOO_LONG = "1: error: the file is longer than 1 MiB; split it"
MANY_LINKS = "6: error: the text has more than 20000 links and footnotes; split it"
HOSTILE = {
    "50 000 nested quotes": (">" * 50_000 + " x", "6: error: quotes are nested more than 200 deep; remove the surplus >"),
    "50 000 brackets": ("[" * 50_000, ""),
    "50 000 open bolds": ("**a " * 50_000, ""),
    "50 000 open marks": ("*_" * 50_000, ""),
    "a list 3 000 deep": ("".join(" " * (2 * depth) + "- a\n" for depth in range(3000)), TOO_LONG),
    "a list 450 deep": ("".join(" " * (2 * depth) + "- a\n" for depth in range(450)), "6: error: elements are nested more than 200 deep; close them, or use fewer levels"),
    "growing runs of backticks": (" ".join("`" * length for length in range(1, 700)), ""),
    "50 000 open links": ("[a](" * 50_000, MANY_LINKS),
    "5 000 footnotes": ("".join(f"[^{n}] " for n in range(5000)) + "\n\n" + "".join(f"[^{n}]: n\n" for n in range(5000)), ""),
    "a footnote 20 000 times": ("a[^1] " * 20_000 + "\n\n[^1]: n", MANY_LINKS),
    "50 000 open tags": ("<a " * 50_000, ""),
    "a row of 10 000 columns": ("|" + "a|" * 10_000 + "\n|" + "-|" * 10_000 + "\n", ""),
    "1 000 columns and 3 000 short rows": ("|" + "a|" * 1000 + "\n|" + "-|" * 1000 + "\n" + "|b|\n" * 3000, "6: error: a table has more than 200000 cells; split it"),
    "50 000 ampersands": ("&" * 50_000, ""),
    "50 000 reference links": ("[a] " * 50_000 + "\n\n[a]: /x\n", ""),
    "5 MB of Chinese": ("字" * 1_700_000, TOO_LONG),
    "900 KB of Chinese": ("字" * 300_000, ""),
    "more than 512 KiB of letters": ("x" * 525_000, LONG),
}  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = Site(tmp_path_factory.mktemp("hostile"))
    for number, (text, _) in enumerate(HOSTILE.values()):
        made.write(f"h{number:02}.md", HEAD.replace("One", f"h{number:02}") + text)
    start = time.process_time()
    made.lines = made.told()
    made.seconds = time.process_time() - start
    made.listed = made.articles()
    return made


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_body_is_rendered_or_refused_in_words(hostile: Any, title: str):
    path = f"h{list(HOSTILE).index(title):02}.md"
    message = HOSTILE[title][1]
    told = [line for line in hostile.lines if line.startswith(path)]
    assert told == ([f"{path}:{message}"] if message else [])
    listed = hostile.listed.get(path)
    assert (listed is None) is (message == TOO_LONG), "its head is good: what it is about is known"
    if listed is not None:
        assert [listed[key] is None for key in ("title", "summary", "updated")] == [False, bool(message), bool(message)]


def test_all_hostile_bodies_together_take_seconds(hostile: Any):
    assert hostile.seconds < 60, "some 5 s; each took minutes in other programs"
