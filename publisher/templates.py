"""Templates and their languages: the only home of Jinja2 and Babel.

Two folders are searched, the site's own first, then the one shipped with the program: a site replaces any template by
a file of the same name, or only blocks of it: ``shipped/digest/digest.html`` is always the program's own to extend.
Words are English in the templates; a catalogue ``locale/<name>.po`` in either folder translates them and is read as it
is, without a compile step. A language without a catalogue is English.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from publisher.errors import TemplateError
from publisher.times import WEEKDAYS

if (
    TYPE_CHECKING
):  # a tenth of a second: imported by what renders, for a build that finds its pages as they were does not
    import jinja2
    from babel import Locale
    from babel.support import NullTranslations, Translations

_STYLES = ("full", "long", "medium", "short")


class Templates:
    """All templates there are, in every language; made once a process, safe to render from several threads."""

    def __init__(self, site: Path | None) -> None:
        self._site = site
        self._read: Mapping[str, NullTranslations] | None = None
        self.refresh()

    def refresh(self) -> None:
        """Looks at the folders again: a new file may stand before a shipped one, and catalogues are read once.

        Raises ``TemplateError`` for a catalogue that broke since it was read first; what it said before stays in use.
        """
        folders = (self._site, shipped())
        self._folders = tuple(folder for folder in folders if folder is not None and folder.is_dir())
        if self._read is not None:
            self._read = self._read_catalogues()
        self._environments: dict[str, jinja2.Environment] = {}

    def render(self, name: str, *, language: str, **context: object) -> str:
        """The text of template ``name``, such as ``digest/digest.html``, with its words in ``language``.

        Names ending in ``.html`` and ``.xml`` escape what they print. Beside ``context`` a template sees ``language``
        (as asked), ``lang`` (BCP 47, the language its words really have) and ``dir`` (``ltr`` or ``rtl``), the
        functions of gettext, and the filters ``date``, ``time``, ``weekdays``, ``direction``, ``autonym`` (of a
        language) and ``city`` (of a time zone). Raises ``TemplateError`` that names the line.
        """
        try:
            return self._environment(language).get_template(name).render({**context, "language": language})
        except _runtime() as error:
            raise TemplateError(self._place(name, error), hint=_fix(error)) from error

    def exists(self, name: str) -> bool:
        """Whether the site or the program has a template of that name."""
        return any((folder / name).is_file() for folder in self._folders)

    def lang(self, language: str) -> str:
        """The language that words asked for in ``language`` really have, as BCP 47."""
        locale, catalogue = _match(language, tuple(self._catalogues))
        return _tag(locale, catalogue)

    def languages(self) -> tuple[str, ...]:
        """The languages that templates can speak, as BCP 47: English and one for each catalogue."""
        return ("en", *sorted(name.replace("_", "-") for name in self._catalogues))

    def fingerprint(self, folder: str) -> str:
        """A hash over every source under ``folder`` and every catalogue: same hash, same words and markup."""
        digest = hashlib.blake2b(digest_size=16)
        for root in self._folders:
            for part in (folder, "locale"):
                for file in sorted(path for path in (root / part).rglob("*") if path.is_file()):
                    name, source = file.relative_to(root).as_posix().encode(), file.read_bytes()
                    digest.update(b"%d %d " % (len(name), len(source)) + name + source)
            digest.update(b"\n")
        return digest.hexdigest()

    def _environment(self, language: str) -> jinja2.Environment:
        from babel.support import NullTranslations

        locale, catalogue = _match(language, tuple(self._catalogues))
        lang = _tag(locale, catalogue)
        if lang not in self._environments:
            words = self._catalogues.get(catalogue, NullTranslations())
            self._environments[lang] = _make_environment(self._folders, words, locale, lang)
        return self._environments[lang]

    @property
    def _catalogues(self) -> Mapping[str, NullTranslations]:
        """The words of each language; read when the first one is asked for, for that takes longer than a build."""
        if self._read is None:
            self._read = self._read_catalogues()
        return self._read

    def _read_catalogues(self) -> Mapping[str, NullTranslations]:
        found: dict[str, NullTranslations] = {}
        for folder in self._folders:
            for file in sorted((folder / "locale").glob("*.po")):
                words = _read_catalogue(file, f"{folder.name}/locale/{file.name}")
                if file.stem in found:  # the site's words win, message by message
                    found[file.stem].add_fallback(words)
                else:
                    found[file.stem] = words
        return MappingProxyType(found)

    def _place(self, name: str, error: Exception) -> str:
        """``templates/digest/digest.html:12: what is wrong``, as near to the cause as Jinja2 tells."""
        import traceback

        import jinja2

        if isinstance(error, jinja2.TemplateSyntaxError):
            return f"{self._below(error.filename) or name}:{error.lineno}: {error.message}"
        if isinstance(error, jinja2.TemplateNotFound):
            return f"{name}: there is no template {error}"
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if place := self._below(frame.filename):
                return f"{place}:{frame.lineno}: {error}"
        return f"{name}: {type(error).__name__}: {error}"

    def _below(self, filename: str | None) -> str:
        """The file from its templates folder on: where a machine keeps that folder is nobody's business."""
        for folder in self._folders:
            if filename and Path(filename).is_relative_to(folder):
                return f"{folder.name}/{Path(filename).relative_to(folder).as_posix()}"
        return ""


def shipped() -> Path:
    """The folder of the templates that come with the program: in the wheel, or in the repository beside the package."""
    inside = Path(str(files("publisher"))) / "templates"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "templates"


