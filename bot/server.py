"""One Sanic server: chat channels, the demo page with the widget, health and metrics."""
from __future__ import annotations

import asyncio
import errno
import secrets
import socket
import sys
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rasa.core.agent import Agent
from rasa.core.channels import channel as rasa_channel
from sanic import Sanic, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.exchange import Exchange
from bot.channels.inbound import Inbound
from bot.channels.responder import Responder
from bot.channels.rest import RestChannel
from bot.channels.seat_api import SeatApi
from bot.channels.seat_console import SeatConsoles
from bot.channels.websocket import WebSocketChannel
from bot.dialogue.agent import load_agent
from bot.dialogue.understood import understand
from bot.runtime import Services, get_services
from bot.seats.phrases import load_phrases
from bot.settings import Settings

log = structlog.get_logger()

WEB = Path(__file__).with_name("web")
# Far above the longest message; what is larger is not a question.
LARGEST_REQUEST = 256 * 1024
LARGEST_FRAME = 2 * 1024 * 1024
SWITCH_SECONDS = 0.0005
WARM_UP = ("老板拖欠工资怎么办", "怎么申请法律援助")

_MESSAGES = {404: "没有这个地址。", 405: "这个地址不支持这种请求方法。", 413: "请求太大了。"}


class ServerError(Exception):
    """The server can't start; the message says what to do."""


def create_app(settings: Settings, services: Services) -> Sanic:
    """Put the parts together. The agent answers from the moment the app has started."""
    app = Sanic("fawen", configure_logging=False)
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.config.REQUEST_MAX_SIZE = LARGEST_REQUEST
    app.config.WEBSOCKET_MAX_SIZE = LARGEST_FRAME
    app.config.WEBSOCKET_PING_INTERVAL = 30
    app.config.WEBSOCKET_PING_TIMEOUT = 30
    agent = load_agent(settings, services.engine)
    app.ctx.agent = agent
    responder = Responder(agent, services.encoder)
    exchange = Exchange(responder, services.conversations, services.desk, services.reception, settings)
    rasa_channel.register([RestChannel(exchange, settings)], app, route="/webhooks/")
    app.blueprint(WebSocketChannel(exchange, settings).blueprint(agent.handle_message))
    consoles = SeatConsoles(exchange, services.desk, services.accounts, settings)
    app.blueprint(consoles.blueprint())
    app.blueprint(_seat_api(agent, services).blueprint())
    _add_pages(app)
    _add_probes(app, services)
    app.error_handler.add(Exception, _explain)

    async def warm_up(_app: Sanic, _loop: asyncio.AbstractEventLoop) -> None:
        for text in WARM_UP:
            await responder.answer(f"warm-up-{secrets.token_hex(8)}", Inbound(text), "warm-up")

    app.register_listener(warm_up, "before_server_start")
    app.add_task(consoles.run_desk())
    return app


def _seat_api(agent: Agent, services: Services) -> SeatApi:
    return SeatApi(
        accounts=services.accounts,
        desk=services.desk,
        conversations=services.conversations,
        assistant=services.assistant,
        ledger=services.ledger,
        audit=services.audit,
        phrases=load_phrases(services.settings.knowledge_dir / "phrases.yml"),
        classify=partial(understand, agent),
        settings=services.settings,
    )


def serve(settings: Settings) -> None:
    """Serve until interrupted. Raises :class:`ServerError` when the port can't be had."""
    _check_port(settings.host, settings.port)
    # The encoding thread asks for the interpreter a few times per question: at Python's 5 ms it would mostly wait.
    sys.setswitchinterval(SWITCH_SECONDS)
    app = create_app(settings, get_services())
    app.run(host=settings.host, port=settings.port, access_log=False, motd=False, debug=False)


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ServerError(f"端口 {port} 已被占用。请停掉占用它的程序，或换一个端口：FAWEN_PORT=5006 make run") from error
            raise ServerError(f"不能在 {host}:{port} 上监听：{error.strerror}。请检查 FAWEN_HOST 和 FAWEN_PORT") from error


def _add_pages(app: Sanic) -> None:
    app.static("/", str(WEB / "index.html"), name="index", content_type="text/html; charset=utf-8")
    app.static("/web", str(WEB), name="web")
    app.static("/seat/", str(WEB / "seat" / "index.html"), name="seat", content_type="text/html; charset=utf-8")

    @app.middleware("response")
    async def headers(request: Request, answer: HTTPResponse) -> None:
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "no-referrer"
        if request.path.startswith("/web/"):
            # The widget's modules are loaded by other sites.
            answer.headers["Access-Control-Allow-Origin"] = "*"
            answer.headers["Cache-Control"] = "no-cache"
        elif request.path.rstrip("/") == "/seat":
            answer.headers["X-Frame-Options"] = "DENY"
            answer.headers["Cache-Control"] = "no-cache"
            answer.headers["Content-Security-Policy"] = (
                "default-src 'self'; connect-src 'self' ws: wss:; style-src 'self'; img-src 'self' data:; "
                "media-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
            )
        elif request.path == "/":
            answer.headers["Content-Security-Policy"] = (
                "default-src 'self'; connect-src 'self' ws: wss:; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
            )


def _add_probes(app: Sanic, services: Services) -> None:
    @app.get("/healthz")
    async def healthz(_request: Request) -> HTTPResponse:
        state: dict[str, Any] = {
            "status": "ok",
            "entries": len(services.knowledge.entries),
            "guides": len(services.knowledge.guides),
            "documents": len(services.retriever),
        }
        return response.json(state)

    @app.get("/metrics")
    async def metrics(_request: Request) -> HTTPResponse:
        return response.raw(generate_latest(), content_type=CONTENT_TYPE_LATEST)


async def _explain(request: Request, error: Exception) -> HTTPResponse:
    """Every error in words, never a traceback."""
    status = error.status_code if isinstance(error, SanicException) and error.status_code else 500
    if status >= 500:
        log.error("request failed", path=request.path if request else "", exc_info=error)
    text = _MESSAGES.get(status) or ("系统出了点问题，请稍后再试，或拨打12348。" if status >= 500 else "请求有误。")
    return response.json({"error": "server_error" if status >= 500 else "bad_request", "message": text}, status=status)
