#!/bin/sh
# 2026-11-29. Protego 0.7.0 (the robots.txt parser of Scrapy), Python 3.11.
#
# Expected: a rule forbids the paths that begin with it. `Disallow: /%ED%EE%E2%EE%F1%F2%E8` (the word
#   "novosti", percent-encoded in windows-1251) forbids that path and no other.
# Happens: Protego decodes percent-escapes as UTF-8 with errors="replace" before it compares, so every
#   byte that is not UTF-8 becomes one and the same sign (U+FFFD). The rule forbids every path of at
#   least as many such bytes: /%EA%EE%ED%F2%E0%EA%F2%FB ("kontakty") is refused too.
# Why an auditor of pages cares: sites of Russian schools on old systems have addresses in windows-1251.
#   One rule about the news, and the page of contacts counts as forbidden to programs: what stands on
#   it is taken for unread, or, by a less careful program, for missing.
# Exit status: 0 as stated here, 1 changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check protego==0.7.0
"$place/venv/bin/python" - <<'PYTHON'
import sys
from urllib.parse import quote

from protego import Protego

NEWS, CONTACTS = (quote(f"/{word}", encoding="windows-1251") for word in ("новости", "контакты"))
rules = Protego.parse(f"User-agent: *\nDisallow: {NEWS}\n")
seen = {path: rules.can_fetch(f"http://school.example{path}", "bot") for path in (NEWS, CONTACTS)}
for path, allowed in seen.items():
    print(f"{path}: {'allowed' if allowed else 'forbidden'}")
same = {path: rules.can_fetch(f"http://school.example{path}", "bot") for path in ("/a", quote("/контакты"))}
print("paths without such bytes:", same)
sys.exit(0 if seen == {NEWS: False, CONTACTS: False} and all(same.values()) else 1)
PYTHON
