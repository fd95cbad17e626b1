from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from bot.seats.accounts import LONGEST_IDLE, LONGEST_LOGIN, TRIES, SeatAccounts
from bot.seats.model import SeatError
from bot.store.tables import seat_logins, seats
from seats.conftest import PASSWORD


@pytest.fixture
def accounts(engine) -> SeatAccounts:
    accounts = SeatAccounts(engine)
    accounts.add("zhang", "张工", PASSWORD)
    return accounts


def code(accounts, *arguments) -> str:
    with pytest.raises(SeatError) as error:
        accounts.log_in(*arguments)
    return error.value.code


def test_passwords_are_hashed_with_argon2(accounts, engine):
    with engine.connect() as connection:
        stored = connection.execute(sa.select(seats.c.password_hash)).scalar_one()
    assert stored.startswith("$argon2id$") and PASSWORD not in stored


def test_log_in_is_recognised_until_log_out(accounts, engine):
    login = accounts.log_in("zhang", PASSWORD)
    assert accounts.recognise(login.token).seat.username == "zhang"
    assert accounts.recognise(login.token).csrf == login.csrf
    assert accounts.recognise("x" + login.token) is None
    with engine.connect() as connection:
        assert login.token not in str(connection.execute(sa.select(seat_logins)).all())
    accounts.log_out(login.token)
    assert accounts.recognise(login.token) is None


@pytest.mark.parametrize(("column", "longest"), [("created_at", LONGEST_LOGIN), ("seen_at", LONGEST_IDLE)])
def test_a_login_expires(accounts, engine, column, longest):
    login = accounts.log_in("zhang", PASSWORD)
    with engine.begin() as connection:
        connection.execute(sa.update(seat_logins).values({column: dt.datetime.now() - longest}))
    assert accounts.recognise(login.token) is None


def test_wrong_names_and_passwords_are_told_alike(accounts):
    assert code(accounts, "nobody", PASSWORD) == code(accounts, "zhang", "wrong-password") == "unauthorized"


def test_lockout_after_failed_tries_until_the_password_is_reset(accounts):
    for _ in range(TRIES):
        assert code(accounts, "zhang", "wrong-password") == "unauthorized"
    assert code(accounts, "zhang", PASSWORD) == "locked"
    accounts.set_password("zhang", "another-horse-2")
    assert accounts.log_in("zhang", "another-horse-2").seat.username == "zhang"


def test_a_lock_ends_by_itself(accounts, engine):
    for _ in range(TRIES):
        code(accounts, "zhang", "wrong-password")
    with engine.begin() as connection:
        connection.execute(sa.update(seats).values(locked_until=dt.datetime.now()))
    assert accounts.log_in("zhang", PASSWORD)


def test_a_new_password_ends_all_logins(accounts):
    login = accounts.log_in("zhang", PASSWORD)
    with pytest.raises(SeatError):
        accounts.change_password(login.seat, "wrong-password", "another-horse-2")
    accounts.change_password(login.seat, PASSWORD, "another-horse-2")
    assert accounts.recognise(login.token) is None
    assert code(accounts, "zhang", PASSWORD) == "unauthorized"


def test_a_shut_account_is_out_at_once(accounts):
    login = accounts.log_in("zhang", PASSWORD)
    accounts.set_active("zhang", False)
    assert accounts.recognise(login.token) is None
    assert code(accounts, "zhang", PASSWORD) == "unauthorized"
    assert not accounts.exist()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"username": "张"}, "用户名"),
        ({"username": "zhang"}, "已经有了"),
        ({"password": "short"}, "密码至少"),
        ({"skills": ["跳舞"]}, "没有这种技能"),
        ({"capacity": 0}, "上限"),
        ({"name": " "}, "称呼"),
    ],
)
def test_what_can_not_be_an_account_is_told(accounts, values, told):
    with pytest.raises(SeatError, match=told):
        accounts.add(**{"username": "wang", "name": "王工", "password": PASSWORD, **values})
