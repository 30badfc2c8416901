"""The files that ``scripts.fuzz`` begins with, and what it does to them. All of them are made up.

One small seed for each oddity that real folders or hostile authors were seen to hold, and makers of large ones: nests,
bombs and runs that take naive parsers minutes or their lives.
"""

# ruff: noqa: E501 # odd texts are read by the row
from __future__ import annotations

import random
from collections.abc import Callable, Sequence

PATHS = (
    "posts/one.md",
    "posts/2014-01-02-name.md",
    "zh/a b, c/index.zh-cn.md",
    "产业/第 1 期 (终).md",
    "index.md",
    "en/index.md",
)

_HEAD = "---\ntitle: One\ndate: 2025-06-30T08:00:00+08:00\n"
_FULL = (
    "---\ntitle: 潮位 “一” & <b>\ndate: 2025-06-30T08:00:00+08:00\ndraft: false\nlastmod: 2025-07-01\n"
    'featured_image: "/newsimages/a b, c (1).jpg"\nsummary: "**算力**：一 [二](/x) `三`"\ntags: [GPU, "C#", a/b, 芯片]\n'
    "main_topics:\n  - 算力与芯片 (Compute)\n  - chips\nauthor: Li\nlang: zh_cn\nslug: one-two\nweight: 3\nid: abc 1\n---\n"
)
_BODY = (
    "> 导语：潮水**（重点）**字，他说**“好。”**然后[^1]。\n\n## 标题 [x](#part)\n\n- [ ] a\n- [x] b\n  1. c\n\n"
    "| a | b |\n| :- | -: |\n| ![p](/a b.png) | `x` |\n\n见 https://example.net/路径，后文 www.example.net。\n\n"
    '```python\nprint("{{< x >}}")\n```\n\n<div class="footnote x" onclick="x()" style="a"><p>raw<br>\n</div>\n\n'
    '![图](b.png "t") [^2, ^3] ~~no~~ &amp; &nbsp; &#0; <https://e.org> a@b.org\n\nterm\n: definition\n\n'
    "> [!NOTE]\n> alert\n\n[^1]: note [link](../two/?a=1&b=2#c)\n[ref]: <a b> 'title'\n[x][ref]\n"
)


def _with(fields: str, body: str = _BODY) -> str:
    return f"{_HEAD}{fields}\n---\n{body}"


_VALUES = (
    *(
        "no",
        "12:30",
        "010",
        "1.10",
        "~",
        "null",
        '""',
        "[]",
        "{}",
        "[[[]]]",
        "{a: {b: c}}",
        "!!python/object:os.system x",
    ),
    *(
        "*x",
        "&x y",
        "<<: *x",
        "2025-02-30",
        "2025-06-30T24:00:00",
        "2025-06-30T08:00:00+99:00",
        "2025-06-30 08:00 +0000",
    ),
    *("2014-05-14 00:00:00 -5", "06/30/2025", "yesterday", "{{ .Date }}", '"x.jpg\\n"', '"\\uD800"', "1" * 5000, "-1"),
    *(
        "99999999999999999999",
        "true",
        "http://[",
        "//x",
        "javascript:x",
        "a b",
        "..",
        "../../x",
        '"\\0"',
        "|\n  a\n  ---\n  b",
    ),
    *(
        "'a: b: c'",
        "a: b: c",
        "\t",
        "0001-01-01",
        "9999-12-31T23:59:59-12:00",
        "[日报]",
        "产业 (Industry)",
        "👩‍👩‍👧‍👦🇨🇳",
        "é" * 300,
    ),
    *(
        '"\\x85\\u2028\\u200b\\ufeff"',
        "[~, '', a, A, ａ]",
        "Mon, 02 Jan 2006 15:04:05 -0700",
        "Jan 2, 2006",
        "2006年1月2日",
    ),
    *(
        "images/default (1).png",
        "https://e.org/图 片.png?x= y#z",
        "data:image/png;base64,AA",
        "#",
        "?",
        "%",
        "%zz",
        "/",
        "C:\\x",
    ),
)
_KEYS = (
    *(
        "title",
        "date",
        "published",
        "publishDate",
        "draft",
        "lastmod",
        "expiryDate",
        "tags",
        "main_topics",
        "categories",
    ),
    *(
        "featured_image",
        "image",
        "cover",
        "cover.image",
        "images",
        "featured_image_alt",
        "summary",
        "description",
        "lang",
    ),
    *("url", "permalink", "path", "slug", "guid", "id", "weight", "minor", "author", "authors", "featured", "hero"),
    *("content", "handler", "self", "2024", "on", "extra", "taxonomies", "<<", "=", "? x", "keywords", "section"),
)

