"""VK's numbered errors (vk-api-schema, errors.json), and how an answer tells one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MESSAGES = {
    1: "Unknown error occurred",
    2: "Application is disabled. Enable your application or use test mode",
    3: "Unknown method passed",
    4: "Incorrect signature",
    5: "User authorization failed",
    6: "Too many requests per second",
    7: "Permission to perform this action is denied",
    8: "Invalid request",
    9: "Flood control",
    10: "Internal server error",
    12: "Unable to compile code",
    13: "Runtime error occurred during code invocation",
    14: "Captcha needed",
    15: "Access denied",
    16: "HTTP authorization failed",
    17: "Validation required",
    18: "User was deleted or banned",
    19: "Content blocked",
    20: "Permission to perform this action is denied for non-standalone applications",
    21: "Permission to perform this action is allowed only for standalone and OpenAPI applications",
    23: "This method was disabled",
    24: "Confirmation required",
    25: "Token confirmation required",
    27: "Group authorization failed",
    28: "Application authorization failed",
    29: "Rate limit reached",
    30: "This profile is private",
    32: "Need wait",
    33: "Not implemented yet",
    34: "Client version deprecated",
    36: "Method execution was interrupted due to timeout",
    38: "Unknown application",
    40: "Unknown group",
    42: "IP is not allowed",
    43: "This section is temporary unavailable",
    100: "One of the parameters specified was missing or invalid",
    101: "Invalid application API ID",
    103: "Out of limits",
    104: "Not found",
    113: "Invalid user id",
    125: "Invalid group id",
    200: "Access denied",
    203: "Access to group denied",
    210: "Access to wall's post denied",
    212: "Access to post comments denied",
    214: "Access to adding post denied",
    260: "Access to the groups list is denied due to the user's privacy settings",
}


class VkError(Exception):
    """One of VK's numbered errors; `detail` follows the message after a colon."""

    def __init__(self, code: int, detail: str = "", subcode: int | None = None) -> None:
        message = MESSAGES.get(code, "Unknown error occurred")
        super().__init__(f"{message}: {detail}" if detail else message)
        self.code = code
        self.subcode = subcode


def envelope(error: VkError, method: str, params: Mapping[str, str]) -> dict[str, Any]:
    """VK's error: status 200, and the parameters of the request, the key among them."""
    echoed = {"oauth": "1", "method": method, **params}
    inner: dict[str, Any] = {"error_code": error.code}
    if error.subcode is not None:
        inner["error_subcode"] = error.subcode
    inner["error_msg"] = str(error)
    inner["request_params"] = [{"key": key, "value": value} for key, value in echoed.items()]
    if error.code == 14:
        inner |= {"captcha_sid": "548747100691", "captcha_img": "https://api.vk.ru/captcha.php"}
    if error.code == 17:
        inner["redirect_uri"] = "https://m.vk.ru/activation?act=validate"
    return {"error": inner}
