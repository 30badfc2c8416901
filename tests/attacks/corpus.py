"""What an enemy may write: texts, addresses, intros, names and front matter, each by a short name of its own.

``PWNED`` is what a script of theirs would do: a browser that ran one has that title.
"""

from __future__ import annotations

import base64
import html

PWNED = "document.title='pwned'"
_SCRIPT = f"<script>{PWNED}</script>"
_HEADERS = "x\nBcc: victim@evil.example\n\n<b>body</b>"
_WORD = "=?utf-8?q?x=0ABcc:_victim@evil.example?="
_B64 = "=?utf-8?b?" + base64.b64encode(_HEADERS.encode()).decode() + "?="
C0 = "".join(map(chr, range(32))) + "\x7f"
C1 = "".join(map(chr, range(0x80, 0xA0)))
FAMILY = "👨‍👩‍👧‍👦"

BREAKS = {
    "cr": "a\rBcc: victim@evil.example\rb",
    "lf": "a\nBcc: victim@evil.example\n\nb",
    "crlf": "a\r\nBcc: victim@evil.example\r\n\r\nb",
    "folded": "a\r\n Bcc: victim@evil.example\r\n\tb",
    "nul": "a\0b\0",
    "nel": "a\x85Bcc: victim@evil.example\x85b",
    "ls": "a\u2028Bcc: victim@evil.example\u2028b",
    "ps": "a\u2029Bcc: victim@evil.example\u2029b",
    "vt-ff": "a\x0bBcc: victim@evil.example\x0cb",
    "c0": f"a{C0}b",
    "c1": f"a{C1}b",
    "surrogates": "a\ud83d\udc00\udfffb",
    "no-characters": "a\ufffe\uffff\ufdd0b",
    "dot": ".",
    "dot-line": "a\r\n.\r\nMAIL FROM:<x@evil.example>\r\n",
    "from-line": "From victim@evil.example Mon Jan  1 00:00:00 2001",
    "boundary": "--=_000000000000000000\r\nContent-Type: text/html\r\n\r\n<b>x</b>\r\n--=_000000000000000000--",
    "mime": "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-7\nContent-Transfer-Encoding: 8bit",
}  # fmt: skip
WORDS = {
    "word-q": _WORD,
    "word-q-upper": "=?UTF-8?Q?x=0D=0ABcc:_victim@evil.example?=",
    "word-b": _B64,
    "word-half": "=?utf-8?q?x",
    "word-two": f"{_WORD} {_WORD}",
    "word-odd": "=?iso-2022-jp?b?GyRC?= =?none?q?=41?= =?utf-8*en?q?a?=",
    "soft": "a=\r\nb =3Cscript=3E =0A",
}  # fmt: skip
TEMPLATES = {
    "jinja": "{{7*7}}",
    "jinja-deep": "{{ self.__init__.__globals__ }}{{ config }}",
    "jinja-block": "{% include '/etc/passwd' %}{# x #}{% raw %}",
    "dollar": "${7*7} #{7*7} <%= 7*7 %>",
    "percent": "%s %(n)s %(title)s %d %",
    "braces": "{0} {} {title.__class__} {first_title} {name|you} }}{{",
    "slots": "{unsubscribe} {address} https://xq7unsubxq7.invalid/ xq7emailxq7",
    "babel": "%(count)d stories %1$s",
    "markdown": "**b** [x](javascript:1) ![x](http://evil.example/p.gif) `c` <!-- c -->",
}  # fmt: skip
MARKS = {
    "mark-mail": "<!--mail-->",
    "mark-mail-end": "<!--/mail-->",
    "mark-page": "<!--page-->",
    "mark-page-end": f"<!--/page-->\" onerror={PWNED} x='",
    "mark-personal": "<!--personal-->x<!--/personal-->",
    "mark-head": "<!--page-head-->",
    "mark-cut": "<!--xq0123456789abcdef:top-->",
    "mark-word": "https://xq0123456789abcdef-unsubscribe.invalid/ xq0123456789abcdef-name0.invalid",
    "ssi": '<!--#include virtual="/etc/passwd"--><!--<style>--><!--&quot; onload=1-->',
    "mso": "<!--[if mso]><script>1</script><![endif]--><![if !mso]>x<![endif]>",
}  # fmt: skip
MARKUP = {
    "script": _SCRIPT,
    "style-end": f"</style>{_SCRIPT}",
    "title-end": f"</title></head>{_SCRIPT}",
    "ends": f"--></textarea></xmp></noscript></td></tr></table></div></body></html>{_SCRIPT}",
    "comment-end": f"-->{_SCRIPT}<!--",
    "comment-open": "<!-- <!--- <!",
    "cdata": f"]]>{_SCRIPT}<![CDATA[",
    "img-double": f'"><img src=x onerror={PWNED}>',
    "img-single": f"'><img src=x onerror={PWNED}>",
    "attribute-double": f'" onmouseover="{PWNED}" x="',
    "attribute-single": f"' onmouseover='{PWNED}' x='",
    "attribute-grave": f"` onmouseover=`{PWNED}`",
    "both-quotes": "\"'\"'`",
    "svg": f"<svg/onload={PWNED}><animate onbegin={PWNED}></svg>",
    "math": f"<math><mtext><table><mglyph><style><img src onerror={PWNED}>",
    "iframe": "<iframe srcdoc='&lt;script&gt;1&lt;/script&gt;'></iframe><object data=x><embed src=x>",
    "form": "<form action=//evil.example><input name=a><button>x",
    "base": "<base href=//evil.example/><meta http-equiv=refresh content='0;url=//evil.example'><link rel=stylesheet href=//evil.example>",
    "entities": "&lt;script&gt; &#x3c;script&#62; &amp;lt; &quot;&#34; &NotAnEntity; &#0; &#xD800;",
    "css": "}*{background:url(javascript:1)} expression(alert(1)) -moz-binding:url(x) </style >",
    "css-comment": "/* /* */ @import url(//evil.example); <style>.x{}</style",
    "less": "< <a <1 a<b>c </ <? <?php echo 1 ?> <!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "tag-open": "<img src=x alt='",
    "overlong": "\uff1cscript\uff1e \u2039script\u203a \ufe64script\ufe65 +ADw-script+AD4-",
    "active": "javascript:alert(1) data:text/html,<b>x vbscript:x",
    "sql": "'; DROP TABLE issue;-- \" OR 1=1",
    "shell": "$(id) `id` | id; ../../etc/passwd \\\\evil.example\\x",
    "escapes": r'He said \"hi\" and C:\\temp\n \x00 \u0000 \\',
    "backslash": "ends in \\",
}  # fmt: skip
SCRIPTS = {
    "rlo": "\u202egnp.exe\u202c safe",
    "isolates": "\u2066\u2067\u2068open \u202a\u202b\u202d",
    "bidi-end": "\u2069\u2069\u202c\u202c end",
    "alm": "a\u061cb\u200eb\u200fb",
    "zero-width": "pay\u200bpal\u200c\u200d\u2060\ufeff",
    "tags": "a\U000e0001\U000e0061\U000e007fb",
    "filler": "\u115f\u1160\u3164\uffa0\u00ad\u034f\u17b4",
    "zalgo": "Z" + "\u0301" * 500 + "a",
    "rtl": "مرحبا بالعالم (123) שלום",
    "homoglyph": "раураl.com аpple.com \u2024com",
    "joined": f"می‌خواهم {FAMILY} 🇩🇪🇨🇳 1️⃣",
    "exclamations": "RE: FREE $$$ !!!",
    "blank": "\u3000\u2003\u00a0a\u00a0",
    "astral": "𠮷𝕏𐀀\U0010fffd",
}  # fmt: skip
LONG = {
    "long-ascii": "x" * 10_000,
    "long-words": "word " * 2_000,
    "long-cjk": "算" * 10_000,
    "long-emoji": FAMILY * 900,
    "long-flags": "🇩🇪" * 2_500,
    "long-marks": "a" + "\u0301" * 9_999,
    "long-dots": "." * 10_000,
    "long-braces": "{{" * 5_000,
    "long-less": "<" * 10_000,
    "long-quotes": "\"'" * 5_000,
    "long-comments": "<!-- " * 2_000,
    "long-css-comments": "/* " * 3_300,
    "long-styles": "<style " * 1_400,
    "long-address": "https://" + "a" * 9_990,
    "long-words-encoded": "=?utf-8?q?x=0A?= " * 500,
}  # fmt: skip
SHORT = {**BREAKS, **WORDS, **TEMPLATES, **MARKS, **MARKUP, **SCRIPTS}
TEXTS = {**SHORT, **LONG}

