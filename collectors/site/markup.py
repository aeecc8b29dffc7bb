"""What stands in the markup of a page, before its tree is laid out for reading its text."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from collectors.ends import without_loose_end
from collectors.hints import names_a_network
from collectors.site.anchors import (
    Anchor,
    anchors,
    base_address,
    clicked_targets,
    frame_targets,
    refresh_address,
    script_addresses,
)
from collectors.site.budget import (
    MOST_LINKS,
    WorkBudget,
    until_spent,
)
from collectors.site.encodings import encoding_of, text_of
from collectors.site.html import (
    elements,
    spell_queries,
    tree,
)
from collectors.site.reveal import reveal
from collectors.site.structured import linked_data_lines, microdata_lines
from collectors.site.territory import Target, Territory


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The bytes of a page, and what is known of them."""

    url: str
    status: int
    content_type: str
    body: bytes
    is_part: bool = False  # nothing proves that its end came
    is_endless: bool | None = None
    refresh: str = ""  # the header of that name, which works as the element does


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """What stands in the markup; afterwards the tree is laid out for reading its text."""

    source: Source
    text: str  # as it came
    root: HtmlElement
    budget: WorkBudget
    base: str
    is_all: bool  # the parser came to its end, and so did who counted its links
    code: str  # where addresses may stand beside links
    structured: str  # micro-markup and JSON-LD, as lines
    title: str
    links: tuple[Anchor, ...]
    frames: tuple[Target, ...]
    clicked: tuple[Target, ...]
    scripts: tuple[str, ...]
    has_scripts: bool
    refresh: str | None


def read_markup(source: Source, site: Territory, with_signs: bool) -> Markup | None:
    """In this order: what `reveal` adds to the tree are links and texts, no micro-markup."""
    budget = WorkBudget()
    body = without_loose_end(source.body) if source.is_part else source.body
    encoding = encoding_of(body, source.content_type)
    text = text_of(body, encoding)
    root, is_all = tree(text)
    if root is None:
        return None
    if not encoding.startswith("utf"):
        spell_queries(root, encoding)
    base = base_address(root, source.url)
    structured = "\n".join([*until_spent(microdata_lines(root, budget)), *linked_data_lines(root)])
    scripts = tuple(islice(script_addresses(root, base, site), MOST_LINKS + 1))
    has_scripts = next(elements(root, "script"), None) is not None
    refresh = refresh_address(root, base, source.refresh)
    clicked = tuple(islice(clicked_targets(root, base), MOST_LINKS + 1))
    reveal(root, budget, with_signs=with_signs)
    links = tuple(islice(anchors(root, base), MOST_LINKS + 1))
    frames = tuple(islice(frame_targets(root, base), MOST_LINKS + 1))
    return Markup(
        source=source,
        text=text,
        root=root,
        budget=budget,
        base=base,
        is_all=is_all and max(map(len, (scripts, clicked, links, frames))) <= MOST_LINKS,
        code=_code(root, text),
        structured=structured,
        title=" ".join((root.findtext(".//title") or "").split())[:300],
        links=links,
        frames=frames,
        clicked=clicked,
        scripts=scripts,
        has_scripts=has_scripts,
        refresh=refresh,
    )


def _code(root: HtmlElement, markup: str) -> str:
    """Elements, attributes and scripts, without comments; "" where no network is named."""
    if not names_a_network(markup):
        return ""
    return str(etree.tostring(root, encoding="unicode", method="html"))
