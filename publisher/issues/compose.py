"""From a selection to an issue, and the desk's edits of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from publisher.config import Newsletter
from publisher.content import place
from publisher.content.article import Article, Head
from publisher.errors import NotFoundError, StateError
from publisher.issues.issue import EDITABLE, Issue, LeftOut, State, Story, Stream
from publisher.selection import Pick, Selection, Skip
from publisher.text import clean, one_line

TITLES_SHOWN = 4
"""How many titles ``{titles}`` names: a preheader shows about a hundred columns."""
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_LOOSE = " :：·-—|"
_Named = TypeVar("_Named", Head, Story)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What an editor changes; None leaves a thing as it is, an empty subject or preheader is made from the stories."""

    subject: str | None = None
    preheader: str | None = None
    intro: str | None = None
    order: tuple[str, ...] = ()
    """Stories that come first, in this order, named as for ``find``; the others follow as they were."""


def story(pick: Pick, article: Article) -> Story:
    """The frozen copy of a chosen article; ``article`` is it with its body rendered."""
    return Story(
        path=article.path,
        guid=article.guid,
        url=article.url,
        title=article.title,
        summary=article.summary,
        published=article.published,
        topic=pick.topic,
        topics=article.topics,
        tags=article.tags,
        authors=article.authors,
        image=article.image,
        language=article.language,
        featured=article.featured,
        reading_minutes=article.reading_minutes,
        score=pick.score,
        revision=article.revision,
    )


def left_out(skip: Skip) -> LeftOut:
    """An article that was not chosen, with the reason."""
    return LeftOut(path=skip.article.path, title=skip.article.title, reason=skip.reason.value, detail=skip.detail)


def compose(
    selection: Selection,
    articles: Mapping[str, Article],
    *,
    id: str,
    stream: Stream,
    slot: datetime,
    newsletter: Newsletter,
    number: int,
    now: datetime,
) -> Issue:
    """A draft: stories best first, subject and preheader worded from them; ``number`` is that of ``Issue``.

    ``articles`` holds the chosen ones by path, rendered.
    """
    stories = tuple(story(pick, articles[pick.article.path]) for pick in selection.picks)
    issue = Issue(
        id=id,
        stream=stream,
        slot=slot,
        number=number,
        stories=stories,
        left_out=tuple(left_out(skip) for skip in selection.skips),
        created=now,
    )
    return worded(issue, newsletter)


def worded(issue: Issue, newsletter: Newsletter) -> Issue:
    """The issue with its subject and preheader made from its stories, but for what an editor wrote."""
    subject, preheader = words(issue, issue.stories, newsletter)
    return replace(
        issue,
        subject=issue.subject if issue.own_subject else subject,  # an editor's may be a pattern too
        preheader=issue.preheader if issue.own_preheader else preheader,
    )


def words(issue: Issue, stories: Sequence[Story], newsletter: Newsletter) -> tuple[str, str]:
    """Subject and preheader for a reader who gets these stories: by the editor's pattern, else the newsletter's.

    Nobody's subject names a story that is not in their mail.
    """
    values = placeholders(issue, stories, newsletter)
    subject = fill(issue.subject if issue.own_subject else newsletter.subject, values)
    return subject, fill(issue.preheader if issue.own_preheader else newsletter.preheader, values)


def placeholders(issue: Issue, stories: Sequence[Story], newsletter: Newsletter) -> Mapping[str, str]:
    """What the names in a pattern stand for."""
    titles = [story.title for story in stories]
    return {
        "title": newsletter.title,
        "first_title": titles[0] if titles else "",
        "titles": " · ".join(titles[:TITLES_SHOWN]),
        "date": issue.slot.astimezone(newsletter.zone).date().isoformat(),
        "count": str(len(titles)),
        "number": str(issue.number),
    }


def fill(pattern: str, values: Mapping[str, str]) -> str:
    """The pattern with its known ``{names}`` replaced, once: a title that holds braces stays as it is.

    Nothing is evaluated. Where a value is empty, the punctuation that then hangs at either end goes with it.
    """
    text = one_line(_PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), pattern))
    emptied = any(not values.get(name, name) for name in _PLACEHOLDER.findall(pattern))
    return text.strip(_LOOSE) if emptied else text


