#!/bin/sh
# 2026-11-30. playwright 1.65.2 (drives browsers), Chromium 156 of Debian, headless, Python 3.11.
#
# Expected: in a context with locale="ru-RU", where `navigator.language` and `Intl` are Russian, a date
#   that is typed into <input type=date> in the Russian order (day, month, year) is that date.
# Happens: the field keeps the order of the browser's own language, which headless Chromium takes from
#   neither the context, --lang nor the environment: month, day, year. «26112026» is no error either: 26
#   is cut to the month 2, and the year becomes 112026. The server is sent «112026-02-06».
# Why an auditor of pages cares: a form that is walked through by keys proves less than it seems to,
#   and whoever reads a date must refuse a year of six digits in words.
# Exit status: 0 as stated here, 1 changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check playwright==1.65.2 2>/dev/null
"$place/venv/bin/python" - <<'PYTHON'
import os
import sys

from playwright.sync_api import sync_playwright

RUSSIAN = {**os.environ, "LANGUAGE": "ru", "LC_ALL": "ru_RU.UTF-8"}

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=["--no-sandbox", "--lang=ru-RU"], env=RUSSIAN
    )
    page = browser.new_context(locale="ru-RU").new_page()
    page.set_content("<input type=date>")
    page.focus("input")
    page.keyboard.type("26112026")
    told = page.evaluate("[navigator.language, document.querySelector('input').value]")
    browser.close()
print("language and date:", told)
sys.exit(0 if told == ["ru-RU", "112026-02-06"] else 1)
PYTHON