URLS = {
    "javascript": f"javascript:{PWNED}",
    "javascript-tab": f"java\tscript:{PWNED}",
    "javascript-case": f" JaVaScRiPt:{PWNED}//https://tide.example.org/",
    "data": f"data:text/html,{_SCRIPT}",
    "vbscript": "vbscript:msgbox(1)",
    "file": "file:///etc/passwd",
    "mailto": "mailto:a@b.example?bcc=victim@evil.example&body=%0d%0aBcc:x",
    "user": "https://tide.example.org@evil.example/",
    "password": "https://u:p@evil.example/",
    "homoglyph": "https://раураl.example/",
    "quotes": f'https://evil.example/"onmouseover="{PWNED}"x=\'y\'',
    "angle": "https://evil.example/<b>?a=<script>#\"'>",
    "breaks": "https://evil.example/\r\nBcc: victim@evil.example",
    "blank": "https://evil.example/a b\u2028c\u3000d",
    "bidi": "https://evil.example/\u202egnp",
    "nul": "https://evil.example/\0x",
    "long": "https://evil.example/" + "a" * 8_000,
    "long-cjk": "https://evil.example/" + "算" * 900,
    "relative": "//evil.example/x",
    "backslash": "\\\\evil.example\\x",
    "ipv6": "https://[::1",
    "port": "https://evil.example:99999/",
    "percent": "https://evil.example/%zz%0d%0a%00%",
    "template": "https://evil.example/{{7*7}}?{name}",
    "slot": "https://xq7unsubxq7.invalid/",
    "mark": "https://xq0123456789abcdef-unsubscribe.invalid/",
    "ours": "https://news.tide.example.org/u/forged",
    "entities": "https://evil.example/?a=1&lt=2&quot;=3&amp;copy=4",
    "empty": "",
    "fragment": "#",
}  # fmt: skip

