"""The desk that is fuzzed is the one whose screens are tested."""

from tests.monitor.desk.conftest import audited, desk, lasting_office

__all__ = ["audited", "desk", "lasting_office"]
