"""工作台账: every human session and every telephone call leaves one record."""
from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any, Optional

import sqlalchemy as sa

from bot.seats.model import DISPOSITIONS, Handoff, Seat, SeatError
from bot.service_types import SERVICE_TYPES, TOPICS
from bot.services.tickets import mask_phone, mask_phones_in, phone_in
from bot.store.tables import conversations, ledger, messages, seats, session_ratings

PAGE = 50
TELEPHONE = "phone"
CHANNELS = {"web": "网页", "rest": "接口", "wechat": "微信", TELEPHONE: "电话"}
# What a seat may change in a record, and the longest text of each.
_EDITABLE = {"person": 80, "gist": 4000, "result": 4000}
_PERIOD = re.compile(r"(\d{4})-(?:(0[1-9]|1[0-2])|Q([1-4]))")
_HEADINGS = {
    "id": "序号",
    "started_at": "开始时间",
    "ended_at": "结束时间",
    "channel_name": "渠道",
    "person": "服务对象",
    "region": "地区",
    "service_name": "服务类型",
    "topic": "主题",
    "gist": "内容摘要",
    "result": "处理结果",
    "seat": "席位",
    "score": "满意度",
}
_WIDTHS = (8, 18, 18, 8, 18, 16, 16, 12, 50, 50, 10, 8)
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Ledger:
    """Writes, finds, edits and exports records."""

    def __init__(self, engine: sa.engine.Engine, region: str) -> None:
        self._engine = engine
        self._region = region

    def add_session(self, connection: sa.engine.Connection, handoff: Handoff, result: str) -> None:
        """Record a session that ends now, within the transaction that ends it."""
        channel = connection.execute(
            sa.select(conversations.c.channel).where(conversations.c.id == handoff.conversation_id)
        ).scalar_one()
        row = {
            "handoff_id": handoff.id,
            "channel": channel,
            "seat_id": handoff.seat_id,
            "started_at": handoff.accepted_at,
            "ended_at": dt.datetime.now(),
            "person": self._person(connection, handoff.conversation_id),
            "region": handoff.region,
            "service_type": handoff.service_type,
            "topic": handoff.topic,
            "gist": self._gist(connection, handoff),
            "result": result or DISPOSITIONS.get(handoff.disposition, ""),
        }
        connection.execute(sa.insert(ledger), row)

    def add_call(self, seat: Seat, values: dict[str, Any]) -> dict[str, Any]:
        """Record a telephone call. Raises :class:`SeatError` when there is no gist."""
        now = dt.datetime.now()
        given = _checked(values)
        if not given.get("gist"):
            raise SeatError("bad_request", "请填写来电内容摘要")
        phone = phone_in(str(values.get("phone") or ""))
        person = " ".join(filter(None, [given.get("person", ""), mask_phone(phone) if phone else ""])) or "来电群众"
        row = {
            "channel": TELEPHONE,
            "seat_id": seat.id,
            "started_at": now,
            "ended_at": now,
            "region": self._region,
            "service_type": given.get("service_type", ""),
            "topic": given.get("topic", ""),
            "gist": given["gist"],
            "result": given.get("result", ""),
            "person": person,
        }
        with self._engine.begin() as connection:
            key = connection.execute(sa.insert(ledger), row).inserted_primary_key[0]
        return self._record(key)

    def edit(self, record_id: int, seat: Seat, values: dict[str, Any]) -> dict[str, Any]:
        """Change a record; one's own, or any for a supervisor. Raises :class:`SeatError`."""
        given = _checked(values)
        with self._engine.begin() as connection:
            owner = connection.execute(sa.select(ledger.c.seat_id).where(ledger.c.id == record_id)).scalar()
            if owner is None:
                raise SeatError("gone", "没有这条台账")
            if owner != seat.id and not seat.supervises:
                raise SeatError("forbidden", "只能修改自己的台账")
            if given:
                connection.execute(sa.update(ledger).where(ledger.c.id == record_id).values(given))
        return self._record(record_id)

    def find(
        self,
        seat: Optional[Seat] = None,
        first: Optional[dt.date] = None,
        last: Optional[dt.date] = None,
        text: str = "",
        topic: str = "",
        page: int = 1,
    ) -> dict[str, Any]:
        """One page of records, newest first; of one seat, or of all."""
        conditions = []
        if seat:
            conditions.append(ledger.c.seat_id == seat.id)
        if first:
            conditions.append(ledger.c.started_at >= dt.datetime.combine(first, dt.time()))
        if last:
            conditions.append(ledger.c.started_at < dt.datetime.combine(last + dt.timedelta(days=1), dt.time()))
        if topic:
            conditions.append(sa.or_(ledger.c.topic == topic, ledger.c.service_type == topic))
        if text:
            columns = (ledger.c.gist, ledger.c.result, ledger.c.person)
            conditions.append(sa.or_(*(column.contains(text, autoescape=True) for column in columns)))
        with self._engine.connect() as connection:
            total = connection.execute(sa.select(sa.func.count()).select_from(ledger).where(*conditions)).scalar_one()
        records = self._select(*conditions, limit=PAGE, offset=(page - 1) * PAGE)
        return {"records": records, "total": total, "page": page, "pages": max(1, -(-total // PAGE))}

    def workbook(self, period: str, seat: Optional[Seat] = None) -> bytes:
        """An .xlsx of a month (2026-11) or a quarter (2026-Q4). Raises :class:`SeatError` for another form."""
        from openpyxl import Workbook
        from openpyxl.styles import Alignment, Font
        from openpyxl.utils import get_column_letter

        first, after = period_bounds(period)
        conditions = [ledger.c.started_at >= first, ledger.c.started_at < after]
        if seat:
            conditions.append(ledger.c.seat_id == seat.id)
        book = Workbook()
        sheet = book.active
        sheet.title = f"台账 {period}"
        sheet.append(list(_HEADINGS.values()))
        for record in reversed(self._select(*conditions)):
            sheet.append([_plain_cell(record[name]) for name in _HEADINGS])
        for number, width in enumerate(_WIDTHS, start=1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        for row in sheet.iter_rows():
            for cell in row:
                cell.alignment = Alignment(vertical="top", wrap_text=True)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
        target = io.BytesIO()
        book.save(target)
        return target.getvalue()

    def _record(self, record_id: int) -> dict[str, Any]:
        return self._select(ledger.c.id == record_id)[0]

    def _select(
        self, *conditions: sa.sql.ColumnElement, limit: Optional[int] = None, offset: int = 0
    ) -> list[dict[str, Any]]:
        query = (
            sa.select(ledger, seats.c.name.label("seat"), session_ratings.c.score)
            .join(seats, seats.c.id == ledger.c.seat_id)
            .outerjoin(session_ratings, session_ratings.c.handoff_id == ledger.c.handoff_id)
            .where(*conditions)
            .order_by(ledger.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        with self._engine.connect() as connection:
            return [
                {
                    "id": row.id,
                    "handoff": row.handoff_id,
                    "started_at": f"{row.started_at:%Y-%m-%d %H:%M}",
                    "ended_at": f"{row.ended_at:%Y-%m-%d %H:%M}",
                    "channel": row.channel,
                    "channel_name": CHANNELS.get(row.channel, row.channel),
                    "person": row.person,
                    "region": row.region,
                    "service_type": row.service_type,
                    "service_name": SERVICE_TYPES.get(row.service_type, ""),
                    "topic": row.topic,
                    "gist": row.gist,
                    "result": row.result,
                    "seat": row.seat,
                    "score": row.score,
                }
                for row in connection.execute(query)
            ]

    def _person(self, connection: sa.engine.Connection, conversation_id: str) -> str:
        """Who was served: the number they gave, masked; else a short name of the conversation."""
        for text in reversed(_said(connection, conversation_id)):
            phone = phone_in(text)
            if phone:
                return mask_phone(phone)
        return f"网络用户 {conversation_id[-6:]}"

    def _gist(self, connection: sa.engine.Connection, handoff: Handoff) -> str:
        """What it was about: the question in focus, and what was said to the seat."""
        query = sa.select(messages.c.text).where(
            messages.c.conversation_id == handoff.conversation_id,
            messages.c.role == "user",
            messages.c.created_at >= handoff.accepted_at,
        )
        told = connection.execute(query.order_by(messages.c.seq)).scalars()
        parts = dict.fromkeys([handoff.gist, *(text for text in told if not text.startswith("/"))])
        return mask_phones_in("；".join(part.strip() for part in parts if part.strip())[:1000])


def period_bounds(period: str) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of a month or quarter, and the first after it."""
    match = _PERIOD.fullmatch(period)
    if not match:
        raise SeatError("bad_request", "时间应写成 2026-11（月）或 2026-Q4（季）")
    year, months = int(match[1]), 1 if match[2] else 3
    month = int(match[2]) if match[2] else 3 * int(match[3]) - 2
    after = month + months
    return dt.datetime(year, month, 1), dt.datetime(year + (after > 12), (after - 1) % 12 + 1, 1)


def _said(connection: sa.engine.Connection, conversation_id: str) -> list[str]:
    query = sa.select(messages.c.text).where(
        messages.c.conversation_id == conversation_id, messages.c.role == "user"
    )
    return list(connection.execute(query.order_by(messages.c.seq)).scalars())


def _checked(values: dict[str, Any]) -> dict[str, str]:
    given = {}
    for name, longest in _EDITABLE.items():
        if name in values:
            if not isinstance(values[name], str) or len(values[name]) > longest:
                raise SeatError("bad_request", f"{name} 应为不超过 {longest} 个字的文字")
            given[name] = values[name].strip()
    for name, known, called in (("service_type", SERVICE_TYPES, "这种服务类型"), ("topic", TOPICS, "这个主题")):
        if name in values:
            if values[name] and values[name] not in known:
                raise SeatError("bad_request", f"没有{called}")
            given[name] = values[name] or ""
    return given


def _plain_cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
