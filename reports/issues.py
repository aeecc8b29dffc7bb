"""What the operator must know of a run: not only how many addresses, but which."""

from __future__ import annotations

from reports.model import Issue
from reports.words import phrase

NAMED = 3  # the operator's letter has all of them


def issue_in_words(issue: Issue) -> str:
    """One line, however many addresses there are."""
    if not issue.addresses:
        return issue.text
    named = ", ".join(issue.addresses[:NAMED])
    return phrase("issue_at_more" if issue.addresses[NAMED:] else "issue_at", issue.text, named)
