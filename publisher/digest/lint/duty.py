"""Rules of duty: what law and providers ask of every mail to a list, where a reader sees it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from publisher.digest.headers import ascii_domain
from publisher.digest.lint.finding import Finding, error, warning
from publisher.digest.lint.look import Scheme
from publisher.digest.lint.proof import Proof


def rules(proof: Proof) -> Iterator[Finding]:
    """Whether a reader can leave, choose and read elsewhere, and learns who writes."""
    fix = "put the footer of the shipped template back"
    if not _is_seen(proof, proof.unsubscribe):
        yield error("unsubscribe-html", "html", f"it has no unsubscribe link that a reader can see; {fix}")
    if proof.unsubscribe not in proof.text:
        yield error("unsubscribe-text", "text", f"it has no unsubscribe link; {fix}")
    if not _is_seen(proof, proof.preferences):
        yield warning("preferences-html", "html", f"it has no link to the reader's preferences; {fix}")
    if not _is_seen(proof, proof.view):
        yield warning("view-html", "html", f"it has no link to read it in a browser; {fix}")
    yield from _postal(proof)
    yield from _signed(proof)


def _is_seen(proof: Proof, address: str) -> bool:
    looks = proof.looks[Scheme.LIGHT]
    for node in proof.page.all("a"):
        href = node.attributes.get("href", "")
        if href.partition("#")[0] == address or href == address:
            seen = looks[node.number]
            if not seen.hidden and (seen.colour is None or seen.colour != seen.ground):
                return True
    return False


def _postal(proof: Proof) -> Iterator[Finding]:
    """An address by post: CAN-SPAM 16 CFR 316.2(p), and its like in many countries. Into a folder nothing is sent."""
    lines = [line.strip() for line in proof.config.site.postal_address.splitlines() if line.strip()]
    if not lines:
        if proof.config.delivery.transport == "folder":
            return
        message = "the law of many countries wants an address by post at its foot; write site.postal_address"
        yield warning("postal-address", "config", message)
        return
    for part, written in (("html", _words(proof)), ("text", proof.text)):
        flat = "".join(written.split())
        if not all("".join(line.split()) in flat for line in lines):
            message = "it does not show site.postal_address; put the footer of the shipped template back"
            yield warning("postal-address", part, message)


def _words(proof: Proof) -> str:
    return " ".join(node.text for node in proof.page.nodes if node.words)


def _signed(proof: Proof) -> Iterator[Finding]:
    """Gmail, Yahoo and Outlook.com ask for a signature of the From domain or of one above it."""
    delivery, domain = proof.config.delivery, proof.sender
    names = [ascii_domain(key.domain).lower() for key in delivery.dkim]
    if delivery.transport == "smtp" and not any(f".{domain}".endswith(f".{name}") for name in names):
        message = (
            f"mails from {domain} are not signed by us, and big providers refuse them unless the relay signs; make a "
            f"key with publisher dkim new {domain} and name it in delivery.dkim"
        )
        yield warning("dkim-none", "headers", message)
