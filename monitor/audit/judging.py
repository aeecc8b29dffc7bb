"""Judging an audit: a dossier for each institution, the law held against it, findings stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from collectors.barrier import barrier
from collectors.model import Observation, Page
from monitor.application import Context
from monitor.audit.begin import StoppedError
from monitor.audit.careful import STORES
from monitor.audit.compare import followed
from monitor.audit.dossiers import Seen, authority_site, standing_pages
from monitor.audit.recheck import without_older_looks
from monitor.audit.scope import Scope, pages_of
from monitor.audit.thrifty import walls_of
from monitor.storage import findings, observations, walls
from monitor.storage.walls import RestingWall
from reports.model import Audit
from rules.dossier.bench import Bench
from rules.engine import declared_pages, hear, unjudged
from rules.model import Dossier, Finding, Institution, Municipality

Doubtful = Callable[[Sequence[Finding], Dossier], tuple[Page, ...]]


def never_doubtful(_found: Sequence[Finding], _dossier: Dossier) -> tuple[Page, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """An institution that would be told to have got worse, and the pages that say so.

    The authority's site, which is large, is not kept with it: a bad night has doubts in all towns.
    """

    municipality: Municipality
    institution: Institution
    shared: Mapping[str, int]
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the institutions of a scope by what is stored as of the moment."""

    context: Context
    audit: Audit
    as_of: datetime
    scope: Scope

    def judge(self, doubtful: Doubtful = never_doubtful) -> tuple[Doubt, ...]:
        """Store the findings of every institution but those with doubtful pages, which are given.

        What was judged before a break is not judged again.
        """
        engine, doubts = self.context.engine, []
        judged = findings.judged(engine, self.audit)
        for municipality in self.scope.municipalities:
            members = [one for one in self.scope.members(municipality) if one.key not in judged]
            if not members:
                continue
            shared = self._shared_texts(municipality)
            site = authority_site(engine, municipality, self.as_of)
            bench, seen = self._bench(municipality), list[RestingWall]()
            for institution in members:
                if self.context.stopping():
                    raise StoppedError
                doubt = Doubt(municipality, institution, shared, ())
                if pages := self._settle(bench, doubt, site, seen, doubtful):
                    doubts.append(replace(doubt, pages=pages))
            walls.remember(engine, seen)
        return tuple(doubts)

    def judge_doubts(self, doubts: Sequence[Doubt], *, unread: bool = False) -> None:
        """After the second reading, which is now the newest, of the authority's site as well.

        `unread`: there was none, and the pages in doubt are as unread.
        """
        for _, of_municipality in groupby(doubts, key=lambda doubt: doubt.municipality.id):
            members = list(of_municipality)
            municipality = members[0].municipality
            site = authority_site(self.context.engine, municipality, self.as_of)
            bench, seen = self._bench(municipality), list[RestingWall]()
            for doubt in members:
                self._settle(bench, doubt, site, seen, unread=doubt.pages if unread else ())
            walls.remember(self.context.engine, seen)

    def _settle(
        self,
        bench: Bench,
        doubt: Doubt,
        site: Seen,
        seen: list[RestingWall],
        doubtful: Doubtful = never_doubtful,
        unread: Sequence[Page] = (),
    ) -> tuple[Page, ...]:
        """Store what was found, or give the pages that are in doubt. What breaks costs this one.

        `seen` takes until when walls need no newer look; what is not told there is read.
        """
        engine, institution = self.context.engine, doubt.institution
        with barrier("institution", institution.key, passing=STORES) as crossing:
            dossier = without_older_looks(self._dossier(doubt, site), unread)
            heard = hear(bench, dossier)
            found = self._followed(bench, dossier, heard.findings)
            if pages := doubtful(found, dossier):
                return pages
            findings.add(engine, self.audit, found)
            seen += walls_of(self.context, self.audit, heard, dossier)
        if crossing.fault:
            findings.add(engine, self.audit, unjudged(institution, bench.acts))
        return ()

    def _followed(
        self, bench: Bench, dossier: Dossier, found: tuple[Finding, ...]
    ) -> tuple[Finding, ...]:
        earlier = findings.earlier(self.context.engine, dossier.institution, dossier.as_of)
        return followed(found, earlier.compared, bench.on, earlier.latest)

    def _bench(self, municipality: Municipality) -> Bench:
        today = municipality.day_of(self.as_of)
        return Bench(municipality, municipality.acts_in(self.scope.acts), today)

    def _dossier(self, doubt: Doubt, site: Seen) -> Dossier:
        """`site`: the authority's, read once for all of a municipality."""
        engine, municipality, institution = (
            self.context.engine, doubt.municipality, doubt.institution
        )  # fmt: skip
        pages = [
            *pages_of([institution], municipality, self.as_of),
            *declared_pages(institution, municipality, municipality.acts_in(self.scope.acts)),
        ]
        addresses = {page.key for page in pages}
        return Dossier(
            municipality=municipality,
            institution=institution,
            as_of=self.as_of,
            observations={
                **standing_pages(engine, municipality, institution, self.as_of),
                **site,
                **observations.history_to_judge(engine, addresses, self.as_of),
            },
            freshness_days=self.context.settings.rules.freshness_days,
            shared_texts=doubt.shared,
        )

    def _shared_texts(self, municipality: Municipality) -> Mapping[str, int]:
        """On how many of the municipality's pages each text stands: finds autoposting."""
        pages = pages_of(municipality.institutions, municipality, self.as_of)
        addresses = {page.key for page in pages}
        counts: Counter[str] = Counter()
        for _, look in observations.each_last_wall(self.context.engine, addresses, self.as_of):
            counts.update(_digests_of_posts(look))
        return {digest: count for digest, count in counts.items() if count > 1}


def _digests_of_posts(look: Observation) -> set[str]:
    """By which equal posts of several institutions are found."""
    wall = look.facts.wall if look.facts else None
    return {post.digest for post in wall.posts if post.digest} if wall else set()
