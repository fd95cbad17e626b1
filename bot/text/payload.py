"""What a pressed button sends in place of words: «/intent» or «/intent words»."""
from __future__ import annotations

import re
from typing import Optional

_PAYLOAD = re.compile(r"/([a-z_]+)(?: ([^{}\"]{1,100}))?")


def read_payload(text: str) -> Optional[tuple[str, str]]:
    """The intent and the words after it (perhaps none), or ``None`` when ``text`` has another form."""
    match = _PAYLOAD.fullmatch(text)
    return (match[1], match[2] or "") if match else None
