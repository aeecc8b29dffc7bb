from pathlib import Path

import pytest

from rules.toml_lines import TomlError, read_toml

TEXT = '''name = "x"

[town]
  zone = "Asia/Tomsk"   # a comment
notes = """
a = 1
"""
[[institution]]
id = "a"
phones = [
  "1",
  "2",
]
  [[institution.page]]
  url = "one"
  [[institution.page]]
  url = "two"
[[institution]]
id = "b"
  [institution.exemption]
  ground = "x"
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("name",), 1),
        (("town", "zone"), 4),
        (("town", "notes"), 5),
        (("institution", 0, "phones", 1), 12),
        (("institution", 0, "page", 1, "url"), 17),
        (("institution", 1, "id"), 19),
        (("institution", 1, "exemption", "ground"), 21),
        (("institution", 1, "missing"), 18),
        (("nowhere",), None),
    ],
)
def test_a_key_is_found_in_its_line(
    tmp_path: Path, place: tuple[str | int, ...], line: int | None
) -> None:
    (tmp_path / "a.toml").write_text(TEXT, "utf-8")
    assert read_toml(tmp_path / "a.toml").line_of(place) == line


def test_a_fault_of_syntax_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('a = 1\nb = "open\n', "utf-8")
    with pytest.raises(TomlError, match=r"a\.toml:2: запись не по правилам TOML"):
        read_toml(tmp_path / "a.toml")


def test_bytes_of_another_encoding_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes('a = "школа"'.encode("cp1251"))
    with pytest.raises(TomlError, match="UTF-8"):
        read_toml(tmp_path / "a.toml")
