"""A site of three newsletters, one in each design, sent to readers of every kind as a user sends it."""

from __future__ import annotations

import base64
import random
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from fakes import drive, sending
from PIL import Image

from publisher.app import App
from publisher.cli.main import run
from publisher.delivery import preview, steer
from publisher.issues import desk, store
from publisher.issues.compose import Edit
from publisher.issues.issue import State

NOW = datetime.fromisoformat("2025-06-30T08:00:00+08:00")
DOMAIN = "tideline.example.net"
WEB = f"https://news.{DOMAIN}"
DESIGNS = {"weekly": "cards", "brief": "list", "plain": "text"}
"""The newsletters, by their keys, and how each looks."""
TITLES = {"weekly": "潮信周报", "brief": "Tideline in brief", "plain": "潮信 Plain"}
SUBJECTS = {
    "weekly": "潮信周报 37：把 GPU 机房 搬到 海边的 人，与 他们 付的 电费 账单（下篇） 以及 一台 不肯 停机 的 老 服务器",
    "brief": "Four terminals put batteries under their cranes — and 3 more stories that you may have missed this week",
    "plain": "=?utf-8?q?not=20a=0Aword?= 是 一个 标题",
}
"""What the desk calls each issue: blanks between Chinese words, more than one line, and what looks encoded."""
INTRO = "{name|friend}，早上好！ Good *morning*, {name|friend}: three [older letters](/letters/) are on the web.\n"
IP, HELO = "192.31.196.7", f"mail.{DOMAIN}"
"""Where its mails come from: a public address from which none comes (RFC 7535 3.1); those of examples count as forged."""

CONFIG = """
site: {title: 潮信 Tideline, url: "https://%(domain)s", language: zh-CN, timezone: Asia/Shanghai, description: 讲技术,
  copyright: © 2025 潮信, postal_address: "3 Harbour Street\\nQuanzhou 362000"}
topics: {chips: {title: 算力与芯片}, energy: {title: Energy & Grid}}
theme: {logo: /logo.png, colour: "#0f5f6e"}
newsletters:
%(newsletters)s
delivery:
  encoding: %(encoding)s
  bounces: {address: bounce@%(domain)s}
  dkim: [{domain: %(domain)s, selector: r1, key_file: r1.pem}, {domain: %(domain)s, selector: e1, key_file: e1.pem}]
%(delivery)s
tracking: {clicks: %(clicks)s}
web: {url: "%(web)s"}
"""
NEWSLETTER = """\
  {name}: {{title: {title}, from: "潮信 Tideline <news@{domain}>", reply_to: desk@{domain}, design: {design},
    schedules: {{{name}: "mon 08:00"}}, select: {{per_topic: 12, max: 12}}}}
"""

CHINESE = {
    "潮汐算力：把数据中心搬到 海边": "三家公司在福建沿海试验用潮水冷却机房。两年之后，电费降了四成，维修的船却成了新的瓶颈，谁来出海成了每周例会上最长的议题。",
    "一颗芯片的第二次生命": "从报废服务器里拆下来的加速卡正在县城的维修铺里重新上岗，它们的新工作是给水文站预报洪峰，每一块都带着上一任主人的编号。",
    "晶圆厂的安静时刻": "工程师说，最怕的不是噪声，而是突然没有了噪声。我们在黄光区里坐了一夜，记下每一次停顿和每一次重新开始的原因。",
    "内存涨价的三条线索": "现货价格在六周里翻了一番。仓库、合约和一场没有公布的停电，哪一条才是真正的原因，三位采购经理给出了三个完全不同的答案。",
    "推理成本为什么降不下来": "模型变小了，请求变长了。一家客服公司公开了一整年的账单，从里面可以读出所有人都在回避的那条曲线，以及它在秋天的拐点。",
    "开源指令集进了水表": "三百万只水表换上了自主设计的处理器。没有发布会，没有口号，只有一份写得极其仔细的勘误表，和一位每天更新它的退休老师。",
    "谁在训练方言语音模型": "录音棚设在菜市场二楼。项目组付给讲述者的报酬按字计算，争议却从一个没有写法的字开始，最后写进了合同的第一条。",
    "散热：最后一公分的战争": "铜、石墨和一层薄到看不见的液体金属。拆开五台工作站之后，我们发现真正的差别藏在四颗螺丝里，拧紧的顺序比扭矩更重要。",
    "海底光缆船上的二十八天": "修复一处断点只要六个小时，找到它却花了三个星期。记者随船记录下每一次起锚、每一次误判和每一顿越来越简单的晚饭。",
    "光刻胶的保质期": "它比牛奶还容易坏。一条冷链断了两小时，就有一整批晶圆要重新排队，这是供应链里最短的一条命，也是最不肯让步的一条。",
    "用旧手机搭一座气象站": "四十部屏幕碎裂的手机挂在山脊上，每十分钟上传一次气压。它们组成的阵列比县里的标准站早了两小时发现那场雷雨，误差却更大。",
    "量子计算机的清洁工": "恒温器旁边的地面每天擦三遍。她不懂量子比特，却是实验室里最先听出压缩机不对劲的人，如今新人入职都要先跟她学一周。",
}
ENGLISH = {
    "Cranes that charge while they wait": "Four terminals put batteries under their cranes & it worked: the peak is flat, the neighbours sleep, and nobody misses the diesel.",
    "The third job of a battery": "It started in a bus, moved into a basement and now holds up a lighthouse. What is left of it is still worth a walk along the pier.",
    "Shade is infrastructure": "A city that planted trees along its cables found that the cables last longer. The accountants were the last to believe it, and the first to pay.",
}
READERS = {
    "li@reader.example.org": ("李明", "", "zh-CN", "html"),
    "chip@reader.example.org": ("欧阳 秋水", "chips", "zh-CN", "html"),
    "mara@reader.example.org": ('Mara "M." Lind, MSc', "", "en", "html"),
    "tom@reader.example.org": ("", "energy", "en", "html"),
    "zhao@reader.example.org": ("赵女士👩‍🚀", "", "zh-CN", "text"),
    "ann+news@reader.example.org": ("Ann O'Neil", "energy", "en", "text"),
}
"""Name, topics, language and format of each."""
EARLY = ("li@reader.example.org", "ann+news@reader.example.org")
TYPED = "base64"
"""The site that is run by commands alone."""
VARIANTS = {"base64": ("base64", True), "8bit": ("8bit", False), "quoted": ("quoted-printable", True)}
"""The transfer encoding of each site, and whether it counts clicks."""


