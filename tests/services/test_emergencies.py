from __future__ import annotations

import pytest
import yaml

from bot.services.emergencies import Emergencies
from bot.settings import load_settings

# National numbers, as `knowledge/emergency.yml` promises to use no others. 12110 takes short messages.
NATIONAL = {"110", "119", "120", "122", "12356", "12338", "12355", "96110", "12348"}
LIFE_SAVING = {"110", "119", "120"}
PATH = load_settings().knowledge_dir / "emergency.yml"
KINDS = [kind["id"] for kind in yaml.safe_load(PATH.read_text(encoding="utf-8"))["kinds"]]


@pytest.fixture(scope="module")
def emergencies(real_store) -> Emergencies:
    return Emergencies(PATH, real_store)


def chosen(emergencies: Emergencies, text: str) -> str:
    """The id of the kind whose answer ``text`` gets."""
    shown = emergencies.reply(text).shown["text"]
    return next(kind.id for kind in emergencies.kinds if kind.text == shown)


def test_every_hotline_is_a_national_number(emergencies):
    for kind in emergencies.kinds:
        assert kind.hotlines
        assert {line["number"] for line in kind.hotlines} <= NATIONAL, kind.id
        assert all(line["name"] for line in kind.hotlines)


def test_a_life_saving_number_comes_first(emergencies):
    for kind in emergencies.kinds:
        assert kind.hotlines[0]["number"] in LIFE_SAVING, kind.id


@pytest.mark.parametrize(
    ("text", "kind", "first"),
    [
        ("我不想活了，欠了一屁股债", "suicide", "110"),
        ("有人要跳楼", "suicide", "110"),
        ("我家着火了", "fire", "119"),
        ("楼下煤气味很大", "fire", "119"),
        ("出车祸了人躺地上不动", "traffic", "120"),
        ("孩子不见了，刚才还在商场", "missing", "110"),
        ("骗子让我把钱转到安全账户，我正在转账", "fraud", "110"),
        ("我被关在传销窝里出不去", "confinement", "110"),
        ("我老公把我锁在房间里不让我出去", "confinement", "110"),
        ("我妈晕倒了没呼吸了", "medical", "120"),
        ("我老公正在打我，我躲在厕所", "domestic", "110"),
        ("有人拿刀砍人", "violence", "110"),
        ("救命", "unknown", "110"),
        ("", "unknown", "110"),
        ("他拿着棍子在砸门", "violence", "110"),
    ],
)
def test_the_right_kind_is_chosen(emergencies, text, kind, first):
    assert chosen(emergencies, text) == kind
    assert emergencies.reply(text).shown["hotlines"][0]["number"] == first


def test_every_kind_can_be_chosen_by_its_first_word(emergencies):
    for kind in emergencies.kinds[:-1]:
        assert chosen(emergencies, kind.words[0]) == kind.id


def test_the_last_kind_answers_everything_else(emergencies):
    assert emergencies.kinds[-1].words == ()


@pytest.mark.parametrize("number", range(len(KINDS)), ids=KINDS)
def test_the_numbers_come_before_anything_else(emergencies, number):
    kind = emergencies.kinds[number]
    reply = emergencies.reply(kind.words[0] if kind.words else "")
    first_line = reply.text.splitlines()[0]
    assert first_line.startswith(f"【请先拨打】{kind.hotlines[0]['number']}")
    assert all(line["number"] in first_line for line in kind.hotlines)
    assert all(advice in reply.text for advice in kind.advice)
    assert reply.kind == "emergency"
    assert reply.handoff


def test_the_law_behind_it_is_in_force(emergencies, real_store):
    for kind in emergencies.kinds:
        for basis in kind.legal_basis:
            assert real_store.find(basis["law"], basis["article"]), basis


@pytest.mark.parametrize(("text", "kind"), [("有人要自殺", "suicide"), ("有人跳樓", "suicide")])
def test_traditional_characters_choose_the_same_kind(emergencies, text, kind):
    assert chosen(emergencies, text) == kind
