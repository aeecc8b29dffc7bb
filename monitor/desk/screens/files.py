"""A file that came with an answer: given out to be kept, and to those who decide alone."""

from __future__ import annotations

from monitor.desk.ground import Desk
from monitor.desk.model import Answer, Ask, File, NotFoundError, RefusedPageError
from monitor.desk.rendering import desk_word
from monitor.storage import attachments, statements
from rules.cases.model import Attachment, InstitutionAnswer

LONGEST_NUMBER = 9


def given(desk: Desk, ask: Ask) -> Answer:
    """By the answer's number and the file's digest: neither opens another's."""
    file = _file(desk, ask)
    content = attachments.content_of(desk.application.engine, file.digest)
    if content is None:
        raise RefusedPageError([desk_word("uploads", "gone", name=file.name)], 410)
    return File(file.name, content)


def _file(desk: Desk, ask: Ask) -> Attachment:
    number, digest = ask.parts["number"], ask.parts["digest"]
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER):
        raise NotFoundError
    stated = statements.by_number(desk.application.engine, int(number))
    if stated is None or not ask.visitor.sees(stated.municipality):
        raise NotFoundError
    said = stated.said
    kept = said.attachments if isinstance(said, InstitutionAnswer) else ()
    found = next((one for one in kept if one.digest == digest), None)
    if found is None:
        raise NotFoundError
    return found