@dataclass(frozen=True)
class Mail:
    """A message of the outbox, and what it was made from."""

    site: str
    newsletter: str
    address: str
    raw: bytes = field(repr=False)
    preview: Mapping[str, bytes] = field(repr=False)
    """``digest.html``, ``digest.txt`` and ``message.eml`` as ``issue preview --as`` writes them."""

    @property
    def name(self) -> str:
        return f"{self.site}/{self.newsletter}/{self.address}"

    @property
    def encoding(self) -> str:
        return VARIANTS[self.site][0]

    @property
    def counted(self) -> bool:
        return VARIANTS[self.site][1]


@dataclass(frozen=True)
class Sent:
    """Sites whose issues were sent, one for each variant."""

    folder: Path
    mails: tuple[Mail, ...] = field(repr=False)
    letters: Mapping[str, bytes] = field(repr=False)
    """The confirmation letter of each site."""
    zone: Mapping[str, str] = field(repr=False)
    """The public keys, by their names in DNS."""

    def of(self, **wanted: str) -> list[Mail]:
        """The mails of that site, newsletter or address."""
        return [mail for mail in self.mails if all(getattr(mail, name) == value for name, value in wanted.items())]


def command(site: Path, *words: str) -> None:
    """What a user types; it must end well."""
    assert run(["-c", str(site / "config.yaml"), "--now", NOW.isoformat(), *words]) == 0, words


def build(folder: Path) -> Sent:
    """One site for each variant, all with the same keys and readers, every issue sent."""
    zone = found(folder / "first")
    mails, letters = [], {}
    for name, (encoding, clicks) in VARIANTS.items():
        site = folder / name
        shutil.copytree(folder / "first", site)
        configure(site, encoding=encoding, clicks=clicks)
        with opened(site) as app:
            for newsletter in DESIGNS:
                before = set((site / "outbox").glob("*.eml"))
                by_commands(site, newsletter) if name == TYPED else by_app(app, newsletter)
                mails += gathered(app, site, newsletter, before)
        command(site, "subscribers", "add", "new@reader.example.org", "--name", "新读者", "--language", "zh-CN")
        (letter,) = (site / "outbox").glob("new@*.eml")
        letters[name] = letter.read_bytes()
    return Sent(folder, tuple(mails), letters, zone)


def found(site: Path) -> dict[str, str]:
    """A new site with its articles, pictures, keys and readers, built; the DNS records of its keys."""
    (site / "content/posts").mkdir(parents=True)
    (site / "static").mkdir()
    Image.new("RGB", (192, 96), "#0f5f6e").save(site / "static/logo.png")
    articles = [
        *((*each, "chips", "zh-CN") for each in CHINESE.items()),
        *((*each, "energy", "en") for each in ENGLISH.items()),
    ]
    for number, (title, summary, topic, language) in enumerate(articles):
        photograph(site / f"static/p{number}.jpg", number)
        (site / f"content/posts/p{number}.md").write_text(
            f"---\ntitle: '{title}'\ndate: {(NOW - timedelta(hours=number + 1)).isoformat()}\nlang: {language}\n"
            f"summary: '{summary}'\ntopics: [{topic}]\ntags: [潮汐, R&D, GPU 集群]\nauthors: [顾远舟]\n"
            f"featured_image: /p{number}.jpg\n---\n{summary}\n",
            encoding="utf-8",
        )
    rows = ["email,name,status,topics,language,format,consent_at,consent_text"]
    for address, (name, topics, language, form) in READERS.items():
        quoted = '"' + name.replace('"', '""') + '"'
        rows.append(f"{address},{quoted},active,{topics},{language},{form},2025-01-12T09:14:05+08:00,yes")
    (site / "readers.csv").write_text("\n".join(rows), encoding="utf-8")
    zone = keys(site)
    configure(site)
    command(site, "build")
    command(site, "subscribers", "import", str(site / "readers.csv"), "--apply")
    return zone


