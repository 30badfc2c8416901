"""Which columns say that people left: nothing may pass over one silently. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LEFT = re.compile(
    r"unsub|bounc|clean|complain|abuse|spam|block|blacklist|suppress|undeliver|inactive|disabled|invalid|opt_?(ed_?)?out"
    r"|do_?not|(^|_)(left|gone|quit|removed|deleted|banned|cancel(l?ed)?)(_|$)"
    r"|^(is_)?subscribed(_to_\w+)?$|^(is_)?(active|enabled)$|^(subscri\w+|e?mail|member|contact|marketing|list)_(status|state)$"
    r"|退订|退訂|取消|退信|投诉|投訴|黑名单|黑名單|拉黑|屏蔽|停用|状态|狀態"
)


def columns(names: Iterable[str]) -> list[str]:
    """Those names of columns (lower case, ``_`` for blanks) that say, or may say, who left."""
    return [name for name in names if _LEFT.search(name)]
