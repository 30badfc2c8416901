"""Refreshes the table of what mail programs support, publisher/digest/lint/caniemail.json.

    npm pack caniemail@latest
    python scripts/caniemail.py caniemail-2.0.2.tgz

The package (MIT) holds the data of caniemail.com. Kept of it are the mail programs that matter and, for each, what its
newest version was found to support: one letter a program, in the order of ``clients``.
"""

from __future__ import annotations

import json
import sys
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

TABLE = Path(__file__).parent.parent / "publisher" / "digest" / "lint" / "caniemail.json"
NOTICE = (
    "Data of caniemail.com, by way of the npm package caniemail, reduced. MIT License. Copyright (c) 2019 HTeuMeuLeu "
    "(the data), Copyright (c) Avi Goldman, Copyright (c) Andrew Powell (the package)."
)
LICENCE = (
    "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated "
    'documentation files (the "Software"), to deal in the Software without restriction, including without '
    "limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of "
    "the Software, and to permit persons to whom the Software is furnished to do so, subject to the following "
    "conditions: The above copyright notice and this permission notice shall be included in all copies or "
    'substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, '
    "EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR "
    "PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, "
    "DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN "
    "CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."
)
CLIENTS = {
    "gmail.desktop-webmail": "Gmail",
    "gmail.ios": "Gmail (iOS)",
    "gmail.android": "Gmail (Android)",
    "gmail.mobile-webmail": "Gmail (mobile web)",
    "outlook.windows": "Outlook (Windows)",
    "outlook.macos": "Outlook (macOS)",
    "outlook.outlook-com": "Outlook.com",
    "outlook.ios": "Outlook (iOS)",
    "outlook.android": "Outlook (Android)",
    "apple-mail.macos": "Apple Mail (macOS)",
    "apple-mail.ios": "Apple Mail (iOS)",
    "yahoo.desktop-webmail": "Yahoo Mail",
    "yahoo.ios": "Yahoo Mail (iOS)",
    "yahoo.android": "Yahoo Mail (Android)",
    "samsung-email.android": "Samsung Email",
    "thunderbird.macos": "Thunderbird",
    "protonmail.desktop-webmail": "Proton Mail",
    "fastmail.desktop-webmail": "Fastmail",
    "gmx.desktop-webmail": "GMX",
    "mail-ru.desktop-webmail": "Mail.ru",
}
"""Mail programs by family and platform, and their names for people."""


def main(arguments: list[str]) -> None:
    """Writes the table from a package or from its ``caniemail.json``."""
    if len(arguments) != 1:
        sys.exit(__doc__)
    data = json.loads(read(Path(arguments[0])))
    TABLE.write_text(written(reduced(data)), encoding="utf-8")
    print(f"{TABLE.name}: {len(data['data'])} features of {data['last_update_date']}, {TABLE.stat().st_size} bytes")


def read(path: Path) -> bytes:
    """The data's bytes in a package as npm packs it, or in a file."""
    if path.suffix != ".tgz":
        return path.read_bytes()
    with tarfile.open(path) as package:
        member = package.extractfile("package/data/caniemail.json")
        if member is None:
            sys.exit(f"{path} holds no package/data/caniemail.json")
        return member.read()


def reduced(data: Mapping[str, object]) -> dict[str, object]:
    """The table: ``features`` has for each slug its title and a letter a client (y, a = partly, n, u = unknown)."""
    features = {}
    listed = data["data"]
    assert isinstance(listed, list)
    for feature in listed:
        if feature["category"] != "others":
            stats = feature["stats"]
            features[feature["slug"]] = [feature["title"], "".join(letters(stats))]
    return {
        "notice": NOTICE,
        "licence": LICENCE,
        "updated": str(data["last_update_date"])[:10],
        "clients": CLIENTS,
        "features": dict(sorted(features.items())),
    }


def letters(stats: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Iterable[str]:
    """What the newest version of each client supports."""
    for client in CLIENTS:
        family, platform = client.split(".", 1)
        versions = stats.get(family, {}).get(platform, {})
        yield [*versions.values(), "u"][-2 if versions else -1][0]


def written(table: Mapping[str, object]) -> str:
    """The table as JSON, a feature a line, so that a refresh shows what changed."""
    features = table["features"]
    assert isinstance(features, dict)
    lines = ",\n".join(f"  {json.dumps(slug)}: {json.dumps(row, ensure_ascii=False)}" for slug, row in features.items())
    head = {name: value for name, value in table.items() if name != "features"}
    return json.dumps(head, ensure_ascii=False, indent=1)[:-2] + f',\n "features": {{\n{lines}\n }}\n}}\n'


if __name__ == "__main__":
    main(sys.argv[1:])
