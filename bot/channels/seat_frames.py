"""What seats see of handoffs and accounts, as JSON values (docs/seats.md)."""
from __future__ import annotations

import datetime as dt
from typing import Any, Mapping, Optional

from bot.seats.model import REASONS, Handoff, Seat, State
from bot.seats.whispers import Whisper
from bot.service_types import SERVICE_TYPES


def seat_values(seat: Seat, load: int) -> dict[str, Any]:
    """An account, without its secrets."""
    return {
        "id": seat.id,
        "username": seat.username,
        "name": seat.name,
        "role": seat.role.value,
        "status": seat.status.value,
        "capacity": seat.capacity,
        "load": load,
        "skills": list(seat.skills),
        "regions": list(seat.regions),
        "languages": list(seat.languages),
    }


def handoff_values(
    handoff: Handoff,
    viewer: Seat,
    names: Mapping[int, str],
    patience: dt.timedelta,
    last_text: str = "",
    now: Optional[dt.datetime] = None,
) -> dict[str, Any]:
    """A handoff as ``viewer`` sees it."""
    now = now or dt.datetime.now()
    mine = handoff.seat_id == viewer.id
    left = None
    if handoff.state is State.OFFERED and handoff.offered_at:
        left = max(0, round((handoff.offered_at + patience - now).total_seconds()))
    return {
        "handoff": handoff.id,
        "conversation": handoff.conversation_id,
        "state": handoff.state.value,
        "reason": handoff.reason,
        "reason_name": REASONS.get(handoff.reason, handoff.reason),
        "urgent": handoff.urgent,
        "service_type": handoff.service_type,
        "service_name": SERVICE_TYPES.get(handoff.service_type, ""),
        "topic": handoff.topic,
        "region": handoff.region,
        "language": handoff.language,
        "gist": handoff.gist,
        "slots": handoff.slots,
        "skill": handoff.skill,
        "note": handoff.note,
        "queued_at": _iso(handoff.queued_at),
        "waited_seconds": max(0, round((now - handoff.queued_at).total_seconds())),
        "mine": mine,
        "offer_expires_in": left if mine else None,
        "seat": handoff.seat_id,
        "seat_name": names.get(handoff.seat_id or 0),
        "accepted_at": _iso(handoff.accepted_at),
        "ended_at": _iso(handoff.ended_at),
        "last_text": last_text,
    }


def whisper_values(whisper: Whisper) -> dict[str, Any]:
    """A whisper."""
    return {
        "type": "whisper",
        "conversation": whisper.conversation_id,
        "from": whisper.name,
        "text": whisper.text,
        "time": _iso(whisper.created_at),
    }


def _iso(moment: Optional[dt.datetime]) -> Optional[str]:
    return moment.astimezone().isoformat(timespec="seconds") if moment else None
