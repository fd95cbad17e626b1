"""Who is calling from a seat's browser: the cookie, the same origin, and the CSRF header of every change."""
from __future__ import annotations

from typing import Optional
from urllib.parse import urlsplit

from sanic.request import Request

from bot.channels.inbound import BadMessage
from bot.seats.accounts import Login, SeatAccounts, same_secret

COOKIE = "fawen_seat"
CSRF_HEADER = "x-csrf-token"


def login_of(request: Request, accounts: SeatAccounts) -> Optional[Login]:
    """The login of the request's cookie, if it holds."""
    token = request.cookies.get(COOKIE)
    return accounts.recognise(token) if token else None


def same_origin(request: Request) -> bool:
    """Whether the request comes from a page of this server, as far as the browser tells."""
    try:
        return urlsplit(request.headers.get("origin", "")).netloc == request.host
    except ValueError:
        return False


def must_be_logged_in(request: Request, accounts: SeatAccounts) -> Login:
    """The login. Raises :class:`BadMessage` 401 without one, 403 for a change that another site may have sent."""
    login = login_of(request, accounts)
    if login is None:
        raise BadMessage("unauthorized", "请先登录。", status=401)
    if request.method != "GET":
        given = request.headers.get(CSRF_HEADER, "")
        if not same_secret(given, login.csrf) or (request.headers.get("origin") and not same_origin(request)):
            raise BadMessage("forbidden", "页面已过期，请刷新后重试。", status=403)
    return login
