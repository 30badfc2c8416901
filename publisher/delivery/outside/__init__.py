"""The checks of a digest that look outside this machine: DNS, other people's servers, a spam filter.

``outside`` asks them all; each of ``alignment``, ``reach`` and ``spam`` can be asked alone. None blocks for long, and
where nobody answers the digest is not to blame: that is one warning.
"""

from publisher.delivery.outside.ask import outside, sending

__all__ = ["outside", "sending"]
