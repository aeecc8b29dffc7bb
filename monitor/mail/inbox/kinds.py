"""What a file is by what stands in it; its name may say anything."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

BEGINNINGS: Sequence[tuple[bytes, str]] = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"II*\0", "tif"),
    (b"MM\0*", "tif"),
    (b"BM", "bmp"),
    (b"{\\rtf", "rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"PK\x03\x04", "zip"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"MZ", "exe"),
    (b"\x7fELF", "exe"),
    (b'x\x9f>"', "tnef"),
    (b"-----BEGIN PKCS7-----", "p7s"),
)
OFFICE = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
OPEN_DOCUMENT = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}
HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1")
SAME: dict[str, frozenset[str]] = {
    "jpg": frozenset({"jpg", "jpeg", "jpe", "jfif"}),
    "tif": frozenset({"tif", "tiff"}),
    "ole": frozenset({"doc", "xls", "ppt", "msg"}),
    "exe": frozenset({"exe", "dll", "scr", "com"}),
    "tnef": frozenset({"dat"}),
    "docx": frozenset({"docx", "docm"}),
    "xlsx": frozenset({"xlsx", "xlsm"}),
}


def kind_of(content: bytes) -> str:
    """«pdf», «docx», …; "" for text and for what nobody knows."""
    if content[4:12] in HEIC:
        return "heic"
    found = next((kind for begin, kind in BEGINNINGS if content.startswith(begin)), "")
    return _of_zip(content) if found == "zip" else found


def _of_zip(content: bytes) -> str:
    """By its list of parts: nothing is unpacked but the name of an OpenDocument's kind."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            names = opened.namelist()
            if "[Content_Types].xml" in names:
                kinds = (OFFICE[part] for part in OFFICE if any(n.startswith(part) for n in names))
                return next(kinds, "zip")
            if names[:1] == ["mimetype"] and opened.getinfo("mimetype").file_size < 100:
                told = opened.read("mimetype").decode("ascii", "replace")
                return OPEN_DOCUMENT.get(told.rpartition(".")[2], "zip")
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError):
        pass
    return "zip"


def is_misnamed(name: str, content: bytes) -> bool:
    """Whether the name says another kind than the content; where either is not known: no."""
    kind, told = kind_of(content), name.rpartition(".")[2].casefold() if "." in name else ""
    return bool(kind and told) and told not in SAME.get(kind, frozenset({kind}))
