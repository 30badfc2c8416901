"""The words of refusals and what each means, in the order in which they are asked. Pure.

Patterns are searched in one short line of lower case without addresses. Between two words at most 60 characters may
stand, so that no pattern is slow on any text. Sources: the servers' own texts and the providers' pages of codes.
"""

from __future__ import annotations

from typing import NamedTuple

from publisher.delivery.bounces.report import Kind


class Word(NamedTuple):
    """A pattern, who says it, and the readers' domains at which it means that (all, where empty)."""

    pattern: str
    seen: str
    domains: str = ""


_QQ = "qq.com foxmail.com"
_YAHOO = "yahoo.com aol.com verizon.net"

_THEY_REFUSE_US = (
    Word(r"frequency limit", "QQ: 550 Domain, Sender, Connection, Ip frequency limited"),
    Word(r"mailbox unavailable or access denied", "QQ: 550, many mails to one mailbox in a short time"),
    Word(r"\baccess denied\b", "QQ", _QQ),
    Word(r"suspected (?:spam|bounce)|content (?:is )?(?:denied|rejected)", "QQ, Aliyun"),
    Word(r"\b(?:hl|mi|dt|rp|wm|ip|av|au):[a-z]{3}\b", "NetEase: 421 HL:ICC, 450 MI:DMC, 451 DT:SPM, 554 DT:SUM"),
    Word(r"too many (?:invalid|unknown|bad|nonexist\w{0,6}) (?:recipients?|users?|addresses)", "Yandex, Orange"),
    Word(r"(?:invalid|unknown) (?:recipients?|users?) (?:rate|ratio|limit)", "Mail.ru"),
    Word(r"receiving mail (?:at a rate|too quickly)", "Gmail: 450 4.2.1, 550 5.2.1"),
    Word(r"unusual rate|\brate[- ]?limit|throttl|too (?:fast|quickly)", "Gmail: 4.7.28; SES: 454; Yahoo"),
    Word(r"too many (?:messages|connections|mails|emails|sessions|concurrent)", "many"),
    Word(
        r"(?:sending|daily|hourly|message) (?:quota|limit)\b.{0,12} (?:exceeded|reached)", "relays: our own allowance"
    ),
    Word(r"exceed\w{0,3} .{0,40}(?:rate|connections?|messages) (?:limit|allowed)", "many"),
    Word(r"(?:\brate|frequency) .{0,20}exceed", "many"),
    Word(r"\[(?:tss?\d\d|ph\d\d|bl\d\d|cs\d\d|hm\d\d)\]|\b(?:bl|rl)\d{6}\b", "Yahoo, iCloud, Comcast"),
    Word(r"\b521 5\.2\.1\b|\((?:hvu|dyn|rtr|con):[a-z]\d\)", "AOL: 521 5.2.1 : (HVU:B1)", _YAHOO),
    Word(r"\bs(?:3140|3150|775|844)\b|part of their network is on our block ?list", "Outlook.com: 550 5.7.1"),
    Word(r"banned sending ip|temporarily blocked", "Exchange Online, Mimecast"),
    Word(
        r"blocked using|block(?:ed)? ?list|black ?list|deny ?list|\bblack ip\b|\brbl\b|\bdnsbl\b", "many: block lists"
    ),
    Word(r"spamhaus|barracudacentral|spamcop|sorbs\b|cloudmark|uceprotect|abusix", "many: block lists"),
    Word(r"\bspf\b|\bdkim\b|\bdmarc\b|unauthenticated|sender policy framework", "many: authentication"),
    Word(r"reverse dns|\bptr\b|\brdns\b|\bbad dns\b|cannot find your (?:reverse )?hostname", "GMX, Gmail: 5.7.25"),
    Word(r"local policy|policy (?:reason|violation|restriction|reject)|polic\w{1,3}[- ]related", "iCloud, many"),
    Word(r"against .{0,30}polic|violat\w{1,4} .{0,30}polic", "many"),
    Word(r"\breputation\b", "Gmail, Cisco, Proofpoint"),
    Word(r"\bspam\b|junk mail|unsolicited|bulk mail|spammy|spam-like", "many"),
    Word(r"\bvirus\b|malware|phish|malicious", "many"),
    Word(r"sender (?:address |domain |ip )?(?:is )?(?:rejected|denied|not allowed|blocked|refused|unvalid)", "Postfix"),
    Word(r"sender verif|mail from invalid|domain of sender|sender'?s? (?:address|domain) .{0,20}not", "Exim, Sina"),
    Word(r"\b(?:ip|host|client|server)\b.{0,40} (?:blocked|banned|blacklisted)\b", "many"),
    Word(r"ask your postmaster for help|no smtp service", "T-Online, GMX: 554"),
    Word(r"(?:rejected|refused|blocked) (?:by|due to|for|because of) .{0,30}(?:polic|content|filter)", "many"),
    Word(r"频率|频繁|頻率|发信.{0,12}(?:超|限)|(?:超过|超出).{0,10}发送", "QQ, NetEase, Sina"),
    Word(r"黑名单|黑名單|垃圾邮件|垃圾郵件|反垃圾", "QQ, NetEase, Aliyun"),
    Word(r"内容.{0,8}(?:拒|违规|可疑|敏感)|ip.{0,12}(?:拒绝|禁止|限制)", "QQ, NetEase, Aliyun"),
)

