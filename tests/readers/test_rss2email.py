"""rss2email: a mail for each entry that it takes for new."""

from __future__ import annotations

from pathlib import Path

from readers.clients import Rss2email, needs
from readers.newsstand import FIRST, Newsstand, live

pytestmark = needs("rss2email")


def test_rss2email_mails_all_then_nothing_then_what_is_new(stand: Newsstand, tmp_path: Path):
    rss2email = Rss2email(tmp_path / "rss2email", [stand.url("rss.xml"), stand.url("atom.xml")])
    live(stand, rss2email, in_place=False)
    chinese = [mail for mail in rss2email.mails() if mail["Subject"] == FIRST[1]]
    assert len(chinese) == 2
    for mail in chinese:
        assert "冷却" in mail.get_content()
