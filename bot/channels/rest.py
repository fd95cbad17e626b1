"""Rasa's REST webhook, with each bot message whole and every error in words."""
from __future__ import annotations

import secrets
from typing import Any, Awaitable, Callable

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.inbound import BadMessage, read_id, read_message
from bot.channels.responder import Responder
from bot.settings import Settings

EXAMPLE = '例如 {"sender": "用户编号", "message": "老板拖欠工资怎么办"}'


class RestChannel(InputChannel):
    """``POST /webhooks/rest/webhook`` with ``{"sender", "message"}``; answers a list of messages.

    Each has ``recipient_id``, ``text`` (complete plain text), ``buttons`` and ``custom`` (the structured form).
    Without ``sender`` a new conversation is begun and its id returned as ``recipient_id``.
    """

    def __init__(self, responder: Responder, settings: Settings) -> None:
        self._responder = responder
        self._settings = settings

    @classmethod
    def name(cls) -> str:
        """Part of the path, and the channel's name in Rasa."""
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes, to be mounted at ``/webhooks/rest``."""
        routes = Blueprint("fawen_rest")

        @routes.route("/", methods=["GET"])
        async def health(_request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            try:
                sender, message = self._read(request)
            except BadMessage as problem:
                return response.json({"error": problem.code, "message": problem.text}, status=problem.status)
            messages = await self._responder.answer(sender, message, self.name())
            return response.json(messages, ensure_ascii=False)

        return routes

    def _read(self, request: Request):  # noqa: ANN202
        try:
            body = request.json
        except (SanicException, RecursionError, ValueError) as error:
            raise BadMessage("bad_request", f"请求体应为 UTF-8 编码的 JSON 对象，{EXAMPLE}") from error
        if not isinstance(body, dict):
            raise BadMessage("bad_request", f"请求体应为 JSON 对象，{EXAMPLE}")
        sender = body.get("sender")
        conversation_id = f"rest-{secrets.token_hex(12)}" if sender is None else read_id(sender, "sender")
        if "message" not in body:
            raise BadMessage("bad_request", f"缺少 message，{EXAMPLE}")
        return conversation_id, read_message(body["message"], self._settings.max_message_chars)
