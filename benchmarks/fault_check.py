"""Verifies from the logs of both ends (see ``benchmarks.faults``) that nothing was lost, doubled, mixed up or changed."""
from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Iterator

Event = dict[str, Any]

CITIZENS, SEATS, SERVER = "citizens.jsonl", "seats.jsonl", "server.jsonl"
# A seat joins and leaves with these messages of the system.
_JOINED, _RATING = "已接入", "session_rating"
# Two seats reach for one citizen: one gets them, and the other is told so.
_TAKEN = "gone"


@dataclass
class Check:
    """One rule: how often it was looked at, and where it was broken."""

    name: str
    looked_at: int = 0
    broken: list[str] = field(default_factory=list)

    def see(self, holds: bool, where: str) -> None:
        """Note one look."""
        self.looked_at += 1
        if not holds:
            self.broken.append(where)


@dataclass
class Report:
    """What the logs say."""

    checks: list[Check]
    exchanged: dict[str, int]
    raw_duplicates: dict[str, int]
    resent: dict[str, int]
    cuts: dict[str, int]
    # Citizens reached for whom another seat had taken.
    taken: dict[str, int]
    # From saying to the first receipt on the other side.
    seconds: dict[str, list[float]]

    @property
    def broken(self) -> int:
        """How many violations there are."""
        return sum(len(check.broken) for check in self.checks)


class View:
    """A conversation as one side got it."""

    def __init__(self, arrivals: list[Event]) -> None:
        self.arrivals = arrivals
        self.by_seq: dict[int, list[Event]] = defaultdict(list)
        for event in arrivals:
            self.by_seq[event["seq"]].append(event)

    @property
    def first(self) -> list[Event]:
        """The first copy of each message, by number: what the page shows."""
        return [self.by_seq[seq][0] for seq in sorted(self.by_seq)]


def check_logs(folder: Path) -> Report:
    """Read the logs of ``folder`` and verify them."""
    return _Checker(_read(folder / CITIZENS), _read(folder / SEATS)).report()


