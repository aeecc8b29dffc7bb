"""What is worked out once while institutions are judged, and for how long it is kept.

    Bench    of one municipality on one day: its law, who is called how, what its site shows
    Hearing  of one institution before the bench: its pages after the guards, answers to clauses

Nothing of them outlives its holder: whoever judges makes a bench for a municipality and drops it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from collectors.model import Address, Evidence, Page
from rules.dossier.answers import Answers
from rules.dossier.views import View, each_once, look
from rules.law.norms import Clause, Kin, Law, Norm, law_of, norm_of
from rules.law.workdays import complete_weeks, is_judged, judged_days
from rules.model import Act, Dossier, Institution, Municipality
from rules.names.own_names import Around, around_of


@dataclass(frozen=True)
class Bench:
    """All institutions of a municipality are held against the same acts, names and site."""

    municipality: Municipality
    acts: Sequence[Act]
    on: date
    answers: Answers = field(default_factory=Answers, compare=False)
    _sites: dict[str, tuple[object, Answers]] = field(default_factory=dict, compare=False)

    @cached_property
    def law(self) -> Law:
        return law_of(self.municipality, self.acts, self.on)

    @cached_property
    def names(self) -> Around:
        return around_of(self.municipality)

    def of_site(self, view: View) -> Answers:
        """What is asked of a site by every institution; of another reading nothing is known yet."""
        shown, answers = self._sites.get(view.page.address, (None, None))
        if answers is None or shown is not view.facts.site:
            answers = Answers()
            self._sites[view.page.address] = view.facts.site, answers
        return answers

    def judged_weeks(self, before: datetime, lookback: int, workdays: int) -> Sequence[date]:
        """Mondays of the last weeks that are judged, newest first; of most pages the same."""
        town = self.municipality
        weeks = complete_weeks(before, town.timezone, lookback)
        return self.answers.once(
            ("judged weeks", weeks, workdays),
            lambda: [monday for monday in weeks if is_judged(monday, workdays, town.days_off)],
        )

    def judged_days(self, first: date, last: date, workdays: int) -> Sequence[date]:
        """Days of such weeks, newest first."""
        return self.answers.once(
            ("judged days", first, last, workdays),
            lambda: judged_days(first, last, workdays, self.municipality.days_off),
        )

    def networks(self, act: Act) -> frozenset[str]:
        """Whose pages the act speaks of."""
        return self.answers.once(("networks", act.id), lambda: act.networks(self.on))

    def norm(self, clause: Clause, kin: Kin, institution: Institution) -> Norm | None:
        """The same for all of a kind and category."""
        if not clause.requirement.inherits:
            return norm_of(clause, kin, institution)
        key = ("norm", clause.requirement.id, institution.kind, institution.category)
        return self.answers.once(key, lambda: norm_of(clause, kin, institution))


class Hearing:
    """One dossier before the bench."""

    __slots__ = (
        "_views",
        "_whole",
        "answers",
        "bench",
        "dossier",
        "good_until",
        "institution",
        "municipality",
        "today",
    )

    def __init__(self, bench: Bench, dossier: Dossier) -> None:
        self.bench = bench
        self.dossier = dossier
        self.municipality = dossier.municipality
        self.institution = dossier.institution
        self.today = bench.on
        self.answers = Answers()
        self.good_until: dict[Address, date] = {}  # of walls, by all that was judged so far
        self._views: dict[Page, View] = {}
        self._whole: set[int] = set()  # evidence of these views; they are kept, so ids do not recur

    def look(self, page: Page) -> View:
        """The page after the guards."""
        view = self._views.get(page)
        if view is None:
            view = self._views[page] = look(page, self.dossier, self.bench.names)
            self._whole.add(id(view.evidence))
        return view

    def lasts(self, days: Mapping[Address, date]) -> None:
        """What was judged needs no newer look at these walls until then."""
        for address, day in days.items():
            self.good_until[address] = min(day, self.good_until.get(address, day))

    def of_site(self, view: View) -> Answers:
        """The authority's site is asked about by every institution of the town: kept with it."""
        town = self.municipality
        is_shared = view.page.institution == f"{town.id}/{town.authority}"
        return self.bench.of_site(view) if is_shared else self.answers

    def distinct(self, evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        """Each once; that of a view is so already, and there are hundreds of a site."""
        if len(evidence) < 2 or id(evidence) in self._whole:
            return evidence
        return each_once(evidence)