SEEDS: tuple[bytes, ...] = (
    b"---\ntitle: \xff\xfe\ndate: 2025-06-30\n---\nnot utf-8 \x80\xbf\xed\xa0\x80",
    b"\xff\xfe-\x00-\x00-\x00",
    _with("title: 潮").encode()[:-1] + "汐".encode()[:2],
    *(
        text.encode("utf-8", "surrogatepass")
        for text in (
            _FULL + _BODY,
            "\ufeff" + _FULL + _BODY,
            (_FULL + _BODY).replace("\n", "\r\n"),
            (_FULL + _BODY).replace("\n", "\r"),
            _HEAD + "text without an end",
            "---\n- a\n- b\n---\nlist",
            "---\njust text\n---\nscalar",
            "---\n---\nempty",
            "",
            "\n\n# Only a body\n\ntext",
            _with("content: a\nhandler: b\nself: c\n2024: d\non: e"),
            _with("lang: no\ntime: 12:30\nzip: 010\nversion: 1.10"),
            _with("title: Two\ntitle: Three"),
            _with("\tkey: tab"),
            _with("key: a: b: c"),
            _with("key: a\x01b\x00c\x7f"),
            _with("title: 👩‍👩‍👧‍👦 🇨🇳 é"),
            "---\ntitle: {{ .Title }}\ndate: {{ .Date }}\n---\n{{ .Content }}",
            _with("a: &x 1\nb: *x"),
            _with("a: &x {b: 1}\nc:\n  <<: *x"),
            _with("", "one\n---\ndate: x\n---\ntwo"),
            _with("text: |\n  a\n  ---\n  b"),
            "-----\ntitle: x\n-----\nbody",
            _with("", "    code first\n\ntext"),
            _with('title: "\\uD800"'),
            _with("title: \ud800"),
            _with("n: " + "9" * 5000),
            _with("a: !!python/object/apply:os.system [x]\nb: !own c"),
            '+++\ntitle = "One"\ndate = 2025-06-30T08:00:00+08:00\ntags = ["a", "b"]\n[extra]\nimage = "x.png"\n+++\n'
            + _BODY,
            "+++\ndate = 2014-09-15\npath = '2014/09/15/x'\nn = 0x10\nf = inf\nt = 07:32:00\n+++\nbody",
            '{\n  "title": "One",\n  "date": "2025-06-30",\n  "tags": ["a"]\n}\n' + _BODY,
            '{"title": "One", "date": "2025-06-30", "n": 1e999, "x": null, "y": NaN} inline',
            "{{< shortcode >}}\ntext",
            _with(
                "",
                '<think>secret</think><tags>a, b</tags>\n\n{{< figure src="/a b.png" caption="c" >}} {{% note %}}x{{% /note %}}',
            ),
            _with(
                "",
                "{% highlight py %}\nx\n{% endhighlight %}{% raw %}{{ x }}{% endraw %}{% include a.html %}{{< youtube abc >}}",
            ),
            _with(
                "",
                '{{< ref "two.md" >}} [a]({{< relref "x" >}}) {% post_url 2014-01-02-x %} {{< highlight go >}}\nx\n{{< /highlight >}}',
            ),
            _with(
                "",
                "<script>x</script><style>y</style><iframe src=x></iframe><svg><a href=x></svg><math><mi></math><!-- c",
            ),
            _with(
                "",
                "<a href='javascript:x'>a</a><img src=data:x onerror=y><img srcset='a.png 1x, /b c.png 2x'><a href='#fn-1'>",
            ),
            _with(
                "",
                "<picture><source srcset='a,b.png 1x,c.png 2x'><img src='a.png'></picture><time datetime=x><details><summary>s",
            ),
            _with(
                "",
                "<table><tr><td><p>a<td>b</table><ul><li>a<li>b</ul><p><div><h1>x</h2></p><b><i>x</b></i><option><select>",
            ),
            _with("", "a\x01b\x00c \x85 \u2028 \u200b \u202e \ufeff \ufffe \uffff \U000e0001 e\u0301\u200d"),
            _with(
                "",
                "**算力，**字 **“a”**b ** c ** ***d*** _e_f_ **（x）**y* z**\n\n> 摘要：\n\n> TL;DR:\n\n<!--more-->\n\nrest",
            ),
            _with(
                "",
                "[^1] [^1] [^a b]\n\n[^1]: one\n\n    two\n[^1]: again\n[^2]: unused\n\n[a](<b c> (t)) [](x) ![]() <x@y> http://[::1",
            ),
            _with(
                "",
                "x^2^ H~2~O $a$ ==m== ++i++ :smile: \\* &copy; &bogus; &#x1F600; &#xD800; &#1; <b>\n\nSetext\n===\n\n***\n\n1) a\n2) b",
            ),
        )
    ),
)


