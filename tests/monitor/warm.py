"""What the fork server of `starts` loads and does once, so that its children need not."""

from collectors.networks import networks
from monitor.commands import audit, doctor, registry, report, rules, statements
from monitor.commands import backup as copies
from reports.formats import installed
from tests.monitor.pipeline import empty_database
from tests.monitor.starts import start
from tests.reports.town import REPORT

LOADED = start, audit, copies, doctor, registry, report, rules, statements
DRAWN = [installed()[slug].render(REPORT) for slug in ("html", "text", "json", "xlsx", "letter")]
READY = networks(), empty_database()
