"""Conversations with the trained model, through the running server."""
from __future__ import annotations

import re
import uuid

import pytest
from support import say


@pytest.fixture
def sender() -> str:
    """A new conversation."""
    return f"test-{uuid.uuid4().hex}"


def test_unpaid_wages_are_answered_from_labour_law_in_force(live_server: str, sender: str) -> None:
    (message,) = say(live_server, sender, "老板拖了我三个月工资不给怎么办")
    assert message["custom"]["kind"] == "answer"
    laws = {law for law, _article in message["custom"]["citations"]}
    assert laws & {"劳动合同法", "劳动法"}
    assert "《劳动合同法》第三十条" in message["text"]
    assert all("现行有效" in basis["note"] for basis in message["custom"]["legal_basis"])
    assert "不能代替律师" in message["text"]
    assert {"有帮助", "没帮助", "转人工"} <= {button["title"] for button in message["buttons"]}


def test_a_noisy_neighbour_and_a_wish_for_a_talk_is_mediation(live_server: str, sender: str) -> None:
    (message,) = say(live_server, sender, "楼上天天半夜吵 能不能来个人说说理")
    assert message["custom"]["entry_id"].startswith("guide-mediation")


def test_a_cry_for_help_gets_the_police_first(live_server: str, sender: str) -> None:
    (message,) = say(live_server, sender, "他在打我 救命")
    assert message["custom"]["kind"] == "emergency"
    assert re.search(r"\d{3,}", message["text"])[0] == "110"
    assert message["custom"]["handoff"] is True


@pytest.mark.parametrize("text", ["我不想活了 药已经吃了", "着火了 出不去 救命", "孩子刚才不见了 在商场"])
def test_an_emergency_comes_first_in_the_middle_of_anything(live_server: str, sender: str, text: str) -> None:
    say(live_server, sender, "我想转人工")
    (message,) = say(live_server, sender, text)
    assert message["custom"]["kind"] == "emergency"


@pytest.mark.parametrize("text", ["去年他打过我 现在想离婚怎么办", "车祸去年出的 保险赔多少", "气死我了 快递把东西弄坏了赔不赔"])
def test_alarming_words_of_the_past_are_no_emergency(live_server: str, sender: str, text: str) -> None:
    (message,) = say(live_server, sender, text)
    assert message["custom"]["kind"] != "emergency"


def test_a_poem_is_politely_refused(live_server: str, sender: str) -> None:
    (message,) = say(live_server, sender, "写一首诗")
    assert "帮不上忙" in message["text"]


@pytest.mark.parametrize(
    ("text", "guide"),
    [
        ("没钱请律师 怎么申请法律援助", "guide-legal-aid"),
        ("办公证要带什么材料", "guide-notar"),
        ("劳动仲裁怎么申请", "guide-labor-arbitration"),
        ("我要投诉一个律师乱收费", "guide-complaint"),
        ("法考什么时候报名", "guide-legal-qualification"),
    ],
)
def test_a_service_question_gets_its_guide(live_server: str, sender: str, text: str, guide: str) -> None:
    (message,) = say(live_server, sender, text)
    assert message["custom"]["kind"] == "guide"
    assert message["custom"]["entry_id"].startswith(guide)


def test_a_part_of_the_guide_can_be_asked_for(live_server: str, sender: str) -> None:
    (guide,) = say(live_server, sender, "没钱请律师 怎么申请法律援助")
    (part,) = say(live_server, sender, "要带什么材料")
    assert part["custom"]["entry_id"] == guide["custom"]["entry_id"]
    assert [section["heading"] for section in part["custom"]["sections"]] == ["需要的材料"]


def test_a_follow_up_is_understood_in_context(live_server: str, sender: str) -> None:
    say(live_server, sender, "老板拖了我三个月工资不给怎么办")
    (message,) = say(live_server, sender, "那要是没签合同呢")
    assert message["custom"]["entry_id"] == "labor-unpaid-wages"
    assert "没签合同" in message["text"]


def test_an_article_is_quoted_with_its_validity(live_server: str, sender: str) -> None:
    (message,) = say(live_server, sender, "劳动合同法39条是什么")
    assert message["custom"]["citations"] == [["劳动合同法", "第三十九条"]]
    assert "现行有效" in message["text"]


def test_a_repealed_law_is_told_as_such(live_server: str, sender: str) -> None:
    (message,) = say(live_server, sender, "合同法第52条怎么规定的")
    assert "2021-01-01" in message["text"]
    assert "废止" in message["text"]
    assert message["custom"]["citations"] == []


def test_a_human_a_number_a_ticket_and_its_progress(live_server: str, sender: str) -> None:
    say(live_server, sender, "物业不让我装充电桩怎么办")
    (offer,) = say(live_server, sender, "转人工")
    assert "12348" in offer["text"]
    assert offer["custom"]["handoff"] is True
    (filed,) = say(live_server, sender, "我电话13800138000")
    ticket = filed["custom"]["ticket"]
    assert re.fullmatch(r"FW\d{8}-[0-9A-Z]{6}", ticket)
    assert "13800138000" not in filed["text"]
    (progress,) = say(live_server, sender, f"工单 {ticket} 到哪一步了")
    assert "已登记" in progress["text"]


def test_what_it_does_not_know_it_says(live_server: str, sender: str) -> None:
    (message,) = say(live_server, sender, "月球上的矿石归哪个国家的法院管辖呢我想起诉")
    assert message["custom"]["confidence"] < 0.6


@pytest.mark.parametrize("rating", ["/rate_helpful", "/rate_unhelpful"])
def test_an_answer_can_be_rated(live_server: str, sender: str, rating: str) -> None:
    say(live_server, sender, "老板拖了我三个月工资不给怎么办")
    (message,) = say(live_server, sender, rating)
    assert ("谢谢" in message["text"]) == (rating == "/rate_helpful")


def test_traditional_and_full_width_text_is_understood(live_server: str, sender: str) -> None:
    (message,) = say(live_server, sender, "老闆拖欠薪水３個月，不給怎麼辦")
    assert message["custom"]["entry_id"].startswith("labor-")


def test_a_condition_stated_with_the_question_is_answered_with_it(live_server: str, sender: str) -> None:
    (message,) = say(live_server, sender, "老板拖欠工资不给怎么办，我们没签劳动合同")
    assert message["custom"]["entry_id"] == "labor-unpaid-wages"
    assert "您说到“没签劳动合同”" in message["text"]


def test_an_alarm_can_be_called_off(live_server: str, sender: str) -> None:
    (alarm,) = say(live_server, sender, "他在打我 救命")
    way_on = next(button for button in alarm["buttons"] if "没有危险" in button["title"])
    (answer,) = say(live_server, sender, way_on["payload"])
    assert answer["custom"]["kind"] in ("answer", "unsure")


def test_what_did_not_help_is_asked_for(live_server: str, sender: str) -> None:
    say(live_server, sender, "老板拖欠工资不给怎么办")
    (asked,) = say(live_server, sender, "/rate_unhelpful")
    reason = next(button for button in asked["buttons"] if button["title"] == "答非所问")
    (thanked,) = say(live_server, sender, reason["payload"])
    assert "谢谢" in thanked["text"]
