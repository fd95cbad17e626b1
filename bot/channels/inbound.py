"""What a citizen may send, whatever the channel: checked and cleaned before anything else sees it."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Optional

from bot.seats.reception import COMMANDS
from bot.service_types import SERVICE_TYPES
from bot.text.normalize import clean, has_words
from bot.text.payload import read_payload

# Quick replies: these intents may be sent as «/intent» or «/intent words»; anything else after a slash is plain text.
PAYLOAD_INTENTS = frozenset(SERVICE_TYPES) | COMMANDS | {
    "affirm",
    "deny",
    "rate_helpful",
    "rate_unhelpful",
    "request_callback",
}

NOTHING_TO_READ = "我只看得懂文字。请用一两句话说说您遇到的事，比如“老板拖欠工资怎么办”。遇到危险请直接拨打110或120。"
NOT_TEXT = "消息必须是文字：message 应为字符串。"
ID_LENGTH = 64
_SLASHES = re.compile(r"^[/\s]+")
_ID = re.compile(r"[\w.:@\-]{1,64}")


class BadMessage(Exception):
    """The message can't be taken. ``code`` is for programs, ``text`` (Chinese) for people, ``status`` for HTTP."""

    def __init__(self, code: str, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.status = status


@dataclass(frozen=True)
class Inbound:
    """A message fit for the dialogue. ``refusal`` is set when there is nothing to read in it."""

    text: str
    refusal: Optional[str] = None


def read_message(value: Any, max_chars: int) -> Inbound:
    """Check and clean the text of a message. Raises :class:`BadMessage` for wrong types and excessive length."""
    if not isinstance(value, str):
        raise BadMessage("bad_request", NOT_TEXT)
    if len(value) > max_chars:
        raise BadMessage("too_long", f"消息太长了（最多 {max_chars} 个字），请挑要紧的说，或者分几次发。", status=413)
    text = clean(value)
    if not has_words(text):
        return Inbound(text, NOTHING_TO_READ)
    if text.startswith("/"):
        payload = read_payload(text)
        if not payload or payload[0] not in PAYLOAD_INTENTS:
            text = _SLASHES.sub("", text)
            if not has_words(text):
                return Inbound(text, NOTHING_TO_READ)
    return Inbound(text)


def read_command(text: str) -> Optional[tuple[str, str]]:
    """The command to the reception (a name of ``COMMANDS`` and the words after it) that ``text`` is, or ``None``."""
    payload = read_payload(text)
    return payload if payload and payload[0] in COMMANDS else None


def read_id(value: Any, name: str) -> str:
    """Check an identifier a client chose. Raises :class:`BadMessage`."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise BadMessage("bad_request", f"{name} 应为 1–{ID_LENGTH} 个字母、数字或 . _ : @ - 组成的字符串。")
    return value
