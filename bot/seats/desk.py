"""The handoff desk: who waits, who is asked, who talks to whom. The database holds all of it, so that a server that
was killed starts again into the same queue and the same sessions; only which consoles are open is kept in memory.
"""
from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any, Optional, Protocol

import sqlalchemy as sa

from bot.seats import handoffs, routing, waiting, whispers
from bot.seats.accounts import SeatAccounts
from bot.seats.audit import Audit
from bot.seats.ledger import Ledger
from bot.seats.model import DISPOSITIONS, QUEUE_STATES, Handoff, Seat, SeatError, State, Status
from bot.seats.presence import Presence
from bot.seats.waiting import Place
from bot.seats.whispers import Whisper
from bot.service_types import SERVICE_TYPES, TOPICS
from bot.services.conversations import StoredMessage, add_message, find_message
from bot.services.replies import Reply
from bot.settings import Settings
from bot.store.tables import messages, session_ratings
from bot.text.language import language_of

GONE = "这位市民已经被别人接走，或者已经离开"
NOT_YOURS = "这个对话不在您手上"
RATING_BUTTONS = [
    {"title": title, "payload": f"/rate_session {score}"}
    for score, title in ((5, "非常满意"), (4, "满意"), (3, "一般"), (2, "不满意"), (1, "非常不满意"))
]
# A citizen who waits may close the page for this long.
CITIZEN_GRACE = dt.timedelta(minutes=5)
PLACES_EVERY = dt.timedelta(seconds=30)
# A seat's message ids are kept apart from the citizen's.
SEAT_MARK = "seat:"


class Listener(Protocol):
    """Is told of every change, after it is stored."""

    def conversation_changed(self, conversation_id: str) -> None:
        """Something was said in the conversation, or its handoff changed."""

    def desk_changed(self) -> None:
        """The queue, a session or a seat changed."""