def markup(ours: str) -> str:
    """Text that a template prints as it stands: only ever the program's own, never an article's."""
    from markupsafe import Markup

    return Markup(ours)  # noqa: S704


@lru_cache(maxsize=256)
def direction(language: str) -> str:
    """``rtl`` for a language that is written from right to left, else ``ltr``."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(language.replace("_", "-"), sep="-").text_direction
    except (ValueError, UnknownLocaleError, TypeError):
        return "ltr"


def autonym(language: str) -> str:
    """What the language calls itself, for a menu: ``English``, ``简体中文``; a tag that nobody knows as it is."""
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(language.replace("_", "-"), sep="-")
    except (ValueError, UnknownLocaleError, TypeError):
        return language
    forms = [f"{locale.language}_{part}" for part in (locale.territory, locale.script) if part]
    name = next((locale.languages[form] for form in (*forms, locale.language) if form in locale.languages), language)
    return name[:1].upper() + name[1:]


def _runtime() -> tuple[type[Exception], ...]:
    """What a designer's expression may raise; a broken program raises other things, which must not look like his."""
    import jinja2

    return jinja2.TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError


def _fix(error: Exception) -> str:
    import jinja2

    if isinstance(error, jinja2.UndefinedError):
        return "use a name that the shipped template uses, or test it with `is defined`"
    return "mend the template, or remove the site's copy to get the shipped one"


def _read_catalogue(file: Path, name: str) -> Translations:
    from babel import Locale, UnknownLocaleError
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po
    from babel.support import Translations

    try:
        with file.open("rb") as source:
            catalogue = read_po(source, locale=Locale.parse(file.stem), abort_invalid=True)
    except (PoFileError, UnknownLocaleError, ValueError, OSError) as error:
        raise TemplateError(
            f"{name}: {error}", hint="mend the catalogue; its name is a language such as de or zh_Hant"
        ) from error
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


@lru_cache(maxsize=64)
def _match(language: str, catalogues: tuple[str, ...]) -> tuple[Locale, str]:
    """The locale to write dates in, and the catalogue ("" is English) for a BCP 47 tag.

    ``zh-CN``, ``zh-SG`` and ``zh`` find ``zh_Hans``; ``zh-TW`` finds ``zh_Hant`` and, while there is none, any other
    ``zh``: those words can be read, English may not be.
    """
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(language.replace("_", "-"), sep="-")
    except (ValueError, UnknownLocaleError, TypeError):
        return Locale("en"), ""
    if locale.language == "en":
        return locale, ""
    wanted = [
        "_".join(part for part in parts if part)
        for parts in (
            (locale.language, locale.script, locale.territory),
            (locale.language, locale.territory),
            (locale.language, locale.script),
            (locale.language,),
        )
    ]
    akin = [name for name in catalogues if name.split("_")[0] == locale.language]
    chosen = next((name for name in wanted if name in catalogues), next(iter(akin), ""))
    if not chosen:
        return Locale("en"), ""
    return (locale if chosen in wanted else Locale.parse(chosen)), chosen


def _tag(locale: Locale, catalogue: str) -> str:
    """The shortest BCP 47 tag that picks the right glyphs: a browser without one draws Han letters as Japanese."""
    if not catalogue and not locale.territory:
        return "en"
    script = "" if locale.territory else locale.script or catalogue.partition("_")[2]
    return "-".join(part for part in (locale.language, script, locale.territory) if part)


@lru_cache(maxsize=1)
def _former_names() -> Mapping[str, str]:
    """The name under which CLDR keeps a time zone that was renamed: ``Asia/Kolkata`` -> ``Asia/Calcutta``."""
    from babel import Locale
    from babel.core import get_global

    kept = Locale("en").time_zones
    return {new: old for old, new in get_global("zone_aliases").items() if old in kept and new not in kept}


def _make_environment(
    folders: tuple[Path, ...], words: NullTranslations, locale: Locale, lang: str
) -> jinja2.Environment:
    import jinja2
    from babel.dates import format_date, format_skeleton, format_time, get_day_names
    from babel.lists import format_list

    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [
                *(jinja2.FileSystemLoader(folder) for folder in folders),
                jinja2.PrefixLoader({"shipped": jinja2.FileSystemLoader(shipped())}),
            ]
        ),
        autoescape=jinja2.select_autoescape(("html", "xml")),
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    # Added by the extension at run time, therefore unknown to the type checker.
    environment.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(lang=lang, dir=locale.text_direction)

    def date(moment: datetime, zone: tzinfo, style: str = "long") -> str:
        local = moment.astimezone(zone)
        if style in _STYLES:
            return format_date(local, format=style, locale=locale)
        return format_skeleton(style, local, tzinfo=zone, locale=locale)

    def time(moment: datetime, zone: tzinfo) -> str:
        return format_time(moment.astimezone(zone), format="short", tzinfo=zone, locale=locale)

    def weekdays(days: Iterable[str]) -> str:
        names = get_day_names("wide", locale=locale)
        return format_list([names[WEEKDAYS.index(day)] for day in days], locale=locale)

    def city(zone: str) -> str:
        known = zone if zone in locale.time_zones else _former_names().get(zone, zone)
        return str(locale.time_zones.get(known, {}).get("city") or zone.rpartition("/")[2].replace("_", " "))

    environment.filters.update(date=date, time=time, weekdays=weekdays, direction=direction, autonym=autonym, city=city)
    return environment