def _read(path: Path) -> list[Event]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class _Checker:
    def __init__(self, citizens: list[Event], seats: list[Event]) -> None:
        self._logs = {"user": citizens, "seat": seats}
        self._sent = {side: _by_conversation(log, "sent") for side, log in self._logs.items()}
        self._acked = {side: _by_conversation(log, "acked") for side, log in self._logs.items()}
        received = {side: _by_conversation(log, "received") for side, log in self._logs.items()}
        self._views = {
            side: {conversation: View(events) for conversation, events in by_conversation.items()}
            for side, by_conversation in received.items()
        }
        self._conversations = sorted(self._sent["user"])
        self._checks: dict[str, Check] = {}

    def report(self) -> Report:
        for conversation in self._conversations:
            self._check(conversation)
        refused = self._rule("没有一条被拒绝，没有对话续接不上")
        for log in self._logs.values():
            refused.looked_at += sum(event["event"] == "sent" for event in log)
            refused.broken += [f"{event}" for event in log if event["event"] == "refused" and event["code"] != _TAKEN]
        return Report(
            checks=list(self._checks.values()),
            exchanged={side: sum(map(len, sent.values())) for side, sent in self._sent.items()},
            raw_duplicates=self._count("received", new=False),
            resent=self._count("resent"),
            cuts=self._count("cut"),
            taken=self._count("refused", code=_TAKEN),
            seconds={"user": self._seconds("user", "seat"), "seat": self._seconds("seat", "user")},
        )

    def _rule(self, name: str) -> Check:
        return self._checks.setdefault(name, Check(name))

    def _count(self, name: str, **wanted: Any) -> dict[str, int]:
        return {
            side: sum(
                event["event"] == name and all(event[key] == value for key, value in wanted.items()) for event in log
            )
            for side, log in self._logs.items()
        }

    def _view(self, side: str, conversation: str) -> View:
        return self._views[side].get(conversation, View([]))

    def _check(self, conversation: str) -> None:
        citizen, seat = self._view("user", conversation), self._view("seat", conversation)
        joined, ended = self._session(conversation, citizen)
        held = [
            event["seq"]
            for event in citizen.first
            if event["role"] in ("user", "seat") and joined < event["seq"] < ended
        ]
        self._numbers("市民收到的序号从 1 起没有空缺", conversation, citizen, len(citizen.by_seq))
        self._numbers("席位收到的序号从 1 起没有空缺，直到最后一句", conversation, seat, max(held, default=0))
        over = self._rule("结束以后的话席位收不到")
        over.see(all(event["seq"] <= ended for event in seat.arrivals), conversation)
        for side, view in (("市民", citizen), ("席位", seat)):
            self._raw(f"{side}：一个连接里序号从小到大，同一序号内容相同", conversation, view)
        same = self._rule("两边看到的相同")
        for seq, events in seat.by_seq.items():
            mine, theirs = citizen.by_seq.get(seq, [{}])[0], events[0]
            agree = all(mine.get(name) == theirs[name] for name in ("role", "text"))
            same.see(agree and (theirs["role"] != "user" or mine.get("id") == theirs["id"]), f"{conversation} {seq}")
        self._spoken("user", conversation, ended)
        self._spoken("seat", conversation, ended)
        self._bot(conversation, citizen, joined, ended)

    def _session(self, conversation: str, citizen: View) -> tuple[int, int]:
        """Between which numbers a seat held the conversation."""
        system = [event for event in citizen.first if event["role"] == "system"]
        joined = [event["seq"] for event in system if _JOINED in event["text"]]
        ended = [event["seq"] for event in system if event["kind"] == _RATING]
        whole = len(joined) == len(ended) == 1 and len(system) == 2
        self._rule("席位的会话没有中断，各接入、结束一次").see(whole, f"{conversation} {[e['text'] for e in system]}")
        return joined[0] if joined else 0, ended[-1] if ended else 1 << 60

    def _numbers(self, name: str, conversation: str, view: View, last: int) -> None:
        rule = self._rule(name)
        rule.looked_at += last
        missing = sorted(set(range(1, last + 1)) - set(view.by_seq))
        rule.broken += [f"{conversation} 缺 {seq}" for seq in missing]

    def _raw(self, name: str, conversation: str, view: View) -> None:
        rule = self._rule(name)
        for connection, events in groupby(view.arrivals, key=lambda event: (event["page"], event["connection"])):
            seqs = [event["seq"] for event in events]
            rule.see(all(a <= b for a, b in zip(seqs, seqs[1:])), f"{conversation} {connection} {seqs}")
        for seq, events in view.by_seq.items():
            contents = {(event["role"], event["id"], event["text"]) for event in events}
            rule.see(len(contents) == 1, f"{conversation} {seq} {contents}")

    def _spoken(self, side: str, conversation: str, ended: int) -> None:
        """Each message of one side, on both sides."""
        name = {"user": "市民", "seat": "席位"}[side]
        sent = self._sent[side].get(conversation, [])
        acked = defaultdict(list)
        for event in self._acked[side].get(conversation, []):
            acked[event["id"]].append(event["seq"])
        own = self._heard(side, self._view(side, conversation))
        other = "seat" if side == "user" else "user"
        others = self._heard(side, self._view(other, conversation))
        confirmed = self._rule(f"{name}的话都得到确认，序号相符")
        at_home = self._rule(f"{name}的话在自己一侧恰好一次，文字不变")
        delivered = self._rule(f"{name}的话在对方一侧恰好一次，文字不变")
        for event in sent:
            where = f"{conversation} {event['id']}"
            home, away = own.get(event["text"], []), others.get(event["text"], [])
            seqs = [copy["seq"] for copy in home]
            confirmed.see(len(acked[event["id"]]) == 1 and acked[event["id"]] == seqs, where)
            at_home.see(len(home) == 1 and home[0]["id"] == event["id"], where)
            if not seqs or seqs[0] < ended:
                delivered.see([copy["seq"] for copy in away] == (seqs or [-1]), where)
        known = {event["text"] for event in sent}
        invented = self._rule("没有谁没说过却收到的话")
        for text in [*own, *others]:
            invented.see(text in known, f"{conversation} {text[:40]}")
        in_order = self._rule(f"{name}的话先后不变")
        spoken = [event["text"] for event in sent]
        for heard, view in ((own, self._view(side, conversation)), (others, self._view(other, conversation))):
            shown = [event["text"] for event in view.first if event["role"] == side]
            in_order.see(shown == [text for text in spoken if text in heard], conversation)

    def _heard(self, role: str, view: View) -> dict[str, list[Event]]:
        """Messages of ``role`` by their text: texts are all different, and citizens are not told a seat's ids."""
        heard: dict[str, list[Event]] = defaultdict(list)
        for event in view.first:
            if event["role"] == role:
                heard[event["text"]].append(event)
        return heard

    def _bot(self, conversation: str, citizen: View, joined: int, ended: int) -> None:
        silent = self._rule("席位接谈期间机器人没有说话")
        said = [event["seq"] for event in citizen.first if event["role"] == "bot"]
        silent.see(not [seq for seq in said if joined < seq < ended], f"{conversation} {said} {joined}–{ended}")
        answered = self._rule("问机器人的都有回答")
        once = self._rule("机器人一问只答一次")
        for question, answers in self._questions(citizen):
            if joined < question["seq"] < ended:
                continue
            where = f"{conversation} {question['seq']}"
            # A seat may be there before the bot has said that one will come.
            answered.see(bool(answers) or question["seq"] + 1 == joined, where)
            keys = [answer["kind"] if answer["kind"] == "queue" else answer["text"] for answer in answers]
            once.see(len(set(keys)) == len(keys), where)

    def _questions(self, citizen: View) -> Iterator[tuple[Event, list[Event]]]:
        """Each message of the citizen, with what the bot said until the next one."""
        question, answers = None, []
        for event in citizen.first:
            if event["role"] == "user":
                if question:
                    yield question, answers
                question, answers = event, []
            elif event["role"] == "bot":
                answers.append(event)
        if question:
            yield question, answers

    def _seconds(self, side: str, other: str) -> list[float]:
        found = []
        for conversation in self._conversations:
            first: dict[str, float] = {}
            for event in self._view(other, conversation).arrivals:
                if event["role"] == side:
                    first.setdefault(event["text"], event["time"])
            sent = self._sent[side].get(conversation, [])
            found += [first[event["text"]] - event["time"] for event in sent if event["text"] in first]
        return found


def _by_conversation(log: list[Event], name: str) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = defaultdict(list)
    for event in log:
        if event["event"] == name:
            found[event["conversation"]].append(event)
    return found
