"""``fawen seats``: accounts from the command line."""
from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Iterator, Protocol

import pytest
import sqlalchemy as sa
from support import database_url, fawen

from bot.seats.accounts import TRIES, SeatAccounts
from bot.seats.audit import Audit
from bot.seats.model import Role, SeatError
from bot.store.database import open_database

PASSWORD = "correct-horse-1"


class Seats(Protocol):
    """Runs ``fawen seats`` on the test's database."""

    def __call__(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run it."""


@pytest.fixture
def seats(tmp_path: Path) -> Seats:
    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return fawen("seats", *arguments, stdin=stdin, FAWEN_DATABASE_URL=database_url(tmp_path))

    return run


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[sa.engine.Engine]:
    """The database the commands write."""
    engine = open_database(database_url(tmp_path))
    yield engine
    engine.dispose()


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that says why not."""
    assert done.returncode == 2, done
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def test_add_makes_an_account_with_a_password_shown_once(seats: Seats, stored: sa.engine.Engine) -> None:
    done = seats("add", "zhang", "--name", "张工", "--skills", "legal_aid，劳动纠纷", "--capacity", "5", "--languages", "zh,en")
    assert done.returncode == 0, done.stderr
    assert "张工" in done.stderr
    # The password alone is on standard output: a script can take it.
    (password,) = done.stdout.splitlines()
    accounts = SeatAccounts(stored)
    seat = accounts.log_in("zhang", password).seat
    assert (seat.name, seat.role, seat.capacity) == ("张工", Role.SEAT, 5)
    assert (seat.skills, seat.languages) == (("legal_aid", "劳动纠纷"), ("zh", "en"))
    assert password not in seats("list").stdout


def test_add_takes_a_password_from_standard_input(seats: Seats, stored: sa.engine.Engine) -> None:
    done = seats("add", "li", "--name", "李主管", "--role", "supervisor", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert PASSWORD not in done.stderr
    assert SeatAccounts(stored).log_in("li", PASSWORD).seat.role is Role.SUPERVISOR


@pytest.mark.parametrize(
    ("arguments", "stdin", "told"),
    [
        (("张工", "--name", "张工"), PASSWORD, "用户名"),
        (("zhang", "--name", " "), PASSWORD, "称呼"),
        (("zhang", "--name", "张工", "--skills", "跳舞"), PASSWORD, "没有这种技能：跳舞"),
        (("zhang", "--name", "张工", "--capacity", "21"), PASSWORD, "上限"),
        (("zhang", "--name", "张工"), "short", "密码至少"),
        (("zhang", "--name", "张工"), "", "密码至少"),
    ],
)
def test_what_can_not_be_an_account_is_one_clear_line(
    seats: Seats, stored: sa.engine.Engine, arguments: tuple[str, ...], stdin: str, told: str
) -> None:
    assert told in refused(seats("add", *arguments, "--password-stdin", stdin=stdin))
    assert SeatAccounts(stored).all() == []


def test_a_taken_name_is_refused(seats: Seats) -> None:
    assert seats("add", "zhang", "--name", "张工").returncode == 0
    assert "已经有了" in refused(seats("add", "zhang", "--name", "另一位"))


def test_an_unknown_role_is_refused(seats: Seats) -> None:
    done = seats("add", "zhang", "--name", "张工", "--role", "king")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_list_shows_every_account_and_no_secret(seats: Seats, stored: sa.engine.Engine) -> None:
    assert seats("list").stdout == ""
    accounts = SeatAccounts(stored)
    accounts.add("zhang", "张工", PASSWORD, skills=["legal_aid"])
    accounts.add("li", "李主管", PASSWORD, Role.SUPERVISOR)
    accounts.set_active("li", False)
    done = seats("list")
    assert done.returncode == 0
    assert [line.split("\t") for line in done.stdout.splitlines()] == [
        ["zhang", "张工", "seat", "正常", "上限 3", "legal_aid"],
        ["li", "李主管", "supervisor", "已停用", "上限 3", "不限"],
    ]
    assert "argon2" not in done.stdout


def test_a_new_password_lifts_the_lock_and_ends_the_logins(seats: Seats, stored: sa.engine.Engine) -> None:
    accounts = SeatAccounts(stored)
    accounts.add("zhang", "张工", PASSWORD)
    login = accounts.log_in("zhang", PASSWORD)
    for _ in range(TRIES):
        with pytest.raises(SeatError):
            accounts.log_in("zhang", "wrong-password")
    done = seats("password", "zhang")
    assert done.returncode == 0, done.stderr
    (password,) = done.stdout.splitlines()
    assert accounts.recognise(login.token) is None
    assert accounts.log_in("zhang", password)
    assert seats("password", "zhang", "--password-stdin", stdin="another-horse-2\n").returncode == 0
    assert accounts.log_in("zhang", "another-horse-2")
    assert "密码至少" in refused(seats("password", "zhang", "--password-stdin", stdin="short"))


def test_disable_ends_the_logins_and_enable_opens_again(seats: Seats, stored: sa.engine.Engine) -> None:
    accounts = SeatAccounts(stored)
    accounts.add("zhang", "张工", PASSWORD)
    login = accounts.log_in("zhang", PASSWORD)
    assert seats("disable", "zhang").returncode == 0
    assert accounts.recognise(login.token) is None
    assert not accounts.exist()
    with pytest.raises(SeatError):
        accounts.log_in("zhang", PASSWORD)
    assert seats("enable", "zhang").returncode == 0
    assert accounts.recognise(login.token) is None
    assert accounts.log_in("zhang", PASSWORD)
    assert [line["action"] for line in Audit(stored).page(1)] == ["seat_enable", "seat_disable"]


@pytest.mark.parametrize("command", ["password", "disable", "enable"])
def test_nobody_of_that_name(seats: Seats, command: str) -> None:
    assert "没有这个账号：nobody" in refused(seats(command, "nobody"))