def _body(text: str) -> Callable[[], bytes]:
    return lambda: _with("", text).encode()


HOSTILE: tuple[Callable[[], bytes], ...] = (
    _body(">" * 50_000 + " x"),
    _body("[" * 20_000 + "x" + "](y)" * 20_000),
    _body("**a " * 30_000),
    _body("*_" * 40_000),
    _body("".join(" " * (2 * level) + "- x\n" for level in range(300))),
    _body(" ".join("`" * size for size in range(1, 400))),
    _body("[a](" * 50_000),
    _body("".join(f"[^{n}] " for n in range(3000)) + "\n\n" + "".join(f"[^{n}]: x\n" for n in range(3000))),
    _body("[^1] " * 20_000 + "\n\n[^1]: x"),
    _body("<a " * 50_000),
    _body("|" + "x|" * 10_000 + "\n|" + "-|" * 10_000 + "\n"),
    _body("|" + "x|" * 500 + "\n|" + "-|" * 500 + "\n" + "|x\n" * 2000),
    _body("&" * 50_000),
    _body("".join(f"[r{n}]\n[r{n}]: /x{n}\n" for n in range(10_000))),
    _body("潮水" * 80_000),
    _body("<div>" * 5000),
    _body("<b><i>" * 3000 + "</b></i>" * 3000),
    _body("term\n: x\n\n" * 3000),
    _body("{{< a >}}" * 5000 + "{{< /a >}}" * 5000),
    _body("{% raw %}" * 8000),
    _body("![a](b c " * 8000),
    _body("<!--" * 20_000),
    _body("https://e.org/，" * 8000),
    _body("\n".join("> " * 150 + "x" for _ in range(200))),
    lambda: b"---\na: " + b"[" * 100_000,
    lambda: b"---\n" + b"- " * 50_000 + b"\n---\n",
    lambda: b"---\na: " + b"{a: " * 20_000 + b"\n---\n",
    lambda: b"---\n" + b"".join(b"k%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 30)) + b"---\n",
    lambda: b"---\n" + b"x: y\n" * 20_000 + b"---\n",
    lambda: b"---\ntitle: " + b"a" * 70_000 + b"\n---\n",
    lambda: b"+++\na = " + b"[" * 50_000 + b"\n+++\n",
    lambda: b"+++\na" + b".a" * 5000 + b" = 1\n+++\n",
    lambda: b'{"a": ' + b"[" * 60_000,
    lambda: b'{"a": ' + b'{"a": ' * 10_000 + b"1" + b"}" * 10_001,
    lambda: b"---\n" * 20_000,
)
"""Makers of files that are meant to be slow."""

TOKENS: tuple[bytes, ...] = tuple(
    token.encode("utf-8", "surrogatepass")
    for token in (
        *("---\n", "+++\n", "...\n", "\n", "\r", "\r\n", "\n\n", "    ", "\t", ">", "> ", "- ", "1. ", "- [x] ", "#", "|", "|-|-|\n"),
        *("*", "**", "***", "_", "`", "```\n", "~~~\n", "~~", "[", "](", ")", "![", "[^1]", "[^1]: ", "]: ", "<", ">", "</", "/>"),
        *("<div>", "</div>", "<p>", "<a href=", "<a href='//e.org'>", "<img src=", "<h1>", "<table>", "<td>", "<li>", "<b>", "</b>"),
        *("<!--", "-->", "<![CDATA[", "]]>", "<?xml ", "<!DOCTYPE", "<script>", "<style>", "<svg>", "<math>", "<select>", "<form>"),
        *("<plaintext>", "<template>", "<noscript>", "<input type=checkbox>", "<source srcset='", "<ruby>", "<pre>", "<code>", "<br/>"),
        *("{{<", ">}}", "{{%", "%}}", "{%", "%}", "{{", "}}", "{% raw %}", "{% endraw %}", "<think>", "</think>", "<tags>"),
        *("&amp;", "&#0;", "&#xD800;", "&#x10FFFF;", "&lt;script&gt;", "&", ";", '"', "'", "\\", "%", "%zz", "#", "?", "//"),
        *("http://", "https://e.org/", "mailto:", "tel:", "javascript:", "data:", "://", "www.", "@", "http://[", "https://用户@例子/"),
        *(": ", "? ", "! ", "&x ", "*x ", "<<: ", "|\n  ", ">-\n  ", "{", "}", "[]", ",", "!!binary ", "%YAML 1.2\n", "~", "null"),
        *("\x00", "\x01", "\x0b", "\x0c", "\x1c", "\x7f", "\x85", "\u2028", "\u2029", "\u200b", "\u200d", "\u202e", "\ufeff", "\ufffe"),
        *("\ud800", "\udfff", "\uffff", "\U0010ffff", "\u0301", "\ufe0f", "\u20e3", "🇨", "👩‍👧", "ﷺ", "ａ", "，", "。", "（", "）", "“", "”"),
        *("潮", "ß", "İ", "ǅ", "ﬁ", "ฤๅ", "क्ष", "\u3164", "：", "  \n", "\\\n", "\n===\n", "\n: x\n", "[!NOTE]", "<https://e.org>", "2025-06-30"),
    )
)  # fmt: skip


def mutate(data: bytes, pool: Sequence[bytes], chance: random.Random, limit: int) -> bytes:
    """The data after one to six changes, no longer than the limit."""
    for _ in range(chance.choice((1, 1, 2, 2, 3, 4, 6))):
        data = chance.choice(_MUTATORS)(data, pool, chance)[:limit]
    return data


def _at(data: bytes, chance: random.Random) -> int:
    """A place, more often than not at the beginning of a line."""
    place = chance.randint(0, len(data))
    return data.rfind(b"\n", 0, place) + 1 if chance.random() < 0.4 else place


def _flip(data: bytes, pool: Sequence[bytes], chance: random.Random) -> bytes:
    del pool
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8)) if data else 0):
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _insert(data: bytes, pool: Sequence[bytes], chance: random.Random) -> bytes:
    del pool
    place = _at(data, chance)
    return data[:place] + b"".join(chance.choices(TOKENS, k=chance.choice((1, 1, 2, 5)))) + data[place:]