_NOTHING_TODAY = (
    Word(
        r"relay(?:ing)? (?:access )?(?:is )?(?:denied|not permitted|not allowed|prohibited|refused)",
        "a domain's old MX; or our own relay, for which no reader can answer",
    ),
    Word(
        r"unable to relay|not permitted to relay|no relaying allowed",
        "a domain's old MX; or our own relay, for which no reader can answer",
    ),
    Word(r"(?:mail)?box (?:is )?full|inbox is full|(?:account|user)\b.{0,20} is full", "many"),
    Word(r"over ?quota|over (?:the |its |their )?(?:\w{1,20} )?quota|quota (?:is )?(?:full|exceed)", "Gmail, Exim"),
    Word(r"exceed\w{0,3} .{0,40}(?:quota|storage|mailbox size)|(?:quota|storage|mailbox)\b.{0,40} exceed", "Yahoo"),
    Word(r"out of storage|insufficient (?:system )?storage|storage limit|mailbox size limit", "Gmail, Outlook.com"),
    Word(r"not enough (?:storage|space|disk)|no space left|disk full|disk quota", "many"),
    Word(r"(?:邮箱|信箱|空间|空間|容量).{0,8}(?:已满|满了|已滿|不足)|超(?:出|过).{0,6}容量", "QQ, NetEase, Sina"),
    Word(r"too (?:large|big)|size (?:exceeds|limit)|exceed\w{0,3} .{0,30}\bsize|message length", "many: size"),
    Word(r"邮件.{0,6}(?:过大|太大)|超过.{0,6}大小", "QQ, NetEase: size"),
    Word(r"gr[ae]y-?list|postgrey|try (?:again )?later|please try again", "many: greylisting"),
    Word(r"temporar(?:y|ily) (?:lookup|defer|reject|unavail|fail)", "many"),
    Word(r"unverified address|verification in progress", "Postfix"),
)

