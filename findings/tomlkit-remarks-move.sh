#!/bin/bash
# tomlkit puts what is added to a table under the comment that stands above the next table.
#
# Expected: tomlkit is "style preserving"; a key that is added to a table, or a table that is added
# to a list of tables, stands with its table, and a comment stays above what it speaks of.
# What happens: the blank line and the comment before the next header belong to the table above it
# (to its last key). What is added comes after them: the comment "# School two" then stands above
# the page of school one, and school two has none. Nothing is lost, so a test that looks for the
# comments finds them all.
# Why an auditor of pages cares: a registry of institutions is written by hand, with a remark above
# each ("closed since", "do not telephone"); a program that adds a page to the one before it makes
# the remark speak of the wrong institution.
# Way out: edit the text by its lines, or take the comments off the table's end by hand before
# adding and put them back after it.
# Versions: tomlkit 0.15.2. Date: 2026-11-30.
# Exit: 0 as stated, 1 changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tomlkit==0.15.2
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import tomlkit

text = """\
# School one
[[institution]]
id = "one"

  [[institution.page]]
  url = "https://vk.com/one"

# School two
[[institution]]
id = "two"

# School three
[[institution]]
id = "three"
"""
told = tomlkit.parse(text)
page = tomlkit.table()
page["url"] = "https://ok.ru/one"
told["institution"][0]["page"].append(page)
told["institution"][1]["site"] = "https://two.example.org"
print(tomlkit.dumps(told))
lines = [line.strip() for line in tomlkit.dumps(told).splitlines() if line.strip()]
below_two = lines[lines.index("# School two") + 1 :][:2]
below_three = lines[lines.index("# School three") + 1]
print("below «School two»:", below_two, "- below «School three»:", below_three)
sys.exit(0 if "https://ok.ru/one" in below_two[1] and "two.example" in below_three else 1)
PYTHON
