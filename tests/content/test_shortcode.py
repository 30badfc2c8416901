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
    ],
)
def test_resolve(text: str, resolved: str):
    assert shortcode.resolve(text)[0] == resolved


def test_each_is_counted():
    assert shortcode.resolve("{{< a >}} {% b %} {{ c }} <think>d</think>")[1] == 4
    assert shortcode.resolve("Nothing { here } 100%") == ("Nothing { here } 100%", 0)


@pytest.mark.parametrize(
    "code",
    [
        "```\n{{< keep >}}\n```",
        "~~~html\n{% keep %}\n```\n{{ keep }}\n~~~",
        "- ```\n  {{ keep }}\n  ```",
        "> ```\n> {{ keep }}\n> ```",
        "```\n{{ keep to the end }}",
        "`{% keep %}` and ``{{ a ` b }}``",
    ],
)
def test_code_is_left_alone(code: str):
    assert shortcode.resolve(code) == (code, 0)
    assert shortcode.resolve(f"{code}\n\n") == (f"{code}\n\n", 0)


@given(st.text(alphabet="`~ \n>-x{%}<", max_size=80))
def test_what_is_outside_code_and_the_code_are_the_whole(text: str):
    assert shortcode.outside_code(text, lambda part: part) == text
