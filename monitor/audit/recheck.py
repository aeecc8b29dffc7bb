"""What got worse is looked at twice before anybody is told.

A page that answered badly once, at one moment of one night, has not changed yet. So the pages on
which a finding would turn to `fail` are read a second time in the same run. The second reading
is a further observation and the newest one: the rules judge by it. If it does not show the fault,
there is none; if it could not be made, the page is *unknown*, and nobody is accused. It asks for
all bytes: a server's word is worth a pass for some days, and no accusation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from collectors.model import NOT_TRIED, Failure, FailureCode, Observation, Page
from monitor.audit.thrifty import accuses
from monitor.audit.word import rests_on_word
from reports.counting import Change, change
from rules.engine import NOT_DUE
from rules.model import Dossier, Finding, Outcome


def worsened_pages(found: Iterable[Finding], dossier: Dossier) -> tuple[Page, ...]:
    """Pages of this run on which a finding that got worse rests, or any that accuses by a server's
    word that nothing changed. One that was left for another night may accuse by no older look:
    neither of what was found before, nor an institution that is judged by it for the first time;
    nor is anything unknown because it was left, nor met that was not met by any night before."""
    accusing = [one for one in found if one.outcome is Outcome.FAIL]
    worse = [one for one in accusing if change(one) is Change.WORSE or rests_on_word(one)]
    late = [one for one in found if NOT_DUE in one.measured]
    better = [one for one in found if one.outcome is Outcome.PASS and one.previous != one.outcome]
    own = {page.key for page in dossier.institution.pages}

    def is_doubtful(page: Page, reading: Observation) -> bool:
        if reading.observed_at == dossier.as_of:
            return any(_rests_on(one, reading) for one in worse)
        naming = accusing if page.key in own else worse  # a town's list may lack pages for years
        return any(_rests_on(one, reading) for one in (*accusing, *late, *better)) or any(
            accuses(one, page.key) for one in naming
        )

    seen = {page: reading for page, reading in _seen_now(dossier) if reading.facts is not None}
    return tuple(page for page, reading in seen.items() if is_doubtful(page, reading))


def left_and_accusing(found: Iterable[Finding], dossier: Dossier) -> tuple[Page, ...]:
    """Pages that were left for another night and accuse by an older look."""
    accusing = [one for one in found if one.outcome is Outcome.FAIL]
    doubtful = worsened_pages(accusing, dossier)
    return tuple(page for page in doubtful if dossier.observations[page.key][0].is_left)


def without_older_looks(dossier: Dossier, pages: Iterable[Page]) -> Dossier:
    """As if these had been asked for in vain, where nobody can read them."""
    failed = {page.key: as_second(dossier.observations[page.key][:1]) for page in pages}
    told = {key: (*newest, *dossier.observations[key][1:]) for key, newest in failed.items()}
    return replace(dossier, observations={**dossier.observations, **told})


def _seen_now(dossier: Dossier) -> Iterator[tuple[Page, Observation]]:
    """Each page with the look that counts now; of those that this run did not read, the ones that
    the last night had left: an audit of the authority by name reads nobody else's."""
    for history in dossier.observations.values():
        if history and (history[0].observed_at == dossier.as_of or history[0].is_left):
            yield history[0].page, next((one for one in history if not one.is_left), history[0])


def _rests_on(finding: Finding, reading: Observation) -> bool:
    """An attestation that ended rests on no page: reading again would show nothing."""
    if finding.page is not None:
        return finding.page == reading.page.address
    records = {one.record for one in finding.evidence}
    return any(one.record in records for one in reading.evidence)


def as_second(batch: tuple[Observation, ...]) -> tuple[Observation, ...]:
    """A second reading for which no call was left has failed: it must not pass for agreement.

    The rules fall back on the last reading where a page was *not tried*; here that would be the
    very reading that is in doubt.
    """
    return tuple(_as_failure(one) for one in batch)


def _as_failure(reading: Observation) -> Observation:
    gaps = {name: _as_interruption(gap) for name, gap in reading.gaps.items()}
    failure = _as_interruption(reading.failure) if reading.failure else None
    return replace(reading, failure=failure, gaps=gaps)


def _as_interruption(failure: Failure) -> Failure:
    if failure.code not in NOT_TRIED:
        return failure
    return Failure(FailureCode.INTERRUPTED, f"second reading: {failure.code}")
