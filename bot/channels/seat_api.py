"""The seat's HTTP interface: login, transcripts, assistant, ledger, supervision (docs/seats.md)."""
from __future__ import annotations

import asyncio
import datetime as dt
from functools import wraps
from typing import Any, Awaitable, Callable, Coroutine, Optional

from sanic import Blueprint, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.delivery import message_frame
from bot.channels.inbound import BadMessage, read_id
from bot.channels.seat_frames import handoff_values, seat_values, whisper_values
from bot.channels.seat_login import COOKIE, must_be_logged_in, same_origin
from bot.retrieval.evidence import KINDS
from bot.seats.accounts import LONGEST_LOGIN, Login, SeatAccounts
from bot.seats.assistant import Assistant
from bot.seats.audit import Audit
from bot.seats.desk import HandoffDesk
from bot.seats.ledger import Ledger
from bot.seats.model import DISPOSITIONS, REASONS, Role, SeatError
from bot.service_types import SERVICE_TYPES, TOPICS
from bot.services.conversations import ConversationLog
from bot.settings import Settings

Classify = Callable[[str], Awaitable[dict[str, Any]]]
Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]

PREFIX = "/seat/api"
LONGEST_QUERY = 4000
LARGEST_ID = 2**31 - 1
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STATUS = {"unauthorized": 401, "locked": 423, "forbidden": 403, "not_yours": 403, "gone": 404}


