"""A human instead of the bot where no seat is open: the 12348 hotline, or a ticket to be called back."""
from __future__ import annotations

from typing import Optional

from bot.services import replies
from bot.services.replies import Reply
from bot.services.tickets import APPOINTMENT, CALL_BACK, Ticket, TicketDesk, mask_phone, number_in, phone_in

UNHELPFUL_REASONS = ("答非所问", "看不懂", "太笼统", "法律依据不对")


class HumanHelp:
    """Words the offers and files the tickets."""

    def __init__(self, desk: TicketDesk) -> None:
        self._desk = desk

    def offer(self) -> Reply:
        """A citizen asks for a person."""
        return Reply(
            text="好的。找人工有两个办法：\n1. 直接拨打 12348（免费，法律服务热线）。\n2. 留下手机号，请工作人员回电：直接把号码发给我就行，您刚才说的话会一起转过去，不用再说一遍。",
            buttons=[replies.CALL_BACK],
            handoff=True,
        )

    def ask_phone(self) -> Reply:
        """A citizen wants to be called back."""
        return Reply(text="请把您的手机号或座机号（带区号）发给我，工作人员会按这个号码给您回电。", handoff=True)

    def ask_phone_for_appointment(self) -> Reply:
        """A citizen wants an appointment: what can be done today is to register the wish."""
        return Reply(
            text="我可以帮您登记预约，工作人员会回电和您确认时间、窗口和要带的材料。请把您的手机号发给我，也可以写上想办的事和方便的时间。要改期或取消，也请留下号码；着急的可以拨打12348。",
            handoff=True,
        )

    def file(self, conversation_id: str, text: str, purpose: str, question: str, service_type: str, topic: str) -> Reply:
        """A citizen left a number."""
        phone = phone_in(text)
        if phone is None:
            return Reply(text="这个号码好像不对，请再发一次：11位手机号，或者带区号的座机号。", handoff=True)
        kind = APPOINTMENT if purpose == APPOINTMENT else CALL_BACK
        what = "预约" if kind == APPOINTMENT else "回电"
        ticket = self._desk.file(conversation_id, kind, phone, question, service_type, topic)
        return Reply(
            text=f"登记好了。{what}工单号：{ticket.number}，号码 {mask_phone(phone)}。工作人员会给您回电；随时发工单号给我可以查进度。着急的话请直接拨打12348。",
            handoff=True,
            ticket=ticket.number,
        )

    def progress(self, conversation_id: str, text: str) -> Reply:
        """A citizen asks how far it is, by ticket number or about this conversation's own tickets."""
        number = number_in(text)
        if number:
            ticket = self._desk.find(number)
            if ticket is None:
                return Reply(text=f"没有查到工单 {number}，请核对一下号码（形如 FW20261122-7K3PQZ），或拨打12348查询。")
            return self._progress_reply(ticket)
        own = self._desk.of_conversation(conversation_id)
        if own:
            return self._progress_reply(own[0])
        return Reply(
            text="请把工单号发给我（FW开头，形如 FW20261122-7K3PQZ），我帮您查在这里登记的事办到哪一步了。在法律援助中心、公证处等窗口办的事，要凭受理通知书向原窗口查询，也可以拨打12348。",
            buttons=[replies.HUMAN],
        )

    def _progress_reply(self, ticket: Ticket) -> Reply:
        return Reply(
            text=f"工单 {ticket.number}：{ticket.status_name}（{ticket.created_at:%Y年%m月%d日 %H:%M} 登记）。",
            buttons=[replies.HUMAN],
            ticket=ticket.number,
        )


def after_rating(helpful: bool, entry_shown: Optional[str]) -> Reply:
    """What to say to «有帮助» and «没帮助»."""
    if helpful:
        return Reply(text="太好了，谢谢您的反馈。还有别的问题随时问我。")
    lead = "抱歉没帮上忙，我记下来了，会请人改进。" if entry_shown else "抱歉没帮上忙。"
    reasons = [{"title": reason, "payload": f"/rate_unhelpful {reason}"} for reason in UNHELPFUL_REASONS]
    return Reply(
        text=f"{lead}是哪里不好？您可以换个说法、把事情说具体一点再问我，或者转人工：拨打12348，也可以留电话请工作人员回电。",
        buttons=[*reasons, replies.HUMAN, replies.CALL_BACK],
        handoff=True,
    )


def after_reason() -> Reply:
    """What to say when a citizen has told why an answer did not help."""
    return Reply(
        text="谢谢您告诉我们，会请人改进这条回答。要是还没弄清楚，可以把事情说具体一点再问我，或者转人工。",
        buttons=[replies.HUMAN, replies.CALL_BACK],
        handoff=True,
    )
