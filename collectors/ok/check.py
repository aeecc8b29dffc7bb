"""Whether the keys are all there, for the operator; nothing is asked of OK."""

from __future__ import annotations

from collections.abc import Sequence

from collectors.model import CallsLeft, Health, Sign
from collectors.ok.settings import SECRETS, OkSettings


def signs(settings: OkSettings, _: CallsLeft) -> Sequence[Sign]:
    missing = [variable for name, variable in SECRETS.items() if not getattr(settings, name)]
    if not missing:
        return (Sign(Health.GOOD, "ключи Одноклассников заданы"),)
    if len(missing) == len(SECRETS):
        return (Sign(Health.GOOD, "ключей Одноклассников нет: читаются открытые страницы"),)
    told = ", ".join(missing)
    what = f"ключи Одноклассников заданы не все: нет {told}; читаются открытые страницы"
    return (Sign(Health.WARNING, what, "задайте все ключи или ни одного"),)
