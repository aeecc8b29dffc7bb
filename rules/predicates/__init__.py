"""Every predicate by the name that packs use. A predicate is plain and pure: Case → Reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rules.predicates import (
    attested,
    cards,
    contacts,
    contents,
    links,
    notices,
    pages,
    persons,
    pos,
    posts,
    sites,
)
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
        contents.page_contents,
        notices.noticed,
        pages.page_exists,
        pages.page_kept,
        pages.fixed_pages,
        pages.government_mark,
        pages.house_style,
        persons.appointed,
        persons.head_answers,
        persons.organiser_ranks,
        persons.authorised_person,
        pos.connected,
        posts.posts_per_week,
        posts.posts_regular,
        sites.site_works,
        sites.listed_bodies,
        sites.section_present,
        sites.act_published,
        cards.card,
        cards.card_tells,
        links.card_links_pages,
        links.all_pages_listed,
        sites.site_email,
        links.site_links_to_pages,
    )
}
