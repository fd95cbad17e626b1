"""The verifier of the fault benchmark: it passes sound logs, and finds each kind of fault."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest

from benchmarks.fault_check import CITIZENS, SEATS, check_logs

Log = list[dict[str, Any]]

CONVERSATION = [
    ("bot", None, "您好", None),
    ("user", "c1", "转人工", None),
    ("bot", None, "正在转接", "queue"),
    ("system", None, "工作人员张工已接入", None),
    ("user", "c2", "市民一", None),
    ("seat", "s1", "席位一", "seat"),
    ("user", "c3", "市民二", None),
    ("seat", "s2", "席位二", "seat"),
    ("system", None, "张工已结束", "session_rating"),
    ("user", "c4", "再问机器人", None),
    ("bot", None, "回答", "answer"),
]
LAST_OF_SEAT = 9


def logs() -> dict[str, Log]:
    """Both ends of one sound conversation, each with a line cut once and one raw duplicate."""
    both: dict[str, Log] = {"user": [], "seat": []}
    for seq, (role, message_id, text, kind) in enumerate(CONVERSATION, start=1):
        if role in both:
            common = {"page": role, "connection": 1 + (seq > 6), "conversation": "web-1", "id": message_id, "time": seq}
            both[role].append({**common, "event": "sent", "text": text})
            both[role].append({**common, "event": "acked", "seq": seq})
        for side, log in both.items():
            if side == "seat" and seq > LAST_OF_SEAT:
                continue
            # Citizens are not told a seat's ids.
            shown = message_id if side == role else message_id if role == "user" else None
            log.append(
                {
                    "event": "received", "page": side, "connection": 1 + (seq > 6), "conversation": "web-1", "new": True,
                    "seq": seq, "role": role, "id": shown, "text": text, "kind": kind, "time": seq + 0.1,
                }
            )
            if seq == 6:
                log.append({"event": "cut", "page": side, "connection": 1})
            if seq == 7:
                log.insert(-1, {**log[-1], "new": True})
                log[-1]["new"] = False
    return both


def verify(folder: Path, both: dict[str, Log]) -> list[str]:
    """The rules that are broken."""
    for name, side in ((CITIZENS, "user"), (SEATS, "seat")):
        (folder / name).write_text("".join(json.dumps(event) + "\n" for event in both[side]), encoding="utf-8")
    return [check.name for check in check_logs(folder).checks if check.broken]


def received(log: Log, seq: int) -> int:
    return next(at for at, event in enumerate(log) if event["event"] == "received" and event["seq"] == seq)


def test_sound_logs_pass(tmp_path: Path) -> None:
    assert verify(tmp_path, logs()) == []
    report = check_logs(tmp_path)
    assert report.exchanged == {"user": 4, "seat": 2}
    assert report.raw_duplicates == report.cuts == {"user": 1, "seat": 1}


def lose(log: Log, seq: int) -> None:
    log[:] = [event for event in log if not (event["event"] == "received" and event["seq"] == seq)]


def change(log: Log, seq: int, **values: Any) -> None:
    for event in log:
        if event["event"] == "received" and event["seq"] == seq:
            event.update(values)


def repeat(log: Log, seq: int, as_seq: int) -> None:
    log.append({**log[received(log, seq)], "seq": as_seq})


def swap(log: Log, one: int, other: int) -> None:
    one, other = received(log, one), received(log, other)
    log[one], log[other] = log[other], log[one]


@pytest.mark.parametrize(
    ("side", "fault", "found"),
    [
        ("seat", lambda log: lose(log, 5), "市民的话在对方一侧恰好一次"),
        ("seat", lambda log: lose(log, 3), "席位收到的序号从 1 起没有空缺"),
        ("user", lambda log: lose(log, 6), "席位的话在对方一侧恰好一次"),
        ("user", lambda log: lose(log, 1), "市民收到的序号从 1 起没有空缺"),
        ("user", lambda log: repeat(log, 8, 12), "席位的话在对方一侧恰好一次"),
        ("seat", lambda log: change(log, 7, text="市民2"), "市民的话在对方一侧恰好一次"),
        ("seat", lambda log: change(log, 3, text="别的"), "两边看到的相同"),
        ("user", lambda log: swap(log, 5, 6), "市民：一个连接里序号从小到大"),
        ("user", lambda log: log.append({**log[received(log, 8)], "text": "另一句"}), "市民：一个连接里序号从小到大，同一序号内容相同"),
        ("user", lambda log: repeat(log, 11, 12), "机器人一问只答一次"),
        ("user", lambda log: change(log, 6, role="bot"), "席位接谈期间机器人没有说话"),
        ("seat", lambda log: repeat(log, 3, 10), "结束以后的话席位收不到"),
        ("user", lambda log: lose(log, 4), "席位的会话没有中断"),
        ("user", lambda log: lose(log, 11), "问机器人的都有回答"),
        ("user", lambda log: log.pop(next(at for at, e in enumerate(log) if e["event"] == "acked")), "市民的话都得到确认"),
        ("seat", lambda log: change(log, 6, id="s9"), "席位的话在自己一侧恰好一次"),
        ("user", lambda log: log.append({"event": "refused", "code": "too_long"}), "没有一条被拒绝"),
    ],
)
def test_a_fault_is_found(tmp_path: Path, side: str, fault: Callable[[Log], Any], found: str) -> None:
    both = logs()
    fault(both[side])
    assert any(name.startswith(found) for name in verify(tmp_path, both)), verify(tmp_path, both)


def test_a_changed_order_is_found_even_when_both_sides_agree(tmp_path: Path) -> None:
    both = logs()
    for log in both.values():
        five, seven = log[received(log, 5)], log[received(log, 7)]
        change(log, 5, text=seven["text"], id=seven["id"])
        change(log, 7, text=five["text"], id=five["id"])
    assert "市民的话先后不变" in verify(tmp_path, both)
