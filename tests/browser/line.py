"""The line between a page and the server, in the hands of the test."""
from __future__ import annotations

import json
import re
from typing import Any, Optional

from playwright.sync_api import Page, WebSocketRoute

SOCKET = re.compile(r"/ws/chat$")


class Line:
    """The line between a page and the real server, for cutting it, losing frames, and adding frames."""

    def __init__(self, page: Page) -> None:
        self.up = True
        self.lose_replies = False
        self.sent: list[dict[str, Any]] = []
        self._decoration: dict[str, Any] = {}
        self._route: Optional[WebSocketRoute] = None
        page.route_web_socket(SOCKET, self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        if not self.up:
            route.close()
            return
        self._route = route
        server = route.connect_to_server()

        def to_server(data: Any) -> None:
            self.sent.append(json.loads(data))
            server.send(data)

        def to_page(data: Any) -> None:
            if not self.lose_replies:
                route.send(self._decorated(data))

        route.on_message(to_server)
        server.on_message(to_page)

    def _decorated(self, data: Any) -> Any:
        frame = json.loads(data)
        if not self._decoration or frame["type"] != "message" or frame["role"] != "bot":
            return data
        frame.update(self._decoration)
        self._decoration = {}
        return json.dumps(frame, ensure_ascii=False)

    def decorate_next(self, **fields: Any) -> None:
        """Replace fields of the next bot message that comes from the server."""
        self._decoration = fields

    def cut(self) -> None:
        """Break the connection and keep it broken until `mend`."""
        self.up = False
        assert self._route is not None, "the page never connected"
        self._route.close()

    def mend(self) -> None:
        self.up = True
        self.lose_replies = False

    def inject(self, seq: int, **message: Any) -> None:
        """Deliver a bot message as if the server had sent it."""
        self.deliver({
            "type": "message", "seq": seq, "role": "bot", "id": None, "text": "", "buttons": [], "custom": None,
            "time": "2026-11-22T10:00:00+08:00", **message,
        })

    def deliver(self, frame: dict[str, Any]) -> None:
        """Hand the page any frame as if the server had sent it."""
        assert self._route is not None, "the page never connected"
        self._route.send(json.dumps(frame, ensure_ascii=False))

    def refuse(self, text: str, code: str, reason: str) -> None:
        """Answer what the page sent as `text` with an error, as if the server had."""
        self.deliver({"type": "error", "code": code, "text": reason, "id": self.messages_sent(text)[-1]["id"]})

    def messages_sent(self, text: str) -> list[dict[str, Any]]:
        return [frame for frame in self.sent if frame["type"] == "message" and frame["text"] == text]