def photograph(file: Path, seed: int) -> None:
    """A small JPEG that is no plain colour."""
    chance = random.Random(seed)
    grain = Image.frombytes("RGB", (32, 18), chance.randbytes(32 * 18 * 3))
    grain.resize((640, 360), Image.Resampling.BICUBIC).save(file, quality=70)


def keys(site: Path) -> dict[str, str]:
    """An RSA key of 2048 bits and an Ed25519 one, written into the site; their DNS records (RFC 6376 3.6.1, RFC 8463)."""
    secrets = {
        "r1": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "e1": ed25519.Ed25519PrivateKey.generate(),
    }
    for name, secret in secrets.items():
        pem = secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (site / f"{name}.pem").write_bytes(pem)
        (site / f"{name}.pem").chmod(0o600)
    der = (
        secrets["r1"]
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    public = {"r1": ("rsa", der), "e1": ("ed25519", secrets["e1"].public_key().public_bytes_raw())}
    return {
        f"{name}._domainkey.{DOMAIN}": f"v=DKIM1; k={kind}; p={base64.b64encode(octets).decode()}"
        for name, (kind, octets) in public.items()
    }


def configure(site: Path, *, encoding: str = "base64", clicks: bool = False, delivery: str = "") -> None:
    """The site's config; ``delivery`` is a line more of that section."""
    newsletters = "".join(
        NEWSLETTER.format(name=name, title=TITLES[name], domain=DOMAIN, design=design)
        for name, design in DESIGNS.items()
    )
    values = {"domain": DOMAIN, "web": WEB, "newsletters": newsletters, "encoding": encoding, "delivery": delivery}
    (site / "config.yaml").write_text(CONFIG % (values | {"clicks": str(clicks).lower()}), encoding="utf-8")


def by_commands(site: Path, newsletter: str) -> None:
    """Sends an issue as an editor does at a terminal; two readers' mails are previewed while it is a draft."""
    id = issue_id(newsletter)
    (site / "intro.md").write_text(INTRO, encoding="utf-8")
    command(site, "issue", "draft", newsletter)
    command(site, "issue", "edit", id, "--subject", SUBJECTS[newsletter], "--intro", str(site / "intro.md"))
    for address in EARLY:
        command(site, "issue", "preview", id, "--as", address, "--to", str(site / "early" / newsletter / address))
    command(site, "issue", "approve", id, "--by", "editor")
    command(site, "issue", "send", id)


def by_app(app: App, newsletter: str) -> None:
    """The same without a terminal, in a fraction of the time."""
    id, now = issue_id(newsletter), app.clock.now()
    desk.draft(app.config, app.database, desk.stream(app.config, newsletter), NOW, now)
    desk.edit(app.config, app.database, id, Edit(subject=SUBJECTS[newsletter], intro=INTRO), now=now, by="editor")
    steer.approve(app.post, id, now=now, by="editor")
    transmit(app, id)


def transmit(app: App, id: str) -> None:
    """Sends an approved issue to the end."""
    steer.queue(app.post, id, app.clock.now())
    with sending(app.post.work(app.transport, app.clock.now)) as sender:
        drive(sender, lambda: state(app, id) is State.SENT, 60)


def state(app: App, id: str) -> State:
    """Where the issue is."""
    with app.database.read() as connection:
        return store.get(connection, id).state


@contextmanager
def opened(site: Path) -> Iterator[App]:
    """The site, at the hour of its issues."""
    app = App.open(site / "config.yaml", start=NOW, environ={})
    try:
        yield app
    finally:
        app.close()


def gathered(app: App, site: Path, newsletter: str, before: set[Path]) -> Iterator[Mail]:
    """The mails that were written since, each with its preview."""
    written = set((site / "outbox").glob("*.eml")) - before
    assert len(written) == len(READERS)
    for address in READERS:
        (file,) = (each for each in written if each.name.startswith(f"{address}."))
        folder = site / "preview" / newsletter / address
        made = preview.write(app.post, issue_id(newsletter), folder, address=address, now=app.clock.now())
        yield Mail(site.name, newsletter, address, file.read_bytes(), {each.name: each.read_bytes() for each in made})


def issue_id(newsletter: str) -> str:
    """The issue that the newsletter has at this hour."""
    return f"{newsletter}-{NOW:%Y-%m-%d}"