class HandoffDesk:
    """All that citizens and seats can do to a handoff."""

    def __init__(
        self, engine: sa.engine.Engine, accounts: SeatAccounts, ledger: Ledger, audit: Audit, settings: Settings
    ) -> None:
        self._engine = engine
        self._accounts = accounts
        self._ledger = ledger
        self._audit = audit
        self._region = settings.region
        self._patience = dt.timedelta(seconds=settings.offer_seconds)
        self._grace = dt.timedelta(seconds=settings.seat_grace_seconds)
        self._presence = Presence()
        self._told_places = dt.datetime.now()
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Tell ``listener`` of every change from now on."""
        self._listeners.append(listener)

    # --- consoles

    def console_opened(self, seat_id: int) -> None:
        """A tab of the seat has connected."""
        self._presence.console_opened(seat_id)
        self._tell()

    def console_closed(self, seat_id: int) -> None:
        """A tab of the seat is gone; after the last one the grace period runs."""
        self._presence.console_closed(seat_id)
        self._tell()

    def present(self) -> list[Seat]:
        """The seats whose console is open."""
        return [seat for seat in self._accounts.all() if seat.active and self._presence.has_console(seat.id)]

    # --- the citizen

    def citizen_came(self, conversation_id: str) -> None:
        """The citizen's page is open."""
        self._presence.citizen_came(conversation_id)

    def citizen_left(self, conversation_id: str) -> None:
        """The citizen's last page is closed; one who waits and stays away loses the place in the queue."""
        self._presence.citizen_left(conversation_id)

    def request(
        self,
        conversation_id: str,
        reason: str,
        gist: str = "",
        service_type: str = "",
        topic: str = "",
        slots: Optional[dict[str, Any]] = None,
    ) -> Optional[Handoff]:
        """Put the conversation in the queue, or return the handoff it has. ``None`` for a conversation not on record."""
        urgent = reason == "emergency"
        with self._engine.begin() as connection:
            handoff, _new = handoffs.open_handoff(
                connection,
                conversation_id,
                reason=reason,
                urgent=urgent,
                service_type=service_type,
                topic=topic,
                region=self._region,
                language=language_of(gist),
                gist=gist,
                slots=slots or {},
            )
            if handoff and urgent and not handoff.urgent:
                handoffs.make_urgent(connection, handoff)
                handoff = handoffs.get(connection, handoff.id)
        if handoff:
            self._tell(conversation_id)
        return handoff

    def handoff_of(self, conversation_id: str) -> Optional[Handoff]:
        """The conversation's newest handoff, open or not."""
        with self._engine.connect() as connection:
            return handoffs.last_of(connection, conversation_id)

    def holds(self, conversation_id: str) -> bool:
        """Whether a seat holds the conversation: then the bot must not answer."""
        with self._engine.connect() as connection:
            handoff = handoffs.open_of(connection, conversation_id)
        return handoff is not None and handoff.state is State.ACTIVE

    def place_of(self, handoff: Handoff) -> Place:
        """The place in the queue and the time to wait."""
        with self._engine.connect() as connection:
            queue = handoffs.in_queue(connection)
            load = _load(queue + handoffs.active(connection), asked=False)
            recent = handoffs.recent_seconds(connection)
        ahead = next((at for at, other in enumerate(queue) if other.id == handoff.id), len(queue))
        return waiting.place(ahead, self.present(), load, recent)

    def staffed(self) -> bool:
        """Whether any seat is online now."""
        now = dt.datetime.now()
        return any(
            # One whose page is loading anew, or finds its way back to a server just started, is there.
            seat.active and (self._presence.has_console(seat.id) or self._presence.gone_for(seat.id, now) < self._grace)
            for seat in self._accounts.all()
            if seat.status is Status.ONLINE
        )

    def leave_queue(self, conversation_id: str) -> bool:
        """The citizen no longer wants to wait; whether they had been waiting."""
        with self._engine.begin() as connection:
            handoff = handoffs.open_of(connection, conversation_id)
            left = handoff is not None and handoffs.leave(connection, handoff)
        if left:
            self._tell(conversation_id)
        return left

    def end_by_citizen(self, conversation_id: str) -> bool:
        """The citizen ends the session; whether there was one."""
        with self._engine.begin() as connection:
            handoff = handoffs.open_of(connection, conversation_id)
            ended = handoff is not None and self._end(connection, handoff, "other", "市民结束了对话", "您已结束人工服务。")
        if ended:
            self._tell(conversation_id)
        return ended

    def rate(self, conversation_id: str, score: int, words: str) -> bool:
        """Rate the last session, once more if wanted; whether there was one to rate."""
        with self._engine.begin() as connection:
            handoff = handoffs.last_ended(connection, conversation_id)
            if handoff is None:
                return False
            values = {"score": score, "words": words, "created_at": dt.datetime.now()}
            mine = session_ratings.c.handoff_id == handoff.id
            if not connection.execute(sa.update(session_ratings).where(mine).values(values)).rowcount:
                connection.execute(sa.insert(session_ratings), {"handoff_id": handoff.id, **values})
        return True

    # --- the seat

    def set_status(self, seat: Seat, status: Status) -> None:
        """Change what the seat says of itself. One who leaves hands their citizens on first."""
        with self._engine.connect() as connection:
            busy = any(handoff.seat_id == seat.id for handoff in handoffs.active(connection))
        if status is Status.OFFLINE and busy:
            raise SeatError("bad_request", "手上还有对话。请先结束或转给同事，再离线")
        self._accounts.set_status(seat.id, status)
        if status is not Status.ONLINE:
            self._pass_offers_of(seat.id)
        self._tell()

    def accept(self, seat: Seat, handoff_id: int) -> Handoff:
        """Take a citizen who was offered to the seat, or waits. Raises :class:`SeatError` ``full``, ``gone``."""
        with self._engine.begin() as connection:
            handoff = self._connect(connection, seat, handoff_id)
        self._audit.note(seat.id, "accept", handoff.conversation_id)
        self._tell(handoff.conversation_id)
        return handoff

    def decline(self, seat: Seat, handoff_id: int) -> None:
        """Leave a citizen who was offered to the seat to the next one."""
        with self._engine.begin() as connection:
            handoff = handoffs.get(connection, handoff_id)
            mine = handoff is not None and handoff.state is State.OFFERED and handoff.seat_id == seat.id
            if handoff is None or not mine or not handoffs.pass_on(connection, handoff):
                raise SeatError("gone", GONE)
        self._tell(handoff.conversation_id)

    def say(self, seat: Seat, conversation_id: str, client_id: str, text: str) -> StoredMessage:
        """Store what the seat says. The same ``client_id`` again is the same message.

        Raises :class:`SeatError` ``not_yours`` when the seat does not hold the conversation.
        """
        with self._engine.begin() as connection:
            known = find_message(connection, conversation_id, SEAT_MARK + client_id)
            if known:
                return known
            self._held(connection, seat, conversation_id)
            stored = add_message(
                connection,
                conversation_id,
                "seat",
                text,
                client_id=SEAT_MARK + client_id,
                custom={"kind": "seat", "name": seat.name},
            )
        self._tell_said(conversation_id)
        return stored

    def end(self, seat: Seat, conversation_id: str, disposition: str, result: str) -> None:
        """End the session with what came of it; the bot takes over again."""
        if disposition not in DISPOSITIONS:
            raise SeatError("bad_request", "请选择处理结果")
        with self._engine.begin() as connection:
            handoff = self._held(connection, seat, conversation_id)
            self._end(connection, handoff, disposition, result, f"{seat.name}已结束本次人工服务。")
        self._audit.note(seat.id, "end", conversation_id, disposition)
        self._tell(conversation_id)

    def transfer(self, seat: Seat, conversation_id: str, to_seat: Optional[int], skill: str, note: str) -> None:
        """Hand the citizen to a colleague, or back to the queue for another skill."""
        with self._engine.begin() as connection:
            handoff = self._held(connection, seat, conversation_id)
            if to_seat is not None:
                self._give(connection, handoff, self._colleague(to_seat))
                if note:
                    whispers.add(connection, conversation_id, seat, f"转接说明：{note}")
            else:
                if skill and skill not in SERVICE_TYPES and skill not in TOPICS:
                    raise SeatError("bad_request", "没有这种技能")
                handoffs.back_to_queue(
                    connection, handoff, reason="transferred", skill=skill, note=note, passed=[seat.id]
                )
                self._announce(connection, conversation_id, "正在为您转接其他工作人员，请稍等。您说过的话都会一起转过去。")
        self._audit.note(seat.id, "transfer", conversation_id, f"{to_seat or skill} {note}")
        self._tell(conversation_id)

    def assign(self, supervisor: Seat, handoff_id: int, to_seat: int) -> None:
        """A supervisor gives a waiting citizen to a seat, full or not."""
        self._must_supervise(supervisor)
        with self._engine.begin() as connection:
            handoff = self._connect(connection, self._colleague(to_seat), handoff_id, full_counts=False)
        self._audit.note(supervisor.id, "assign", handoff.conversation_id, str(to_seat))
        self._tell(handoff.conversation_id)

    def take_over(self, supervisor: Seat, conversation_id: str) -> None:
        """A supervisor takes a session from a seat."""
        self._must_supervise(supervisor)
        with self._engine.begin() as connection:
            handoff = handoffs.open_of(connection, conversation_id)
            if handoff is None:
                raise SeatError("gone", GONE)
            if handoff.state is State.ACTIVE:
                self._give(connection, handoff, supervisor)
            else:
                self._connect(connection, supervisor, handoff.id, full_counts=False)
        self._audit.note(supervisor.id, "take_over", conversation_id)
        self._tell(conversation_id)

    def whisper(self, seat: Seat, conversation_id: str, text: str) -> Whisper:
        """Say something that the citizen does not see."""
        self.must_see(seat, conversation_id)
        with self._engine.begin() as connection:
            return whispers.add(connection, conversation_id, seat, text)

    # --- what seats may see

    def must_see(self, seat: Seat, conversation_id: str) -> Handoff:
        """The conversation's newest handoff, if the seat may read it: it is theirs, or they supervise.

        Raises :class:`SeatError` ``forbidden`` otherwise, the same for a conversation that does not exist.
        """
        handoff = self.handoff_of(conversation_id)
        if handoff is None or not (seat.supervises or handoff.seat_id == seat.id):
            raise SeatError("forbidden", "您不能查看这个对话")
        return handoff

    def watch(self, supervisor: Seat, conversation_id: str) -> None:
        """A supervisor follows a conversation."""
        self._must_supervise(supervisor)
        self.must_see(supervisor, conversation_id)
        self._audit.note(supervisor.id, "watch", conversation_id)

    def whispers_of(self, conversation_id: str) -> list[Whisper]:
        """All whispers of a conversation, in order."""
        with self._engine.connect() as connection:
            return whispers.of_conversation(connection, conversation_id)

    def overview(self) -> tuple[list[Handoff], list[Handoff]]:
        """Who waits, in order, and who talks."""
        with self._engine.connect() as connection:
            return handoffs.in_queue(connection), handoffs.active(connection)

    def last_texts(self, conversation_ids: list[str]) -> dict[str, str]:
        """The newest message of each conversation."""
        newest = (
            sa.select(messages.c.conversation_id, sa.func.max(messages.c.seq).label("seq"))
            .where(messages.c.conversation_id.in_(conversation_ids))
            .group_by(messages.c.conversation_id)
            .subquery()
        )
        query = sa.select(messages.c.conversation_id, messages.c.text).join(
            newest,
            sa.and_(messages.c.conversation_id == newest.c.conversation_id, messages.c.seq == newest.c.seq),
        )
        with self._engine.connect() as connection:
            return {row.conversation_id: row.text for row in connection.execute(query)}

    @property
    def patience(self) -> dt.timedelta:
        """How long an offer stands."""
        return self._patience

    # --- what happens by itself

    def tick(self) -> None:
        """Take back what vanished seats hold, let offers lapse, make new ones. To be called about once a second."""
        now = dt.datetime.now()
        changed: set[str] = set()
        present = {seat.id for seat in self.present()}
        with self._engine.connect() as connection:
            queue, talking = handoffs.in_queue(connection), handoffs.active(connection)
        for handoff in talking:
            if handoff.seat_id not in present and self._presence.gone_for(handoff.seat_id, now) >= self._grace:
                with self._engine.begin() as connection:
                    if handoffs.back_to_queue(connection, handoff, reason="returned", passed=[]):
                        self._announce(
                            connection, handoff.conversation_id, "工作人员的连接断开了，正在为您重新安排，请稍等。您说过的话都在。"
                        )
                        changed.add(handoff.conversation_id)
        for handoff in queue:
            if handoff.state is not State.OFFERED:
                continue
            lapsed = handoff.offered_at is not None and now - handoff.offered_at >= self._patience
            if lapsed or handoff.seat_id not in present:
                with self._engine.begin() as connection:
                    # One whose page is only loading anew is asked again when it is back.
                    if handoffs.pass_on(connection, handoff, declined=lapsed):
                        changed.add(handoff.conversation_id)
        for conversation_id in self._presence.citizens_gone(now, CITIZEN_GRACE):
            self._give_up_waiting(conversation_id)
        for seat_id in self._presence.seats_gone(now, self._grace):
            self._accounts.set_status(seat_id, Status.OFFLINE)
        if changed or (queue and now - self._told_places >= PLACES_EVERY):
            # Time alone changes how long those who wait will wait.
            self._told_places = now
            self._tell(*changed)
        self.offer_all()

    def offer_all(self) -> None:
        """Offer whoever waits to a seat that is free."""
        now = dt.datetime.now()
        seats = self.present()
        with self._engine.begin() as connection:
            queue = handoffs.in_queue(connection)
            load = _load(queue + handoffs.active(connection))
            offered = set()
            for handoff in queue:
                if handoff.state is not State.WAITING:
                    continue
                seat = routing.choose(handoff, seats, load, now)
                if seat is None:
                    # All who could have passed; they are asked again, but not at once.
                    if handoff.passed and handoff.offered_at and now - handoff.offered_at >= 2 * self._patience:
                        handoffs.forget_passes(connection, handoff)
                    continue
                if handoffs.offer(connection, handoff, seat.id):
                    self._accounts.note_offer(connection, seat.id)
                    load[seat.id] += 1
                    offered.add(handoff.conversation_id)
        if offered:
            self._tell(*offered)

    # --- inside

    def _give_up_waiting(self, conversation_id: str) -> None:
        with self._engine.begin() as connection:
            handoff = handoffs.open_of(connection, conversation_id)
            if handoff is None or not handoffs.leave(connection, handoff):
                return
            self._announce(connection, conversation_id, "您离开了一会儿，排队已经取消。还需要人工服务，请再点一次“转人工”。")
        self._tell(conversation_id)

    def _connect(
        self, connection: sa.engine.Connection, seat: Seat, handoff_id: int, full_counts: bool = True
    ) -> Handoff:
        handoff = handoffs.get(connection, handoff_id)
        if handoff is None or handoff.state not in QUEUE_STATES:
            raise SeatError("gone", GONE)
        if handoff.state is State.OFFERED and handoff.seat_id != seat.id and full_counts and not seat.supervises:
            raise SeatError("gone", "已经提请给另一位同事")
        holding = sum(other.seat_id == seat.id for other in handoffs.active(connection))
        if full_counts and holding >= seat.capacity:
            raise SeatError("full", f"您已在接谈 {holding} 人，到了上限")
        if not handoffs.accept(connection, handoff, seat.id):
            raise SeatError("gone", GONE)
        self._announce(connection, handoff.conversation_id, f"工作人员{seat.name}已接入，前面的对话他（她）都看得到，您接着说就行。")
        return handoffs.get(connection, handoff_id) or handoff

    def _give(self, connection: sa.engine.Connection, handoff: Handoff, seat: Seat) -> None:
        handoffs.hand_over(connection, handoff, seat.id)
        self._announce(connection, handoff.conversation_id, f"现在由工作人员{seat.name}为您服务，前面的对话他（她）都看得到。")

    def _end(
        self, connection: sa.engine.Connection, handoff: Handoff, disposition: str, result: str, words: str
    ) -> bool:
        if not handoffs.end(connection, handoff, disposition):
            return False
        # What was said to the seat and is not marked yet (the server was killed): the bot is not to answer it now.
        unanswered = sa.and_(messages.c.conversation_id == handoff.conversation_id, messages.c.answered.is_(False))
        connection.execute(sa.update(messages).where(unanswered).values(answered=True))
        self._ledger.add_session(connection, handoffs.get(connection, handoff.id) or handoff, result)
        rating = Reply(
            text=f"{words}您对这次服务满意吗？请点一下评分（1–5 分），也可以写几句话。接下来还可以继续问我。",
            buttons=RATING_BUTTONS,
            kind="session_rating",
            shown={"handoff_id": handoff.id},
        )
        add_message(
            connection, handoff.conversation_id, "system", rating.text, buttons=rating.buttons, custom=rating.custom
        )
        return True

    def _announce(self, connection: sa.engine.Connection, conversation_id: str, text: str) -> None:
        add_message(connection, conversation_id, "system", text)

    def _held(self, connection: sa.engine.Connection, seat: Seat, conversation_id: str) -> Handoff:
        handoff = handoffs.open_of(connection, conversation_id)
        if handoff is None or handoff.state is not State.ACTIVE or handoff.seat_id != seat.id:
            raise SeatError("not_yours", NOT_YOURS)
        return handoff

    def _colleague(self, seat_id: int) -> Seat:
        seat = next((seat for seat in self.present() if seat.id == seat_id), None)
        if seat is None:
            raise SeatError("bad_request", "这位同事现在不在线")
        return seat

    def _must_supervise(self, seat: Seat) -> None:
        if not seat.supervises:
            raise SeatError("forbidden", "只有主管可以这样做")

    def _pass_offers_of(self, seat_id: int) -> None:
        with self._engine.begin() as connection:
            for handoff in handoffs.in_queue(connection):
                if handoff.state is State.OFFERED and handoff.seat_id == seat_id:
                    handoffs.pass_on(connection, handoff)

    def _tell(self, *conversation_ids: str) -> None:
        for listener in self._listeners:
            for conversation_id in conversation_ids:
                listener.conversation_changed(conversation_id)
            listener.desk_changed()

    def _tell_said(self, conversation_id: str) -> None:
        for listener in self._listeners:
            listener.conversation_changed(conversation_id)


def _load(open_handoffs: list[Handoff], asked: bool = True) -> Counter[int]:
    """Conversations by seat, with those it is only asked to take, or without."""
    return Counter(
        handoff.seat_id
        for handoff in open_handoffs
        if handoff.seat_id is not None and (asked or handoff.state is State.ACTIVE)
    )
