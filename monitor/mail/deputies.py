"""The report to deputy heads, beside the one that each of them had last.

report ── of their municipalities ──┬─> first letter: as the audit compares, with its files
the audit they were told of ────────┴─> the next: what changed since then; or one line
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from functools import cache, cached_property, partial
from pathlib import Path

from monitor.application import Application
from monitor.audit.breaks import format_barrier
from monitor.mail.drafts import Draft, Since
from monitor.mail.readers import Readers, readers_of
from monitor.mail.terms import Terms
from monitor.reporting.beside import compared
from monitor.reporting.mending import mended
from monitor.reporting.municipality import of_towns, town_path
from monitor.reporting.stored import default_path, report_of, write_all
from monitor.storage import audits
from monitor.storage.outbox import LastReport
from monitor.storage.roles import DEPUTY, deputy_of
from reports.mail import NOTHING, Letter, brief, digest, subject_of, with_note
from reports.model import Rendered, Report
from reports.news import News, news_of


def for_deputies(
    application: Application, report: Report, files: Sequence[Path], terms: Terms
) -> Iterator[Draft]:
    """One letter with attachments is in memory at a time; each person gets one."""
    audited = {one.id for one in report.municipalities}
    operator = (application.settings.mail.operator or "").casefold()
    for readers in readers_of(application.settings.mail, audited):
        own = DeputyLetters(application, report, readers, files, terms)
        for recipient in readers.recipients:
            yield draft_of(own, recipient, is_operator=recipient.casefold() == operator)


def draft_of(own: DeputyLetters, recipient: str, *, is_operator: bool) -> Draft:
    return Draft(
        letter=partial(own.first, is_operator),
        role=deputy_of(*own.readers.towns),
        recipient=recipient,
        every=own.readers.every,
        zone=own.zone,
        since=partial(own.since, is_operator),
        subject=own.subject,
    )


class DeputyLetters:
    """What those who read of the same municipalities are told, made when it is asked for."""

    def __init__(
        self,
        application: Application,
        report: Report,
        readers: Readers,
        files: Sequence[Path],
        terms: Terms,
        *,
        carries_files: bool = True,
    ) -> None:
        self._application, self._whole, self.readers = application, report, readers
        self._carries_files = carries_files
        self._files, self._terms = () if readers.towns else files, terms
        self._letter = cache(self._written)
        self._news = cache(self._found)

    @property
    def zone(self) -> tzinfo:
        if not self.readers.towns:
            return self._application.settings.schedule.timezone
        towns = self._whole.municipalities
        return next(one.timezone for one in towns if one.id in self.readers.towns)

    @cached_property
    def report(self) -> Report:
        towns = self.readers.towns
        return of_towns(self._application, self._whole, towns) if towns else self._whole

    def first(self, is_operator: bool) -> Letter:
        return self._for_reader(self._letter(None), is_operator)

    def since(self, is_operator: bool, told: LastReport) -> Since:
        return Since(
            news=partial(self._news, told.audit),
            letter=lambda: self._for_reader(self._letter(told.audit), is_operator),
            brief=lambda: self._for_reader(self._brief(told), is_operator),
        )

    # --- beside an earlier audit ---------------------------------------------------------------

    def _found(self, number: int) -> News:
        then = self._then(number)
        due = self._terms.newly_over(self.readers.towns, then.audit.as_of)
        return mended(
            self.report, DEPUTY, lambda report: news_of(self._beside(report, then), due=len(due))
        )

    def _then(self, number: int) -> Report:
        audit = audits.by_id(self._application.engine, number)
        assert audit is not None
        then = report_of(self._application, audit)
        towns = self.readers.towns
        return of_towns(self._application, then, towns) if towns else then

    def _beside(self, report: Report, then: Report) -> Report:
        return compared(self._application, report, then)

    def subject(self, told: LastReport | None) -> str:
        """Without the letter, for which files would be written."""
        is_next = told is not None and told.as_of < self.report.audit.as_of
        then = self._then(told.audit) if told and is_next else None
        return mended(
            self.report,
            DEPUTY,
            lambda report: subject_of(self._beside(report, then) if then else report),
        )

    # --- letters -------------------------------------------------------------------------------

    def _written(self, number: int | None) -> Letter:
        then = self._then(number) if number is not None else None
        return mended(
            self.report,
            DEPUTY,
            lambda report: digest(
                report,
                _read_again(self._written_files) if self._carries_files else NOTHING,
                lies_at=self._lies_at if self._carries_files else "",
                beside=self._beside(report, then) if then else None,
                overdue=self._terms.overdue(self.readers.towns),
                carries_files=self._carries_files,
            ),
        )

    def _brief(self, told: LastReport) -> Letter:
        return mended(
            self.report,
            DEPUTY,
            lambda report: brief(report, told.as_of, breaks_lines=self._carries_files),
        )

    def _for_reader(self, letter: Letter, is_operator: bool) -> Letter:
        """The operator who is a deputy head as well is told both in one letter."""
        issues = [one.text for one in self.report.audit.issues] if is_operator else []
        return with_note(letter, issues) if issues else letter

    @property
    def _lies_at(self) -> str:
        return str(self._written_files[0].resolve()) if self._written_files else ""

    @cached_property
    def _written_files(self) -> Sequence[Path]:
        """The report's files; where they cannot be made, the letter goes without and says so."""
        if self._files:
            return self._files
        with format_barrier("html"):
            return write_all(self.report, "html", self._path())
        return ()

    def _path(self) -> Path:
        towns = self.readers.towns
        if not towns:
            return default_path(self._application, self.report, "html")
        return town_path(self._application, self.report, "html", "-".join(towns))


def _read_again(files: Sequence[Path]) -> Rendered:
    """What was written, read a file at a time."""
    if not files:
        return NOTHING
    page, *beside = files
    around = page.parent
    lazily = ((file.relative_to(around).as_posix(), file.read_bytes()) for file in beside)
    return Rendered(page.read_bytes(), lazily)


def by_hand(drafts: Iterator[Draft]) -> Iterator[Draft]:
    """Whoever asks gets the report at once."""
    return (replace(draft, every="night") for draft in drafts)
