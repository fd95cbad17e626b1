"""What a citizen is told on the way to a person: the place in the queue, out of hours, commands, thanks."""
from __future__ import annotations

import datetime as dt
import re
from typing import Any, Callable, Optional

from bot.seats.accounts import SeatAccounts
from bot.seats.desk import HandoffDesk
from bot.seats.model import QUEUE_STATES, Handoff, State
from bot.service_types import EMERGENCY, SERVICE_TYPES
from bot.services import replies
from bot.services.hours import WorkingHours
from bot.services.human_help import HumanHelp
from bot.services.replies import Reply

# What citizens do with buttons while they wait or talk; everything else they send is a message.
LEAVE_QUEUE, END_SESSION, RATE_SESSION = "leave_queue", "end_session", "rate_session"
COMMANDS = frozenset({LEAVE_QUEUE, END_SESSION, RATE_SESSION})
LEAVE = {"title": "不等了", "payload": f"/{LEAVE_QUEUE}"}
_SCORE = re.compile(r"([1-5])(?:\s+(.*))?", re.DOTALL)


class Reception:
    """Brings citizens to the desk and words what they are told."""

    def __init__(
        self,
        desk: HandoffDesk,
        accounts: SeatAccounts,
        hours: WorkingHours,
        human_help: HumanHelp,
        now: Callable[[], dt.datetime] = dt.datetime.now,
    ) -> None:
        self._desk = desk
        self._accounts = accounts
        self._hours = hours
        self._human_help = human_help
        self._now = now

    def request(self, conversation_id: str, reason: str, **about: Any) -> Reply:
        """A citizen asks for a person. ``about`` is what :meth:`HandoffDesk.request` takes beside the reason."""
        if not self._accounts.exist():
            return self._human_help.offer()
        service = about.get("service_type", "")
        if reason != EMERGENCY and not self._desk.staffed() and not self._hours.is_open(service, self._now()):
            return self._out_of_hours(service)
        handoff = self._desk.request(conversation_id, reason, **about)
        return self._waiting(handoff) if handoff else self._human_help.offer()

    def bring(self, conversation_id: str, reason: str, **about: Any) -> Optional[Reply]:
        """Bring a citizen who did not ask to a person, when one is there; ``None`` when not, or when one has been asked.

        An emergency waits for whoever comes, even when nobody is there now.
        """
        before = self._desk.handoff_of(conversation_id)
        if before and before.state in (*QUEUE_STATES, State.ACTIVE) and (before.urgent or reason != EMERGENCY):
            return None
        staffed = self._desk.staffed()
        if not staffed and (reason != EMERGENCY or not self._accounts.exist()):
            return None
        handoff = self._desk.request(conversation_id, reason, **about)
        if handoff is None or not staffed:
            return None
        lead = {
            EMERGENCY: "我已经同时通知值班的工作人员，请先拨打上面的电话，不要等。",
            "sensitive": "这件事请工作人员直接跟您谈更稳妥，我已经在为您转接，您说的只有工作人员看得到。",
            "misunderstood": "我连着没答到点子上，已经在为您转接工作人员。",
        }[reason]
        return self._waiting(handoff, lead)

    def status(self, conversation_id: str) -> dict[str, Any]:
        """The handoff as the citizen's page shows it (docs/seats.md)."""
        handoff = self._desk.handoff_of(conversation_id)
        shown: dict[str, Any] = {
            "state": "none",
            "ahead": 0,
            "wait_minutes": None,
            "staffed": False,
            "seat": None,
            "urgent": False,
        }
        if handoff is None:
            return shown
        shown |= {"state": handoff.state.value, "urgent": handoff.urgent}
        if handoff.state in QUEUE_STATES:
            place = self._desk.place_of(handoff)
            shown |= {"state": "waiting", "ahead": place.ahead, "wait_minutes": place.minutes, "staffed": place.staffed}
        elif handoff.state is State.ACTIVE:
            seat = self._accounts.get(handoff.seat_id or 0)
            shown |= {"staffed": True, "seat": seat.name if seat else None}
        return shown

    def command(self, conversation_id: str, name: str, words: str) -> Reply:
        """Carry out one of ``COMMANDS``."""
        if name == LEAVE_QUEUE:
            left = self._desk.leave_queue(conversation_id)
            text = "好的，已取消排队。" if left else "您现在没有在排队。"
            return Reply(f"{text}您可以接着问我，也可以留电话请工作人员回电，或者拨打12348。", buttons=[replies.CALL_BACK])
        if name == END_SESSION:
            ended = self._desk.end_by_citizen(conversation_id)
            return Reply("" if ended else "现在没有进行中的人工服务。您可以接着问我。")
        match = _SCORE.fullmatch(words.strip())
        if match is None:
            return Reply("请用 1–5 分评价，比如 5 分；也可以在分数后面写几句话。")
        if not self._desk.rate(conversation_id, int(match[1]), (match[2] or "").strip()):
            return Reply("还没有可以评价的人工服务。")
        return Reply("谢谢您的评价，我们会用来改进服务。还有问题可以接着问我。")

    def _waiting(self, handoff: Handoff, lead: str = "") -> Reply:
        if handoff.state is State.ACTIVE:
            return Reply("工作人员已经在为您服务，直接说就行。", handoff=True)
        place = self._desk.place_of(handoff)
        ahead = f"您前面还有 {place.ahead} 位，" if place.ahead else ""
        if not place.staffed:
            told = f"{ahead}现在没有工作人员在线，您已经排上队，有人上线会马上接。不想等可以留电话，或者直接拨打12348。"
        elif place.minutes == 0:
            told = "工作人员马上就来，请稍等。"
        else:
            told = f"{ahead}大约要等 {place.minutes} 分钟。"
        return Reply(
            text=f"{lead or '好的，正在为您转接工作人员。'}{told}等的时候可以接着问我；您前面说的话工作人员都看得到，不用再说一遍。",
            buttons=[replies.CALL_BACK, LEAVE],
            kind="queue",
            shown={"handoff_id": handoff.id, "ahead": place.ahead, "wait_minutes": place.minutes, "staffed": place.staffed},
            handoff=True,
        )

    def _out_of_hours(self, service: str) -> Reply:
        opening = self._hours.next_opening(service, self._now())
        name = SERVICE_TYPES.get(service, "人工服务")
        when = f"，{opening:%-m月%-d日 %H:%M} 开始上班" if opening else ""
        return Reply(
            text=f"现在不是{name}的人工服务时间（{self._hours.schedule(service)}{when}）。您现在可以：\n"
            "1. 接着问我，我随时都在。\n"
            "2. 拨打 12348（免费，法律服务热线）。\n"
            "3. 留下手机号，上班后工作人员给您回电：直接把号码发给我就行，您说过的话会一起转过去。",
            buttons=[replies.CALL_BACK],
            handoff=True,
        )
