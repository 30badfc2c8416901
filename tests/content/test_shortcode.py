from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content import shortcode


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ('{{< figure src="a b.png" alt="A" >}}', "![A](<a b.png>)"),
        ('{{< figure src="a.png" caption="C" />}}', "![C](<a.png>)\n\nC\n"),
        ('{{< img "a.png" >}}', "![](<a.png>)"),
        ("{{< figure >}}", ""),
        ("{{< youtube dQw4w9WgXcQ >}}", "<https://www.youtube.com/watch?v=dQw4w9WgXcQ>"),
        ('{{< vimeo id="12" >}}', "<https://vimeo.com/12>"),
        ("{{< bilibili BV1x >}}", "<https://www.bilibili.com/video/BV1x>"),
        ("{{< youtube '<script>' >}}", ""),
        ('[a]({{< ref "posts/p.md#x" >}})', "[a](posts/p/#x)"),
        ('[a]({{< relref "posts/p/_index.md" >}})', "[a](posts/p/)"),
        ("{{% note %}}kept{{% /note %}}", "kept"),
        ('{{< unknown a="b}}" >}}x', "x"),
        ("{% include x.html %}y", "y"),
        ("[a]({% post_url 2014-01-02-name %})", "[a](/2014-01-02-name)"),
        ("[a]({% link _posts/a.md %})", "[a](/posts/a/)"),
        ("{% youtube abc %}", "<https://www.youtube.com/watch?v=abc>"),
        ("[a]({{ site.baseurl }}/b)", "[a](/b)"),
        ("{% raw %}{{ x }}{% endraw %}", r"\{\{ x \}\}"),
        ("{% highlight ruby %}\nx = 1\n{% endhighlight %}", "\n```ruby\nx = 1\n```\n"),
        ("{{< highlight go >}}\na ``` b\n{{< /highlight >}}", "\n````go\na ``` b\n````\n"),
        ("<think>\nWell.\n\nSo.</think>Text", "Text"),
        ("<tags>a, b</tags>Text</think>", "Text"),
        ("a{% comment %} {% b %} {% endcomment %}c{{< comment >}}d{{< /comment >}}", "ac"),
        ("{% if a %}b{% endif %}", "b"),
        ("<think>\n```\n</b>\n```\nWell</think>Text", "Text"),
        ("a <think> b <Think>c</think> d", "a  b  d"),
        ("<think>a {% comment %} b", "a  b"),
        ('{% image "assets/a.png" "An alt text" %}', "![An alt text](</assets/a.png>)"),
        ("{% image './a.JPG', 'A [b]' %}", "![A  b ](<./a.JPG>)"),
        ('{% image_with_class "assets/a.png" "wide" "Alt" %}', "![Alt](</assets/a.png>)"),
        ("{% img left https://x.org/a.png 300 %}", "![](<https://x.org/a.png>)"),
        ('{% figure src="/a.png", alt: "B", caption="C" %}', "![B](</a.png>)\n\nC\n"),
        ("{% image cover %}", ""),
        ("<figure>\n  {% image 'a.png' 'A \"b\"' %}\n</figure>", '<figure>\n  <img src="/a.png" alt="A &quot;b&quot;">\n</figure>'),
        ("<div>\n{{< figure src='a&b.png' >}}", '<div>\n<img src="&#x27;a&amp;b.png&#x27;" alt="">'),
        ("<div>\n{{< youtube abc >}}", "<div>\nhttps://www.youtube.com/watch?v=abc"),
        ("<div>\n\n{{< youtube abc >}}", "<div>\n\n<https://www.youtube.com/watch?v=abc>"),
        ("{% youtube https://youtu.be/abc %}", "<https://youtu.be/abc>"),
        ("{% youtube https://evil.example/abc %}", ""),
        ("{% vimeo %}", ""),
        ("{% link a b %}", ""),
        ('{{</* figure src="a" */>}} {{%/* b */%}}', '\\{\\{\\< figure src="a" \\>\\}\\} \\{\\{\\% b \\%\\}\\}'),
    ],
)  # fmt: skip
def test_resolve(text: str, resolved: str):
    assert shortcode.resolve(text).text == resolved


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{< a >}} {% b %} {{ c.d }} <think>d</think>", "shortcodes: 4 left out (1 <think>, 1 a, 1 b, 1 c.d)"),
        ("{{< toc >}}{{< ad >}}{{< toc >}}", "shortcodes: 3 left out (2 toc, 1 ad)"),
        ("{{< youtube a >}} {{< figure src=a.png >}} {% youtube b %}", "shortcodes: 3 turned into Markdown (2 youtube, 1 figure)"),
        ("{% toc %} {% raw %}x{% endraw %}", "shortcodes: 1 left out (1 toc), 1 turned into Markdown (1 raw)"),
        ("{{% note %}}kept{{% /note %}}", "shortcodes: 1 left out (1 note)"),
        ("{% if a %}b{% endif %} {% endfor %}", "shortcodes: 2 left out (1 for, 1 if)"),
        ("a</think> {{ }} {# b #} {{/* c */}} {{< >}} {% end %}", "shortcodes: 6 left out (2 comment, 2 template, 1 <think>, 1 end)"),
        ("{{< a >}}{{< b >}}{{< c >}}{{< d >}}{{< e >}}{{< f >}}", "shortcodes: 6 left out (1 a, 1 b, 1 c, 1 d, 1 e, …)"),
        ("Nothing { here } 100% <title>", ""),
        ("{{ open", ""),
    ],
)  # fmt: skip
def test_each_is_counted_by_its_name(text: str, words: str):
    assert shortcode.resolve(text).words() == words


@pytest.mark.parametrize(
    ("text", "place"),
    [("a\n\n{{< b >}}", 3), ("`{{< a >}}`\n{% b %}", 12), ("# A {#id}\n{# c #}", 10), ("none", None), ("{# a\n b #}", None), ("a <THINK>b</think>", 2)],
)  # fmt: skip
def test_the_place_of_the_first(text: str, place: int | None):
    assert shortcode.resolve(text).place == place


@pytest.mark.parametrize(
    "code",
    [
        "```\n{{< keep >}}\n```",
        "~~~html\n{% keep %}\n```\n{{ keep }}\n~~~",
        "- ```\n  {{ keep }}\n  ```",
        "> ```\n> {{ keep }}\n> ```",
        "```\n{{ keep to the end }}",
        "```\n{% highlight ruby %}\nx\n{% endhighlight %}\n```",
        "`<think>` and `</think>`, `{% comment %}` a `{% endcomment %}`",
        "`{% keep %}` and ``{{ a ` b }}``",
    ],
)
def test_code_is_left_alone(code: str):
    for text in (code, f"{code}\n\n"):
        resolved = shortcode.resolve(text)
        assert (resolved.text, resolved.words(), resolved.place) == (text, "", None)


@given(st.text(alphabet="`~ \n>-x{%}<", max_size=80))
def test_what_is_outside_code_and_the_code_are_the_whole(text: str):
    assert shortcode.outside_code(text, lambda part: part) == text
