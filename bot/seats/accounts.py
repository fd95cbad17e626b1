"""Seat accounts: argon2 hashes, lockout after failed tries, login sessions that expire."""
from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Any, Optional, Sequence

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.seats.model import Role, Seat, SeatError, Status
from bot.service_types import SERVICE_TYPES, TOPICS
from bot.store.tables import seat_logins, seats

SHORTEST_PASSWORD = 10
TRIES = 5
LOCKED_FOR = dt.timedelta(minutes=15)
# A login ends after this long, used or not; and sooner when nothing is heard from its pages.
LONGEST_LOGIN = dt.timedelta(hours=12)
LONGEST_IDLE = dt.timedelta(hours=2)
_SEEN_EVERY = dt.timedelta(minutes=1)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._\-]{1,39}")


@dataclass(frozen=True)
class Login:
    """A session of a browser. ``token`` goes into the cookie, ``csrf`` into the header of every change."""

    token: str
    csrf: str
    seat: Seat


class SeatAccounts:
    """Adds, changes and recognises accounts."""

    def __init__(self, engine: sa.engine.Engine) -> None:
        self._engine = engine
        self._hasher = PasswordHasher()
        # Verified when the name is unknown, so that the time taken does not tell which names there are.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def add(
        self,
        username: str,
        name: str,
        password: str,
        role: Role = Role.SEAT,
        skills: Sequence[str] = (),
        regions: Sequence[str] = (),
        languages: Sequence[str] = ("zh",),
        capacity: int = 3,
    ) -> Seat:
        """Make an account. Raises :class:`SeatError` for a bad or taken name, an unknown skill or a weak password."""
        if not _USERNAME.fullmatch(username):
            raise SeatError("bad_request", "用户名应为 2–40 个小写字母、数字或 . _ -，以字母或数字开头")
        unknown = [skill for skill in skills if skill not in SERVICE_TYPES and skill not in TOPICS]
        if unknown:
            raise SeatError("bad_request", f"没有这种技能：{'、'.join(unknown)}。可用服务类型的编号（如 legal_aid）或主题（如 劳动纠纷）")
        if not 1 <= capacity <= 20:
            raise SeatError("bad_request", "同时接谈的上限应为 1–20")
        if not 1 <= len(name.strip()) <= 20:
            raise SeatError("bad_request", "称呼应为 1–20 个字，市民会看到，如 张工")
        row = {
            "username": username,
            "name": name.strip(),
            "role": role.value,
            "password_hash": self._hash(password),
            "skills": list(skills),
            "regions": list(regions),
            "languages": list(languages),
            "capacity": capacity,
            "status": Status.OFFLINE.value,
            "active": True,
            "failed_logins": 0,
            "created_at": dt.datetime.now(),
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(seats), row)
        except sa.exc.IntegrityError as error:
            raise SeatError("bad_request", f"用户名 {username} 已经有了") from error
        return self._by_username(username)

    def all(self) -> list[Seat]:
        """Every account, those that were shut, too."""
        return self._select(sa.true())

    def get(self, seat_id: int) -> Optional[Seat]:
        """The account with this number, or ``None``."""
        return next(iter(self._select(seats.c.id == seat_id)), None)

    def exist(self) -> bool:
        """Whether there is anybody at all who could take a conversation."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(seats.c.id).where(seats.c.active).limit(1)).first() is not None

    def set_password(self, username: str, password: str) -> None:
        """Give a new password; all logins of the account end, and a lock is lifted."""
        seat = self._by_username(username)
        self._update(seat.id, password_hash=self._hash(password), failed_logins=0, locked_until=None)
        self._end_logins(seat.id)

    def change_password(self, seat: Seat, old: str, new: str) -> None:
        """Change one's own password. Raises :class:`SeatError` when the old one is wrong or the new one weak."""
        if not self._matches(self._row(seats.c.id == seat.id), old):
            raise SeatError("bad_request", "原密码不对")
        self.set_password(seat.username, new)

    def set_active(self, username: str, active: bool) -> None:
        """Shut an account, or open it again; a shut one's logins end at once."""
        seat = self._by_username(username)
        self._update(seat.id, active=active, status=Status.OFFLINE.value)
        self._end_logins(seat.id)

    def set_status(self, seat_id: int, status: Status) -> None:
        """Store what a seat says of itself."""
        self._update(seat_id, status=status.value)

    def note_offer(self, connection: sa.engine.Connection, seat_id: int) -> None:
        """Remember that the seat was just asked: the next offer goes to one who waits longer."""
        connection.execute(sa.update(seats).where(seats.c.id == seat_id).values(last_offer_at=dt.datetime.now()))

    def log_in(self, username: str, password: str) -> Login:
        """Begin a login. Raises :class:`SeatError`: ``locked`` after too many failed tries, else ``unauthorized``.

        Takes some 50 ms of computing, which is the purpose of argon2.
        """
        now = dt.datetime.now()
        row = self._row(seats.c.username == username)
        if row is not None and row.locked_until and row.locked_until > now:
            minutes = int((row.locked_until - now).total_seconds() // 60) + 1
            raise SeatError("locked", f"连续输错密码，账号已锁定，请 {minutes} 分钟后再试，或请管理员重设密码")
        if not self._matches(row, password) or row is None or not row.active:
            if row is not None:
                self._count_failure(row.id, now)
            raise SeatError("unauthorized", "用户名或密码不对")
        self._update(row.id, failed_logins=0, locked_until=None)
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        login = {"token_hash": _hashed(token), "seat_id": row.id, "csrf": csrf, "created_at": now, "seen_at": now}
        with self._engine.begin() as connection:
            connection.execute(sa.delete(seat_logins).where(seat_logins.c.created_at < now - LONGEST_LOGIN))
            connection.execute(sa.insert(seat_logins), login)
        return Login(token, csrf, _seat(row))

    def recognise(self, token: str) -> Optional[Login]:
        """The login of a cookie, or ``None`` when there is none, it has expired, or its account is shut."""
        now = dt.datetime.now()
        query = (
            sa.select(seats, seat_logins.c.csrf, seat_logins.c.seen_at)
            .join(seat_logins, seat_logins.c.seat_id == seats.c.id)
            .where(
                seat_logins.c.token_hash == _hashed(token),
                seat_logins.c.created_at > now - LONGEST_LOGIN,
                seat_logins.c.seen_at > now - LONGEST_IDLE,
                seats.c.active,
            )
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        if now - row.seen_at > _SEEN_EVERY:
            with self._engine.begin() as connection:
                mine = seat_logins.c.token_hash == _hashed(token)
                connection.execute(sa.update(seat_logins).where(mine).values(seen_at=now))
        return Login(token, row.csrf, _seat(row))

    def log_out(self, token: str) -> None:
        """End a login."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(seat_logins).where(seat_logins.c.token_hash == _hashed(token)))

    def _count_failure(self, seat_id: int, now: dt.datetime) -> None:
        with self._engine.begin() as connection:
            mine = seats.c.id == seat_id
            connection.execute(sa.update(seats).where(mine).values(failed_logins=seats.c.failed_logins + 1))
            locked = sa.update(seats).where(mine, seats.c.failed_logins >= TRIES)
            connection.execute(locked.values(failed_logins=0, locked_until=now + LOCKED_FOR))

    def _matches(self, row: Optional[sa.engine.Row], password: str) -> bool:
        try:
            return self._hasher.verify(row.password_hash if row is not None else self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False

    def _hash(self, password: str) -> str:
        if len(password) < SHORTEST_PASSWORD:
            raise SeatError("bad_request", f"密码至少 {SHORTEST_PASSWORD} 个字符")
        return self._hasher.hash(password)

    def _by_username(self, username: str) -> Seat:
        row = self._row(seats.c.username == username)
        if row is None:
            raise SeatError("bad_request", f"没有这个账号：{username}")
        return _seat(row)

    def _row(self, condition: sa.sql.ColumnElement) -> Optional[sa.engine.Row]:
        with self._engine.connect() as connection:
            return connection.execute(sa.select(seats).where(condition)).first()

    def _select(self, condition: sa.sql.ColumnElement) -> list[Seat]:
        with self._engine.connect() as connection:
            return [_seat(row) for row in connection.execute(sa.select(seats).where(condition).order_by(seats.c.id))]

    def _update(self, seat_id: int, **values: Any) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.update(seats).where(seats.c.id == seat_id).values(values))

    def _end_logins(self, seat_id: int) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.delete(seat_logins).where(seat_logins.c.seat_id == seat_id))


def same_secret(given: str, wanted: str) -> bool:
    """Compare two secrets in a time that does not tell how much of them agrees."""
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode())


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _seat(row: sa.engine.Row) -> Seat:
    return Seat(
        id=row.id,
        username=row.username,
        name=row.name,
        role=Role(row.role),
        skills=tuple(row.skills),
        regions=tuple(row.regions),
        languages=tuple(row.languages),
        capacity=row.capacity,
        status=Status(row.status),
        active=row.active,
        last_offer_at=row.last_offer_at,
    )
