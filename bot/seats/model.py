"""The words of the human side: roles, states, reasons, and what a handoff and a seat are."""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from typing import Any, Optional


class Role(str, Enum):
    """What an account may do; each role may do what those before it may."""

    SEAT = "seat"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Status(str, Enum):
    """What a seat says of itself: 在线, 忙碌, 小休, 离线. Only an online seat is offered conversations."""

    ONLINE = "online"
    BUSY = "busy"
    BREAK = "break"
    OFFLINE = "offline"


class State(str, Enum):
    """Where a handoff stands. The first three are open: a conversation has at most one such handoff."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACTIVE = "active"
    ENDED = "ended"
    LEFT = "left"


OPEN_STATES = (State.WAITING, State.OFFERED, State.ACTIVE)
QUEUE_STATES = (State.WAITING, State.OFFERED)

REASONS = {
    "asked": "市民要求",
    "low_confidence": "机器人没有把握",
    "misunderstood": "连续没听懂",
    "emergency": "紧急求助",
    "sensitive": "敏感事项",
    "transferred": "同事转来",
    "returned": "席位掉线退回",
}
DISPOSITIONS = {
    "resolved": "已解答",
    "referred": "已引导到窗口办理",
    "ticket": "已登记回电",
    "no_reply": "市民没有回应",
    "abusive": "骚扰",
    "other": "其他",
}


@dataclass(frozen=True)
class Seat:
    """An account. ``skills`` are ids of service types and names of topics; empty means all."""

    id: int
    username: str
    name: str
    role: Role
    skills: tuple[str, ...]
    regions: tuple[str, ...]
    languages: tuple[str, ...]
    capacity: int
    status: Status
    active: bool
    last_offer_at: Optional[dt.datetime]

    @property
    def supervises(self) -> bool:
        """Whether the account may see and direct the work of others."""
        return self.role is not Role.SEAT


@dataclass(frozen=True)
class Handoff:
    """One citizen's way to a person and back."""

    id: int
    conversation_id: str
    state: State
    reason: str
    urgent: bool
    service_type: str
    topic: str
    region: str
    language: str
    gist: str
    slots: dict[str, Any]
    skill: str
    note: str
    queued_at: dt.datetime
    passed: tuple[int, ...]
    seat_id: Optional[int]
    offered_at: Optional[dt.datetime]
    accepted_at: Optional[dt.datetime]
    ended_at: Optional[dt.datetime]
    disposition: str


class SeatError(Exception):
    """A seat asks for what can't be done. ``code`` is for programs, ``text`` (Chinese) for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
