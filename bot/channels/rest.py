"""Rasa's REST webhook, with each bot message whole and every error in words."""
from __future__ import annotations

import asyncio
import secrets
from typing import Any, Awaitable, Callable, Optional

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.delivery import message_frame
from bot.channels.exchange import Exchange
from bot.channels.inbound import BadMessage, Inbound, read_id, read_message
from bot.services.conversations import ConversationTaken
from bot.settings import Settings

TOKEN_HEADER = "X-Fawen-Token"
# The longest a request for new messages may wait for one.
LONGEST_WAIT = 25
EXAMPLE = '例如 {"sender": "用户编号", "message": "老板拖欠工资怎么办"}'


class RestChannel(InputChannel):
    """``POST /webhooks/rest/webhook`` with ``{"sender", "message"}``; answers a list of messages.

    Each has ``recipient_id``, ``text`` (complete plain text), ``buttons``, ``custom`` (the structured form) and
    ``seq``. Without ``sender`` a new conversation is begun and its id returned as ``recipient_id``. An ``id`` of the
    client's makes a send idempotent. What a seat says is fetched with ``GET /webhooks/rest/messages``.
    """

    def __init__(self, exchange: Exchange, settings: Settings) -> None:
        self._exchange = exchange
        self._log = exchange.log
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
                sender, message, client_id = self._read(request)
                token = self._ensure(sender)
                stored, _new = self._exchange.receive(sender, client_id, message)
            except BadMessage as problem:
                return _refused(problem)
            # One sent again may still be unanswered; and a client that hangs up does not stop the answer.
            await asyncio.shield(self._exchange.start(self._exchange.answer(sender, self.name())))
            said = [
                {"recipient_id": sender, "text": m.text, "buttons": m.buttons, "custom": m.custom, "seq": m.seq}
                for m in self._log.since(sender, stored.seq)
                if m.role in ("bot", "system")
            ]
            return response.json(said, headers={TOKEN_HEADER: token} if token else None, ensure_ascii=False)

        @routes.route("/messages", methods=["GET"])
        async def messages(request: Request) -> HTTPResponse:
            try:
                sender, after, wait = self._read_poll(request)
            except BadMessage as problem:
                return _refused(problem)
            found = self._log.since(sender, after)
            if not found and wait:
                await self._exchange.citizens.wait(sender, wait)
                found = self._log.since(sender, after)
            shown = [{name: value for name, value in message_frame(m).items() if name != "type"} for m in found]
            handoff = {name: value for name, value in self._exchange.handoff_frame(sender).items() if name != "type"}
            return response.json({"messages": shown, "handoff": handoff}, ensure_ascii=False)

        return routes

    def _ensure(self, sender: str) -> Optional[str]:
        try:
            return self._log.ensure(sender, self.name())
        except ConversationTaken as error:
            raise BadMessage("forbidden", "这个 sender 属于别的渠道的对话，请换一个。", status=403) from error

    def _read_poll(self, request: Request) -> tuple[str, int, float]:
        sender = read_id(request.args.get("sender"), "sender")
        token = request.token or ""
        if not self._log.may_resume(sender, token):
            raise BadMessage(
                "unauthorized", f"密钥不对。请用第一次回答的响应头 {TOKEN_HEADER} 的值：Authorization: Bearer 密钥", status=401
            )
        try:
            after, wait = int(request.args.get("after", "0")), float(request.args.get("wait", "0"))
        except ValueError as error:
            raise BadMessage("bad_request", "after 应为整数，wait 应为秒数。") from error
        if not (0 <= after < 2**31 and 0 <= wait <= LONGEST_WAIT):
            raise BadMessage("bad_request", f"after 不能小于 0，wait 应为 0–{LONGEST_WAIT}。")
        return sender, after, wait

    def _read(self, request: Request) -> tuple[str, Inbound, str]:
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
        client_id = secrets.token_hex(12) if body.get("id") is None else read_id(body["id"], "id")
        return conversation_id, read_message(body["message"], self._settings.max_message_chars), client_id


def _refused(problem: BadMessage) -> HTTPResponse:
    return response.json({"error": problem.code, "message": problem.text}, status=problem.status)