INTROS = {
    **TEMPLATES,
    **MARKS,
    **MARKUP,
    **{name: SHORT[name] for name in ("crlf", "c0", "ls", "word-q", "rlo", "isolates", "zalgo", "rtl")},
    "raw": f'<div onclick="{PWNED}">{_SCRIPT}<style>*{{display:none}}</style><iframe src=//evil.example></iframe></div>',
    "link": f"[x](javascript:{PWNED}) [y](data:text/html,x) [z]( vbscript:x) <javascript:{PWNED}>",
    "picture": f'![<!--page-head-->](x.png "<!--/mail-->") ![x](javascript:1) <img src=x onerror="{PWNED}">',
    "attributes": "<p title='<!--page-->' lang='<!--mail-->' dir='<!--page-head-->'>x</p>",
    "style-attribute": '<p title="<style>*{color:red}</style>">x</p> ![<style>* {}</style>](x.png)',
    "ssi-attribute": '<p title="<!--page-->">x</p> <b title="<!--/page-->&quot; onclick=1 x=">y</b>',
    "class": '<p class="pre band pad card" id="x" style="position:fixed">x</p>',
    "unclosed": "<table><tr><td><div><b><a href='https://evil.example/'>",
    "stray": "x</td></tr></table></div></body></html>",
    "heads": "</head><body><html><title>x</title><base href=//evil.example>",
    "name": "Dear {name}, {name|reader} {name| } {name|}",
    "name-script": f"{{name|{_SCRIPT}}} {{name|<b>you</b>}} {{name|you & me \"q\" 'p'}}",
    "name-link": '[go](https://evil.example/{name}) [{name|a]b}](https://evil.example/ "{name}") <https://evil.example/{name}>',
    "name-code": "`{name}` and\n\n    {name|x}\n\n```\n{name}\n```\n",
    "name-attribute": f'<b title="{{name|">x}}" onmouseover={PWNED} <i>z</i>',
    "name-quotes": f'<b title="{{name|" lang="}}x">a</b> <i title="}}" onclick="{PWNED}">b</i>',
    "name-spans": "<table><tr><td>{name|</td></tr></table>} x",
    "name-paragraphs": "a {name|b\n\nc} {name|*b*} {{name}} {name|{name}} {Name} {name",
    "name-many": "{name} " * 300,
    "name-long": "{name|" + "x" * 90 + "}",
    "deep": ">" * 150 + "x",
    "deep-tags": "<div>" * 150,
    "long-word": "x" * 5_000,
    "many-links": "[a](https://evil.example/) " * 300,
    "table": "|a|b|\n|-|-|\n" + "|x\u202ey|<script>|\n" * 20,
}  # fmt: skip

NAMES = {
    name: text for name, text in SHORT.items() if name not in {"surrogates"}
} | {"address": 'a, "b" <victim@evil.example>', "group": "friends: victim@evil.example;", "long": "n" * 10_000, "quote": '"', "comment": "(x) a@b"}  # fmt: skip

ADDRESSES = {
    "template": "{{7*7}}@example.org",
    "braces": "{name}@example.org",
    "quote": "'--@example.org",
    "ampersand": "a&b@example.org",
    "path": "/etc/passwd@example.org",
    "grave": "`id`|id@example.org",
    "long": "q" * 64 + "@" + ".".join(["a" * 60] * 3) + ".org",
    "idn": "a@straße.example",
    "caps": "A.B@EXAMPLE.org",
    "plus": "a+=?@example.org",
    "stars": "*!#$^_~-@example.org",
    "word": "=?utf-8?q?x?=@example.org",
    "word-break": "=?utf-8?q?x=0ABcc=3A_victim=40evil=2Eexample?=@example.org",
    "unicode": "用户@example.org",
    "breaks": "a@example.org\r\nBcc: victim@evil.example",
    "nul": "a\0@example.org",
    "two": "a@example.org, victim@evil.example",
    "angle": "<a@example.org>",
    "script": "<script>@example.org",
    "quoted": '"a b"@example.org',
    "literal": "a@[127.0.0.1]",
    "bidi": "a\u202e@example.org",
    "percent": "%s@example.org",
    "slash-script": "/><script>@example.org",
}  # fmt: skip


def quoted(document: str) -> str:
    """A document as the value of an attribute in double quotes."""
    return html.escape(document, quote=True)