_NOBODY_THERE = (
    Word(r"recipient (?:address )?rejected: access denied", "Exchange Online: 550 5.4.1"),
    Word(
        r"(?:user|recipient|mailbox|account|address|addressee|alias)\b.{0,60}? "
        r"(?:unknown|not (?:found|known|exist|listed|recogni[sz]ed|local|available here))",
        "Postfix, Exim, Exchange, Domino",
    ),
    Word(
        r"(?:unknown|invalid|no such|non-?existent|bad|inactive|illegal|undeliverable) (?:or illegal )?"
        r"(?:local |destination |e?-?mail ?)?(?:user|recipient|(?:mail)?box|account|address|alias|person|name)\b",
        "many; iCloud: unknown or illegal alias",
    ),
    Word(r"(?:does(?: not|n'?t)|do not|don'?t|did not|not) exist|no longer (?:exists?|valid|available)", "many"),
    Word(r"(?:does(?: not|n'?t)) have an? .{0,60}?account|no longer on (?:the )?server", "Yahoo, MDaemon"),
    Word(r"no (?:mailbox|user|account|person|one|recipient)\b.{0,20} (?:here|by that name|with that name)", "qmail"),
    Word(
        r"(?:mailbox|account|user|recipient|address)\b.{0,60}? (?:is|was|has been|been|now) (?:\w{1,20} )?"
        r"(?:disabled|inactive|deactivated|suspended|closed|terminated|deleted|expired|locked|removed|discontinued)",
        "Gmail, Yahoo, Mail.ru, Sina",
    ),
    Word(r"(?:mailbox|account|user)\b.{0,20} (?:disabled|inactive|suspended|hangup|locked|expired|blocked)", "NetEase"),
    Word(r"(?:disabled|inactive|deactivated|suspended|closed|expired) (?:mailbox|account|user|recipient)", "many"),
    Word(r"resolver\.adr\.\w{0,12}notfound|recip\w{0,6}notfound|\(000c05a6\)", "Exchange"),
    Word(r"could(?:n'?t| not) be found|was(?:n'?t| not) found|address not found|unable to find", "Gmail, Office 365"),
    Word(r"mailbox (?:is )?(?:currently )?(?:unavailable|not available)|mailbox name not allowed", "Outlook.com, GMX"),
    Word(r"not our customer|not a (?:known|valid|local) (?:user|address|recipient)|has no mailbox", "many"),
    Word(
        r"(?:domain|host)(?: or domain)?(?: name)?\b.{0,60}? (?:not found|unknown|does ?n[o']t exist)", "Postfix, Exim"
    ),
    Word(r"nxdomain|no such (?:domain|host)|non-existent (?:domain|hosts)|null ?mx|no valid mx", "Postfix, Exim"),
    Word(r"unrout(?:e)?able|domain does not accept mail(?! from)", "Exim; RFC 7505"),
    Word(
        r"(?:用户|用戶|使用者|帐户|账户|账号|帐号|收件人|邮箱|信箱|地址).{0,12}?"
        r"(?:不存在|未找到|无效|错误|有误|停用|禁用|注销|冻结|未开通|查無)",
        "QQ, NetEase, Sina, Aliyun",
    ),
    Word(r"查无此|未开通.{0,6}邮箱|(?:域名|主机).{0,10}(?:不存在|无法解析|找不到)", "QQ, Sina"),
    Word(r"ユーザ.{0,10}(?:存在しません|不明)|宛先.{0,20}(?:見つかりません|存在しません)|リストにありません", "Japan"),
    Word(r"utilisateur inconnu|adresse .{0,30}introuvable|destinataire .{0,30}(?:inconnu|introuvable)", "France"),
    Word(r"unbekannte\w? (?:empf|benutzer|adress)|empfänger .{0,30}(?:unbekannt|nicht gefunden)", "Germany"),
    Word(r"usuario desconocido|no se encontr|destinatario .{0,20}(?:no existe|sconosciuto)", "Spain, Italy"),
    Word(r"(?:пользовател|почтов|адрес).{0,40} не (?:существует|найден)", "Russia"),
)

_READERS_OWN_FILTER = (
    Word(r"reject(?:ed|s)?\b.{0,20} by (?:the )?recipient", "QQ: 550 Mail is rejected by recipients"),
    Word(r"不想接收|被收件人拒", "QQ"),
)

# Weak words, that count where all of the above found nothing.
_REFUSED = (
    Word(r"拒收|拒绝|被拒", "QQ, NetEase"),
    Word(r"\bblocked\b|\bbanned\b|not (?:authori[sz]ed|allowed) to send|not accept mail from", "many"),
    Word(r"administrative(?:ly)? (?:prohibit|den)|message (?:not accepted|rejected|refused)", "many"),
    Word(r"\bcontent\b.{0,20} (?:reject|den|not accept)|not accepted for delivery", "many"),
)
_NETWORK = (
    Word(r"\bloop|too many hops|hop count|no route|unreachable|retry time|expired|deferred", "many"),
    Word(r"timed? ?out|connection (?:refused|reset|lost)|lost connection", "many"),
    Word(r"超时|连接.{0,6}失败|无法连接|循环", "QQ, NetEase"),
)

WORDS: tuple[tuple[Kind, tuple[Word, ...]], ...] = (
    (Kind.POLICY, _THEY_REFUSE_US),
    (Kind.SOFT, _NOTHING_TODAY),
    (Kind.INVALID, _NOBODY_THERE),
    (Kind.SOFT, _READERS_OWN_FILTER),
    (Kind.POLICY, _REFUSED),
    (Kind.SOFT, _NETWORK),
)
"""All of them; the first that is found decides."""
