"""DKIM keys as they stand in DNS (RFC 6376 3.6.1). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.delivery.outside.tags import tags


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """One record, and what is wrong in its text."""

    kind: str
    """``rsa`` or ``ed25519``."""
    public: str
    """The key in base64, without blanks; empty: taken back."""
    testing: bool = False
    """Receivers treat the mail as if it were not signed."""
    flaws: tuple[str, ...] = ()


def parse(text: str) -> KeyRecord:
    """The key of a TXT record; whatever a receiver would stumble over stands in ``flaws``."""
    pairs, wrong = tags(text)
    said, flaws = dict(pairs), list(wrong)
    if said.get("v", "DKIM1") != "DKIM1":
        flaws.append(f"it says v={said['v'][:40]!r}, not v=DKIM1")
    if "p" not in said:
        flaws.append("it has no p=, the key itself")
    hashes = said.get("h", "sha256").lower().split(":")
    if "sha256" not in {each.strip() for each in hashes}:
        flaws.append(f"h={said['h'][:40]!r} forbids sha256, with which mails are signed")
    return KeyRecord(
        kind=said.get("k", "rsa").lower(),
        public="".join(said.get("p", "").split()),
        testing="y" in {flag.strip().lower() for flag in said.get("t", "").split(":")},
        flaws=tuple(flaws),
    )
