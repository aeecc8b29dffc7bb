"""What may come with an answer: PDF, JPEG, PNG and DOCX, by what a file is and not by its name.

A file is given out as it came and only to be kept (`File`), so a page hidden in a PDF runs nowhere;
what is refused here would be refused by whoever has to open it.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, fromstring

import pylibmagic  # noqa: F401 - brings the library that `magic` looks for
from magic import Magic, MagicException

from monitor.desk.model import RefusedPageError, Upload
from monitor.desk.rendering import desk_word
from monitor.storage.attachments import clean_name

MOST_FILES = 5
MEGABYTE = 1_000_000
MOST_PARTS, MOST_TYPES, MOST_UNPACKED = 2_000, MEGABYTE, 200 * MEGABYTE  # of a DOCX
TYPES = "[Content_Types].xml"
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACROS = ("vbaproject.bin", "vbadata.xml")
ALIVE_KINDS = ("vbaproject", "macroenabled", "oleobject", "activex")  # whatever a part is called
RELATIONS, LINK = ".rels", "/hyperlink"
ALIVE_RELATIONS = ("/oleobject", "/control", "/vbaproject", "/attachedtemplate")
BROKEN = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError, KeyError,
    ParseError,
)  # fmt: skip


def _is_docx(content: bytes) -> bool:
    """By its list of parts: nothing is unpacked but that of their kinds and those of what they
    refer to, and these in part. What would do something when it is opened is none of ours: macros,
    objects of other programs, a template or anything else that Word would fetch (not links)."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            parts = opened.infolist()
            if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
                return False
            if any(one.filename.casefold().endswith(MACROS) for one in parts):
                return False
            kinds = [one.get("ContentType", "") for one in _listed(opened, TYPES)]
            if any(alive in kind.casefold() for kind in kinds for alive in ALIVE_KINDS):
                return False
            told = [one.filename for one in parts if one.filename.casefold().endswith(RELATIONS)]
            return DOCUMENT in kinds and not any(
                _does_something(relation) for name in told for relation in _listed(opened, name)
            )
    except BROKEN:
        return False


def _listed(opened: zipfile.ZipFile, name: str) -> list[Element]:
    """A short list in XML. ValueError for a long one, and for one that declares anything of its
    own: a list of an office suite does not."""
    with opened.open(name) as part:
        content = part.read(MOST_TYPES + 1)
    if len(content) > MOST_TYPES or b"<!" in content.replace(b"\0", b"").replace(b"<!--", b""):
        raise ValueError
    return list(fromstring(content))  # it declares nothing


def _does_something(relation: Element) -> bool:
    kind = relation.get("Type", "").casefold()
    is_fetched = relation.get("TargetMode", "").casefold() == "external"
    return kind.endswith(ALIVE_RELATIONS) or (is_fetched and not kind.endswith(LINK))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind that is taken: its ending, and others that mean the same."""

    ending: str
    others: tuple[str, ...] = ()
    is_really: Callable[[bytes], bool] = bool  # beside what libmagic says


DOCX = Kind("docx", (), _is_docx)
KINDS: Mapping[str, Kind] = {
    # a page with «%PDF-» somewhere in its first lines is a PDF to libmagic
    "application/pdf": Kind("pdf", (), lambda content: content.startswith(b"%PDF-")),
    "image/jpeg": Kind("jpg", ("jpeg", "jpe", "jfif")),
    "image/png": Kind("png"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": DOCX,
    # what it says of a document of Word whose parts stand in another order
    "application/zip": DOCX,
    "application/octet-stream": DOCX,
}
NAMES: Mapping[str, str] = {
    "image/heic": "heic",
    "image/heif": "heic",
    "application/msword": "old_word",
    "application/x-ole-storage": "old_word",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "word",
    "application/zip": "archive",
    "application/x-rar": "archive",
    "application/x-7z-compressed": "archive",
}
ACCEPT = ".pdf,.jpg,.jpeg,.png,.docx,application/pdf,image/jpeg,image/png"


def kind_of(content: bytes) -> Kind | None:
    """None for whatever is not taken."""
    found = KINDS.get(_media_type_of(content))
    return found if found and found.is_really(content) else None


def _media_type_of(content: bytes) -> str:
    """The whole file: by its beginning alone a document of Word is a ZIP like any other."""
    try:
        return str(Magic(mime=True).from_buffer(content))
    except MagicException:
        return ""


def accept_uploads(files: Sequence[Upload], most_mb: int) -> tuple[Upload, ...]:
    """Under names that say what they are. RefusedPageError, with a line for each that is not."""
    sent = [one for one in files if one.content or one.name]
    if len(sent) > MOST_FILES:
        raise RefusedPageError([desk_word("uploads", "many", most=MOST_FILES)])
    if faults := [told for one in sent for told in _faults(one, most_mb)]:
        raise RefusedPageError(faults)
    return tuple(
        Upload(name=_name(one, number), content=one.content) for number, one in enumerate(sent, 1)
    )


def _faults(file: Upload, most_mb: int) -> Sequence[str]:
    told = {"name": clean_name(file.name) or desk_word("uploads", "unnamed"), "most": most_mb}
    if not file.content:
        return [desk_word("uploads", "empty", **told)]
    if len(file.content) > most_mb * MEGABYTE:
        return [desk_word("uploads", "big", **told)]
    if kind_of(file.content):
        return []
    return [desk_word("uploads", NAMES.get(_media_type_of(file.content), "kind"), **told)]


def _name(file: Upload, number: int) -> str:
    """«scan.exe» that is a PDF becomes «scan.exe.pdf»: it is opened by its name later."""
    kind = kind_of(file.content)
    assert kind
    name = clean_name(file.name) or desk_word("uploads", "file", number=number)
    stem, _, ending = name.rpartition(".")
    is_named = bool(stem) and ending.casefold() in (kind.ending, *kind.others)
    return name if is_named else f"{name}.{kind.ending}"