class SeatApi:
    """The routes, each a few lines around one call to ``bot.seats``."""

    def __init__(
        self,
        accounts: SeatAccounts,
        desk: HandoffDesk,
        conversations: ConversationLog,
        assistant: Assistant,
        ledger: Ledger,
        audit: Audit,
        phrases: list[dict[str, Any]],
        classify: Classify,
        settings: Settings,
    ) -> None:
        self._accounts = accounts
        self._desk = desk
        self._log = conversations
        self._assistant = assistant
        self._ledger = ledger
        self._audit = audit
        self._phrases = phrases
        self._classify = classify
        self._settings = settings

    def blueprint(self) -> Blueprint:
        """All routes, to be mounted at the root."""
        routes = Blueprint("fawen_seat_api", url_prefix=PREFIX)
        routes.add_route(_worded(self._log_in), "/login", methods=["POST"], name="login")
        for path, handler, method in (
            ("/logout", self._log_out, "POST"),
            ("/me", self._me, "GET"),
            ("/password", self._password, "POST"),
            ("/conversations/<conversation_id:str>", self._conversation, "GET"),
            ("/assist", self._assist, "POST"),
            ("/search", self._search, "POST"),
            ("/citations", self._citations, "POST"),
            ("/phrases", self._list_phrases, "GET"),
            ("/calls", self._call, "POST"),
            ("/ledger", self._find_records, "GET"),
            ("/ledger.xlsx", self._workbook, "GET"),
            ("/ledger/<record_id:int>", self._edit_record, "POST"),
            ("/supervision", self._supervision, "GET"),
            ("/audit", self._audit_page, "GET"),
        ):
            name = handler.__name__.strip("_")
            routes.add_route(_worded(self._logged_in(handler)), path, methods=[method], name=name)
        return routes

    def _logged_in(self, handler: Handler) -> Handler:
        async def checked(request: Request, **path: Any) -> HTTPResponse:
            return await handler(request, must_be_logged_in(request, self._accounts), **path)

        return checked

    # --- login

    async def _log_in(self, request: Request) -> HTTPResponse:
        if request.headers.get("origin") and not same_origin(request):
            raise BadMessage("forbidden", "请在本站的页面登录。", status=403)
        body = _body(request)
        username, password = _text(body, "username", 40), _text(body, "password", 200)
        try:
            # argon2 takes its time on purpose; conversations go on meanwhile.
            login = await asyncio.get_running_loop().run_in_executor(None, self._accounts.log_in, username, password)
        except SeatError:
            self._audit.note(None, "login_failed", detail=username)
            raise
        self._audit.note(login.seat.id, "login")
        answer = _json({"seat": seat_values(login.seat, self._load(login)), "csrf": login.csrf})
        answer.cookies[COOKIE] = login.token
        answer.cookies[COOKIE]["httponly"] = True
        answer.cookies[COOKIE]["samesite"] = "Strict"
        answer.cookies[COOKIE]["path"] = "/"
        answer.cookies[COOKIE]["max-age"] = int(LONGEST_LOGIN.total_seconds())
        if request.headers.get("x-forwarded-proto", request.scheme) == "https":
            answer.cookies[COOKIE]["secure"] = True
        return answer

    async def _log_out(self, request: Request, login: Login) -> HTTPResponse:
        self._accounts.log_out(login.token)
        self._audit.note(login.seat.id, "logout")
        answer = _json({})
        del answer.cookies[COOKIE]
        return answer

    async def _me(self, request: Request, login: Login) -> HTTPResponse:
        return _json(
            {
                "seat": seat_values(login.seat, self._load(login)),
                "csrf": login.csrf,
                "organization": self._settings.organization,
                "service_types": SERVICE_TYPES,
                "topics": list(TOPICS),
                "dispositions": DISPOSITIONS,
                "reasons": REASONS,
                "max_message_chars": self._settings.max_message_chars,
            }
        )

    async def _password(self, request: Request, login: Login) -> HTTPResponse:
        body = _body(request)
        old, new = _text(body, "old", 200), _text(body, "new", 200)
        await asyncio.get_running_loop().run_in_executor(None, self._accounts.change_password, login.seat, old, new)
        self._audit.note(login.seat.id, "password")
        return _json({})

    # --- conversations and the assistant

    async def _conversation(self, request: Request, login: Login, conversation_id: str) -> HTTPResponse:
        handoff = self._desk.must_see(login.seat, read_id(conversation_id, "conversation"))
        self._audit.note(login.seat.id, "read", conversation_id)
        names = {seat.id: seat.name for seat in self._accounts.all()}
        return _json(
            {
                "handoff": handoff_values(handoff, login.seat, names, self._desk.patience),
                "messages": [message_frame(stored) for stored in self._log.since(conversation_id, 0)],
                "whispers": [whisper_values(whisper) for whisper in self._desk.whispers_of(conversation_id)],
            }
        )

    async def _assist(self, request: Request, login: Login) -> HTTPResponse:
        body = _body(request)
        text = _text(body, "text", LONGEST_QUERY)
        about = ""
        if body.get("conversation"):
            about = self._desk.must_see(login.seat, read_id(body["conversation"], "conversation")).gist
        if not text.strip():
            return _json({"understood": None, "suggestions": [], "guides": [], "articles": []})
        understood = await self._classify(text)
        topics = understood.pop("topics")
        found = await asyncio.get_running_loop().run_in_executor(None, self._assistant.suggest, text, about, topics)
        return _json({"understood": understood, **found})

    async def _search(self, request: Request, login: Login) -> HTTPResponse:
        body = _body(request)
        text, kind = _text(body, "text", LONGEST_QUERY), body.get("kind") or None
        if kind is not None and kind not in KINDS:
            raise BadMessage("bad_request", f"kind 应为 {'、'.join(KINDS)} 之一。")
        if not text.strip():
            return _json({"hits": []})
        hits = await asyncio.get_running_loop().run_in_executor(None, self._assistant.search, text, kind)
        return _json({"hits": hits})

    async def _citations(self, request: Request, login: Login) -> HTTPResponse:
        return _json({"citations": self._assistant.check_citations(_text(_body(request), "text", LONGEST_QUERY))})

    async def _list_phrases(self, request: Request, login: Login) -> HTTPResponse:
        return _json({"phrases": self._phrases})

    # --- the ledger

    async def _call(self, request: Request, login: Login) -> HTTPResponse:
        record = self._ledger.add_call(login.seat, _body(request))
        self._audit.note(login.seat.id, "call", detail=str(record["id"]))
        return _json(record)

    async def _find_records(self, request: Request, login: Login) -> HTTPResponse:
        everything = login.seat.supervises and request.args.get("mine") != "1"
        return _json(
            self._ledger.find(
                seat=None if everything else login.seat,
                first=_day(request.args.get("from")),
                last=_day(request.args.get("to")),
                text=request.args.get("text", ""),
                topic=request.args.get("topic", ""),
                page=_page(request),
            )
        )

    async def _edit_record(self, request: Request, login: Login, record_id: int) -> HTTPResponse:
        if record_id > LARGEST_ID:
            raise SeatError("gone", "没有这条台账")
        record = self._ledger.edit(record_id, login.seat, _body(request))
        self._audit.note(login.seat.id, "ledger", detail=str(record_id))
        return _json(record)

    async def _workbook(self, request: Request, login: Login) -> HTTPResponse:
        period = request.args.get("period", f"{dt.date.today():%Y-%m}")
        book = self._ledger.workbook(period, None if login.seat.supervises else login.seat)
        self._audit.note(login.seat.id, "export", detail=period)
        disposition = f'attachment; filename="ledger-{period}.xlsx"'
        return response.raw(book, content_type=XLSX, headers={"Content-Disposition": disposition})

    # --- supervision

    async def _supervision(self, request: Request, login: Login) -> HTTPResponse:
        if not login.seat.supervises:
            raise SeatError("forbidden", "只有主管可以查看")
        waiting, talking = self._desk.overview()
        seats = self._accounts.all()
        names = {seat.id: seat.name for seat in seats}
        load = {seat.id: sum(handoff.seat_id == seat.id for handoff in talking) for seat in seats}
        present = {seat.id for seat in self._desk.present()}
        shown = [{**seat_values(seat, load[seat.id]), "present": seat.id in present} for seat in seats if seat.active]
        patience = self._desk.patience
        texts = self._desk.last_texts([handoff.conversation_id for handoff in talking])
        return _json(
            {
                "seats": shown,
                "waiting": [handoff_values(handoff, login.seat, names, patience) for handoff in waiting],
                "active": [
                    handoff_values(handoff, login.seat, names, patience, texts.get(handoff.conversation_id, ""))
                    for handoff in talking
                ],
            }
        )

    async def _audit_page(self, request: Request, login: Login) -> HTTPResponse:
        if login.seat.role is not Role.ADMINISTRATOR:
            raise SeatError("forbidden", "只有管理员可以查看")
        return _json({"lines": self._audit.page(_page(request))})

    def _load(self, login: Login) -> int:
        _waiting, talking = self._desk.overview()
        return sum(handoff.seat_id == login.seat.id for handoff in talking)


