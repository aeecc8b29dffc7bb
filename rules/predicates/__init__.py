"""Every predicate by the name that packs use. A predicate is plain and pure: Case → Reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rules.predicates import attested, contacts, pages, posts
from rules.reading import Reading

Predicate = Callable[..., Reading]

PREDICATES: Mapping[str, Predicate] = {
    predicate.__name__: predicate
    for predicate in (
        attested.attested,
        attested.never_fails,
        attested.two_factor,
        attested.exemption,
        contacts.name_shown,
        contacts.activity_told,
        contacts.phone_shown,
        contacts.email_shown,
        contacts.address_shown,
        contacts.site_shown,
        pages.page_exists,
        pages.fixed_pages,
        pages.government_mark,
        pages.house_style,
        posts.posts_per_week,
        posts.posts_regular,
    )
}
