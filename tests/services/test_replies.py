from __future__ import annotations

import json

import pytest

from bot.channels.inbound import PAYLOAD_INTENTS
from bot.service_types import GUIDE_SERVICE_TYPES, SERVICE_TYPES
from bot.services import replies
from bot.services.replies import Reply, service_buttons

FIXED = [replies.HELPFUL, replies.UNHELPFUL, replies.HUMAN, replies.CALL_BACK]


def test_the_structured_form_is_json_and_carries_what_the_answer_rests_on():
    reply = Reply("话", kind="answer", shown={"topic": "劳动纠纷"}, confidence=0.123456, entry_id="a-b",
                  citations=[["劳动法", "第五十条"]])
    assert json.loads(json.dumps(reply.custom)) == {
        "kind": "answer",
        "topic": "劳动纠纷",
        "confidence": 0.1235,
        "handoff": False,
        "entry_id": "a-b",
        "citations": [["劳动法", "第五十条"]],
        "ticket": None,
    }


def test_services_get_at_most_two_buttons():
    services = ["legal_consultation", "legal_aid", "arbitration", "mediation"]
    assert [button["payload"] for button in service_buttons(services)] == ["/legal_aid", "/arbitration"]
    assert service_buttons([]) == service_buttons(["no_such"]) == []


@pytest.mark.parametrize("button", [*FIXED, *service_buttons(list(SERVICE_TYPES), limit=99)])
def test_every_button_is_let_in_by_the_channels(button):
    assert button["payload"].startswith("/")
    assert button["payload"][1:] in PAYLOAD_INTENTS
    assert button["title"]


def test_service_buttons_lead_to_guides():
    assert set(replies.SERVICE_BUTTONS) <= set(GUIDE_SERVICE_TYPES)