def edit(issue: Issue, change: Edit) -> Issue:
    """The issue with the editor's words and order; an approval it had is void. Raises ``StateError`` once it is queued.

    A name in ``order`` that is no story raises ``NotFoundError``.
    """
    editable(issue)
    stories = reorder(issue.stories, change.order) if change.order else issue.stories
    return voided(
        replace(
            issue,
            subject=issue.subject if change.subject is None else one_line(change.subject),
            preheader=issue.preheader if change.preheader is None else one_line(change.preheader),
            own_subject=issue.own_subject if change.subject is None else bool(one_line(change.subject)),
            own_preheader=issue.own_preheader if change.preheader is None else bool(one_line(change.preheader)),
            intro=issue.intro if change.intro is None else clean(change.intro).strip(),
            stories=stories,
        )
    )


def reselected(
    issue: Issue,
    selection: Selection,
    articles: Mapping[str, Article],
    pinned: Sequence[str],
    excluded: Sequence[str],
    newsletter: Newsletter,
) -> Issue:
    """The issue with the stories of a new selection, in which the editor's pins and exclusions took part.

    Only half of a change: ``edit`` counts it and voids what was approved.
    """
    chosen = replace(
        issue,
        stories=tuple(story(pick, articles[pick.article.path]) for pick in selection.picks),
        left_out=tuple(left_out(skip) for skip in selection.skips),
        pinned=tuple(pinned),
        excluded=tuple(excluded),
    )
    return worded(chosen, newsletter)


def voided(issue: Issue) -> Issue:
    """The next revision, without any approval: what changed must be approved again."""
    state = State.DRAFT if issue.state is State.APPROVED else issue.state
    return replace(issue, state=state, approved_hash="", approvers=(), revision=issue.revision + 1)


def editable(issue: Issue) -> None:
    """Raises ``StateError`` where the issue can no longer be changed."""
    if issue.state not in EDITABLE:
        raise StateError(f"issue {issue.id} is {issue.state} and cannot be changed", hint="draft a new one")


def reorder(stories: Sequence[Story], order: Sequence[str]) -> tuple[Story, ...]:
    """The stories with those named in ``order`` first. ``NotFoundError`` where a name fits none of them, or several."""
    first: list[Story] = []
    for name in order:
        found = _meant(stories, name)
        if found is None:
            raise NotFoundError(f"{name} is not a story of this issue", hint="'publisher issue show' lists them")
        if found not in first:
            first.append(found)
    return (*first, *(story for story in stories if story not in first))


def find(articles: Sequence[Head], reference: str) -> Head:
    """The article that an editor means by its path, the end of it, its URL or guid.

    ``NotFoundError`` where none or several fit.
    """
    found = _meant(articles, reference)
    if found is None:
        raise NotFoundError(
            f"no article {reference}", hint="'publisher articles' lists them; paths start at content.path"
        )
    return found


def drop(issue: Issue, articles: Sequence[Head], reference: str) -> str:
    """The path of what an editor wants out: a story of the issue, even if its file is gone, else an article."""
    story = _meant(issue.stories, reference)
    return story.path if story else find(articles, reference).path


def _meant(known: Sequence[_Named], reference: str) -> _Named | None:
    """The one that a reference names, or None; a whole name goes before the end of one."""
    wanted = reference.removeprefix("./")
    whole = [each for each in known if wanted in {each.path, each.guid, each.url}]
    found = whole or [each for each in known if wanted and _ends(each.path, wanted)]
    if len(found) > 1:
        names = ", ".join(sorted(each.path for each in found)[:5])
        raise NotFoundError(f"{reference} may mean several articles: {names}", hint="write the whole path")
    return found[0] if found else None


def _ends(path: str, wanted: str) -> bool:
    """Whether the path ends in these folders and names, with or without its ``.md``: ``ai`` is not ``openai.md``."""
    return any(f"/{name}".endswith(f"/{wanted}") for name in (path, place.key(path)))