def _repeat(data: bytes, pool: Sequence[bytes], chance: random.Random) -> bytes:
    del pool
    place = _at(data, chance)
    token = b"".join(chance.choices(TOKENS, k=chance.choice((1, 1, 2, 3))))
    return data[:place] + token * chance.choice((2, 3, 17, 150, 201, 1000)) + data[place:]


def _nest(data: bytes, pool: Sequence[bytes], chance: random.Random) -> bytes:
    del pool
    pairs = (
        (b"[", b"]"),
        (b"{a: ", b"}"),
        (b"<b>", b"</b>"),
        (b"<div>\n", b"</div>\n"),
        (b"**", b"**"),
        (b"![", b"](x)"),
    )
    before, after = chance.choice((*pairs, (b"> ", b"\n"), (b"- ", b"\n"), (b"<ul><li>", b"</ul>"), (b"*(", b")*")))  # fmt: skip
    depth = chance.choice((2, 5, 15, 16, 17, 60, 190, 300))
    first, second = sorted((_at(data, chance), _at(data, chance)))
    return data[:first] + before * depth + data[first:second] + after * depth + data[second:]


def _splice(data: bytes, pool: Sequence[bytes], chance: random.Random) -> bytes:
    other = chance.choice(pool)
    if chance.random() < 0.5:
        return data[: _at(data, chance)] + other[_at(other, chance) :]
    first, second = sorted((_at(other, chance), _at(other, chance)))
    place = _at(data, chance)
    return data[:place] + other[first:second] + data[place:]


