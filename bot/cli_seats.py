"""``fawen seats``: accounts of the people at the console."""
from __future__ import annotations

import secrets
import sys

import typer

from bot.console import err
from bot.seats.accounts import SeatAccounts
from bot.seats.audit import Audit
from bot.seats.model import Role
from bot.settings import load_settings
from bot.store.database import open_database

app = typer.Typer(help="人工席位的账号：新建、列出、停用、重设密码。", no_args_is_help=True)

USERNAME = typer.Argument(..., help="登录用的用户名")
PASSWORD_STDIN = typer.Option(False, "--password-stdin", help="从标准输入读密码；不用时随机生成一个，只显示这一次")


@app.command()
def add(
    username: str = typer.Argument(..., help="登录用的用户名：小写字母、数字或 . _ -"),
    name: str = typer.Option(..., "--name", help="称呼，市民会看到，如 张工"),
    role: Role = typer.Option(Role.SEAT, "--role", help="seat 席位、supervisor 主管、administrator 管理员"),
    skills: str = typer.Option("", "--skills", help="擅长的服务类型或主题，逗号分隔，如 legal_aid,劳动纠纷；留空为都可以"),
    regions: str = typer.Option("", "--regions", help="负责的地区，逗号分隔；留空为不限"),
    languages: str = typer.Option("zh", "--languages", help="能用的语言，逗号分隔，如 zh,en"),
    capacity: int = typer.Option(3, "--capacity", help="同时接谈的上限"),
    password_stdin: bool = PASSWORD_STDIN,
) -> None:
    """新建一个账号。"""
    password = _password(password_stdin)
    seat = _accounts().add(
        username, name, password, role, _split(skills), _split(regions), _split(languages), capacity
    )
    _audit("seat_add", seat.username)
    _tell_password(f"已建立账号 {seat.username}（{seat.name}，{seat.role.value}）", password, password_stdin)


@app.command("list")
def list_() -> None:
    """列出全部账号。"""
    for seat in _accounts().all():
        skills = "、".join(seat.skills) or "不限"
        print(f"{seat.username}\t{seat.name}\t{seat.role.value}\t{'正常' if seat.active else '已停用'}\t上限 {seat.capacity}\t{skills}")


@app.command("password")
def password_(username: str = USERNAME, password_stdin: bool = PASSWORD_STDIN) -> None:
    """重设密码，并解除锁定；已登录的页面随即失效。"""
    password = _password(password_stdin)
    _accounts().set_password(username, password)
    _audit("seat_password", username)
    _tell_password(f"已重设 {username} 的密码", password, password_stdin)


@app.command()
def disable(username: str = USERNAME) -> None:
    """停用账号；已登录的页面随即失效，台账保留。"""
    _accounts().set_active(username, False)
    _audit("seat_disable", username)
    err.print(f"已停用 {username}")


@app.command()
def enable(username: str = USERNAME) -> None:
    """重新启用账号。"""
    _accounts().set_active(username, True)
    _audit("seat_enable", username)
    err.print(f"已启用 {username}")


def _accounts() -> SeatAccounts:
    return SeatAccounts(open_database(load_settings().database))


def _audit(action: str, detail: str) -> None:
    Audit(open_database(load_settings().database)).note(None, action, detail=detail)


def _password(from_stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\r\n") if from_stdin else secrets.token_urlsafe(12)


def _tell_password(done: str, password: str, given: bool) -> None:
    err.print(done)
    if not given:
        # The password alone on stdout: a script can take it.
        err.print("初始密码（只显示这一次，请登录后修改）：")
        print(password)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
