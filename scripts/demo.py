"""The main job on the sample site: articles to feeds, to the week's issue, to a mail for each reader. Ends by itself.

Every step is a command that can be typed by hand; the sample's dates are fixed, so its clock is set to its last week.
It starts afresh each time, and takes away only what an earlier demo made.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SITE = Path(__file__).resolve().parent.parent
NOW = "2025-06-30T08:00:00+08:00"
MADE = ("public", "outbox", "var")
MARK = SITE / "var" / "demo"


def publisher(*arguments: str) -> Any:
    """What a command of the program prints, as JSON. Ends the demo where it fails."""
    command = [sys.executable, "-m", "publisher", "--now", NOW, "--json", *arguments]
    done = subprocess.run(command, cwd=SITE, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        sys.exit(f"publisher {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def fresh() -> None:
    """Removes what an earlier demo made; refuses to touch a database that is not a demo's."""
    if (SITE / "var" / "publisher.db").exists() and not MARK.exists():
        sys.exit(
            "var/publisher.db was not made by the demo; move var/ away, or run 'make clean' if nothing in it matters"
        )
    for name in MADE:
        for path in (SITE / name).glob("*"):
            if path.name == "test":  # results of the tests
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    MARK.parent.mkdir(exist_ok=True)
    MARK.write_text("made by scripts/demo.py; removed and made anew by the next demo\n", encoding="utf-8")


def main() -> None:
    """Runs the steps and prints what they made, and where."""
    start = time.perf_counter()
    print(f"The sample site, as if it were {NOW}")
    fresh()
    built = publisher("build")
    readers = publisher("subscribers", "import", "readers.csv", "--apply")
    issue = publisher("issue", "draft", "weekly")["issue"]
    publisher("issue", "preview", issue, "--to", "var/preview")
    publisher("issue", "approve", issue, "--by", "the demo")
    sent = publisher("issue", "send", issue)
    shown = publisher("issue", "show", issue)
    rows = (
        ("articles", built["articles"], "content/"),
        ("feeds", f"{built['feeds']} x 3", "public/feeds/  (RSS, Atom, JSON Feed; index.html lists them)"),
        ("readers", len(readers["rows"]), "readers.csv"),
        ("issue", len(shown["stories"]), f"stories in {issue}"),
        ("editions", len(shown["editions"]), "one for each wish of topics, language, format: var/preview/"),
        ("mails", f"{sent['accepted']} of {sent['planned']}", "outbox/  (.eml: open one in a mail program)"),
    )
    print()
    for what, count, where in rows:
        print(f"  {what:9} {count!s:>9}  {where}")
    print()
    print(f"Done in {time.perf_counter() - start:.0f} s. To look at it: make serve, then open")
    print(f"  http://127.0.0.1:8000/archive/{issue}   the digest")
    print("  http://127.0.0.1:8000/feeds/                     the feeds")


if __name__ == "__main__":
    main()
