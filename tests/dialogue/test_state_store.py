"""What the dialogue remembers: stored once per answer, found again after a restart."""
from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest
import sqlalchemy as sa
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from support import run_async

from bot.dialogue.state_store import KEPT_TURNS, DialogueStateStore
from bot.settings import PROJECT_ROOT
from bot.store.database import open_database
from bot.store.tables import dialogue_states

DOMAIN = Domain.load(str(PROJECT_ROOT / "domain.yml"))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.engine.Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'fawen.db'}")
    yield engine
    engine.dispose()


def talk(store: DialogueStateStore, sender: str, text: str) -> DialogueStateTracker:
    """One turn as Rasa does it: fetch, add events, save."""

    async def turn() -> DialogueStateTracker:
        tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
        for event in (
            UserUttered(text, {"name": "legal_consultation"}),
            ActionExecuted("action_answer_question"),
            BotUttered(f"答：{text}"),
            SlotSet("memory", {"question": text}),
            ActionExecuted("action_listen"),
        ):
            tracker.update(event, DOMAIN)
        await store.save(tracker)
        return tracker

    return run_async(turn())


def fetch(store: DialogueStateStore, sender: str) -> DialogueStateTracker:
    found = run_async(store.retrieve(sender))
    assert found is not None
    return found


def test_a_restarted_server_knows_what_was_talked_about(engine: sa.engine.Engine) -> None:
    talk(DialogueStateStore(engine, DOMAIN), "张三", "欠薪怎么办")
    found = fetch(DialogueStateStore(engine, DOMAIN), "张三")
    assert found.get_slot("memory") == {"question": "欠薪怎么办"}
    assert found.latest_message.text == "欠薪怎么办"
    assert found.latest_action_name == "action_listen"


def test_only_the_last_turns_are_kept_but_every_slot(engine: sa.engine.Engine) -> None:
    store = DialogueStateStore(engine, DOMAIN)
    for number in range(10):
        talk(store, "a", f"第{number}问")
    found = fetch(DialogueStateStore(engine, DOMAIN), "a")
    assert [event.text for event in found.events if isinstance(event, UserUttered)] == [
        f"第{number}问" for number in range(10 - KEPT_TURNS, 10)
    ]
    assert found.get_slot("memory") == {"question": "第9问"}


def test_a_turn_that_fails_leaves_no_trace(engine: sa.engine.Engine) -> None:
    store = DialogueStateStore(engine, DOMAIN)
    talk(store, "a", "第一问")
    fetch(store, "a").update(UserUttered("没答完的一问"), DOMAIN)  # never saved
    assert fetch(store, "a").latest_message.text == "第一问"


def test_conversations_are_apart_and_empty_ones_not_stored(engine: sa.engine.Engine) -> None:
    store = DialogueStateStore(engine, DOMAIN)
    talk(store, "a", "甲")
    talk(store, "b", "乙")
    assert run_async(store.retrieve("c")) is None
    run_async(store.get_or_create_tracker("c", append_action_listen=False))
    assert sorted(run_async(store.keys())) == ["a", "b"]
    assert fetch(store, "a").latest_message.text == "甲"
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(dialogue_states)).scalar() == 2