def _drop(data: bytes, pool: Sequence[bytes], chance: random.Random) -> bytes:
    del pool
    start = _at(data, chance)
    return data[:start] + data[start + chance.choice((1, 2, 5, 20, 200)) :]


def _double(data: bytes, pool: Sequence[bytes], chance: random.Random) -> bytes:
    del pool
    start = _at(data, chance)
    part = data[start : start + chance.choice((2, 10, 60, 400))]
    return data[:start] + part * chance.choice((2, 3, 30)) + data[start:]


def _truncate(data: bytes, pool: Sequence[bytes], chance: random.Random) -> bytes:
    """Cuts behind the first byte of a character that needs several, where there is one."""
    del pool
    place = next((at for at in range(_at(data, chance), len(data)) if data[at] >= 0xC0), _at(data, chance))
    return data[: place + 1] if chance.random() < 0.5 else data[: place + 1] + data[place + 2 :]


def _key(data: bytes, pool: Sequence[bytes], chance: random.Random) -> bytes:
    """Puts a key with an odd value below the first line, as YAML, TOML or JSON would have it."""
    del pool
    key, value = chance.choice(_KEYS), chance.choice(_VALUES)
    text = {b"+": f"{key} = {value}\n", b"{": f'"{key}": "{value}",\n'}.get(data[:1], f"{key}: {value}\n")
    end = 1 if data[:1] == b"{" else data.find(b"\n") + 1
    return data[:end] + text.encode("utf-8", "surrogatepass") + data[end:]


def _ends(data: bytes, pool: Sequence[bytes], chance: random.Random) -> bytes:
    """Mixes the line ends."""
    del pool
    rows = data.replace(b"\r\n", b"\n").split(b"\n")
    ends = chance.choices((b"\n", b"\r\n", b"\r", b"\n\r"), weights=(4, 3, 2, 1), k=len(rows))
    return b"".join(row + end for row, end in zip(rows, ends, strict=True))


def _noise(data: bytes, pool: Sequence[bytes], chance: random.Random) -> bytes:
    """Characters from anywhere in Unicode, surrogates included."""
    del pool
    ranges = ((0, 0x100), (0x300, 0x370), (0x600, 0x700), (0x1100, 0x1200), (0x2000, 0x2070), (0x4E00, 0x5000))
    ranges += ((0xD7F0, 0xE010), (0xFE00, 0x10000), (0x1F1E0, 0x1F200), (0xE0000, 0xE0100), (0, 0x110000))  # type: ignore[assignment]
    text = "".join(chr(chance.randrange(*chance.choice(ranges))) for _ in range(chance.choice((1, 3, 20))))
    place = _at(data, chance)
    return data[:place] + text.encode("utf-8", "surrogatepass") + data[place:]


_MUTATORS: tuple[Callable[[bytes, Sequence[bytes], random.Random], bytes], ...] = (
    *(_flip, _insert, _insert, _repeat, _nest, _splice, _splice, _drop, _double),
    *(_truncate, _key, _key, _ends, _noise),
)