def _worded(handler: Handler) -> Handler:
    """Every refusal as ``{"error", "message"}`` with its status."""

    @wraps(handler)
    async def answer(request: Request, **path: Any) -> HTTPResponse:
        try:
            return await handler(request, **path)
        except BadMessage as problem:
            return _json({"error": problem.code, "message": problem.text}, problem.status)
        except SeatError as problem:
            return _json({"error": problem.code, "message": problem.text}, _STATUS.get(problem.code, 400))

    return answer


def _json(values: Any, status: int = 200) -> HTTPResponse:
    return response.json(values, status=status, headers={"Cache-Control": "no-store"}, ensure_ascii=False)


def _body(request: Request) -> dict[str, Any]:
    try:
        body = request.json
    except (SanicException, RecursionError, ValueError) as error:
        raise BadMessage("bad_request", "请求体应为 JSON 对象。") from error
    if not isinstance(body, dict):
        raise BadMessage("bad_request", "请求体应为 JSON 对象。")
    return body


def _text(body: dict[str, Any], name: str, longest: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or len(value) > longest:
        raise BadMessage("bad_request", f"{name} 应为不超过 {longest} 个字的文字。")
    return value


def _day(text: Optional[str]) -> Optional[dt.date]:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadMessage("bad_request", "日期应写成 2026-11-22。") from error


def _page(request: Request) -> int:
    text = request.args.get("page", "1")
    if not text.isdigit() or not 1 <= int(text) <= 100_000:
        raise BadMessage("bad_request", "page 应为正整数。")
    return int(text)
