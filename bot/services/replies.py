"""What the bot says: complete plain text, quick replies, and a structured form for the widget."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional

HELPFUL = {"title": "有帮助", "payload": "/rate_helpful"}
UNHELPFUL = {"title": "没帮助", "payload": "/rate_unhelpful"}
HUMAN = {"title": "转人工", "payload": "/human_handoff"}
CALL_BACK = {"title": "请工作人员回电", "payload": "/request_callback"}

# Quick replies that lead to a service's guide.
SERVICE_BUTTONS = {
    "legal_aid": "申请法律援助",
    "mediation": "申请人民调解",
    "arbitration": "怎么申请仲裁",
    "notarization": "怎么办公证",
    "forensic_appraisal": "怎么做鉴定",
    "lawyer_service": "怎么找律师",
    "grassroots_legal_service": "找村居法律顾问",
    "complaint": "怎么投诉",
    "foreign_related": "涉外法律服务",
    "find_office": "附近的服务机构",
}

NOTICE = "以上是一般性法律信息，不能代替律师针对您个案的意见。"
# Put before the notice while the law an answer rests on has changed and nobody has read the answer since.
REVIEW_PENDING = "这条回答所依据的条文最近有修改，内容正在复核，请以下面引用的条文为准。"


@dataclass(frozen=True)
class Reply:
    """One bot message.

    ``custom`` is the structured form (its ``kind`` tells the widget how to show it) and carries what the answer
    rests on: ``confidence``, ``handoff``, ``entry_id``, ``citations``, ``ticket``. A ``confidence`` of ``None`` means
    that it is no surer than the understanding of the message.
    """

    text: str
    buttons: list[dict[str, str]] = field(default_factory=list)
    kind: str = "text"
    shown: dict[str, Any] = field(default_factory=dict)
    confidence: Optional[float] = None
    handoff: bool = False
    entry_id: Optional[str] = None
    citations: list[list[str]] = field(default_factory=list)
    ticket: Optional[str] = None

    @property
    def custom(self) -> dict[str, Any]:
        """The structured form as JSON values."""
        return {
            "kind": self.kind,
            **self.shown,
            "confidence": None if self.confidence is None else round(self.confidence, 4),
            "handoff": self.handoff,
            "entry_id": self.entry_id,
            "citations": self.citations,
            "ticket": self.ticket,
        }


def service_buttons(services: list[str], limit: int = 2) -> list[dict[str, str]]:
    """Buttons for the first ``limit`` services that have one."""
    known = [service for service in services if service in SERVICE_BUTTONS]
    return [{"title": SERVICE_BUTTONS[service], "payload": f"/{service}"} for service in known[:limit]]
