"""The service types and topics of Fawen: ids are the contract, names are shown to people."""
from __future__ import annotations

LEGAL_CONSULTATION = "legal_consultation"
EMERGENCY = "emergency"
HUMAN_HANDOFF = "human_handoff"
OUT_OF_SCOPE = "out_of_scope"

SERVICE_TYPES: dict[str, str] = {
    LEGAL_CONSULTATION: "法律咨询",
    "legal_aid": "法律援助",
    "notarization": "公证",
    "mediation": "人民调解",
    "forensic_appraisal": "司法鉴定",
    "lawyer_service": "律师服务",
    "arbitration": "仲裁",
    "grassroots_legal_service": "基层法律服务与村居法律顾问",
    "community_correction": "社区矫正与安置帮教",
    "law_popularization": "法治宣传",
    "legal_qualification": "法律职业资格",
    "complaint": "投诉建议",
    "foreign_related": "涉外法律服务",
    "find_office": "机构导航",
    "ticket_status": "进度查询",
    "appointment": "预约",
    HUMAN_HANDOFF: "转人工",
    EMERGENCY: "紧急求助",
    "greeting": "问候",
    "thanks": "感谢",
    "goodbye": "告别",
    OUT_OF_SCOPE: "其他",
}

# Service types answered from a guide 办事指南.
GUIDE_SERVICE_TYPES: tuple[str, ...] = (
    "legal_aid",
    "notarization",
    "mediation",
    "forensic_appraisal",
    "lawyer_service",
    "arbitration",
    "grassroots_legal_service",
    "community_correction",
    "law_popularization",
    "legal_qualification",
    "complaint",
    "foreign_related",
    "find_office",
)

GENERAL_TOPIC = "综合咨询"

TOPICS: tuple[str, ...] = (
    "婚姻家庭",
    "劳动纠纷",
    "交通事故",
    "债权债务",
    "刑事辩护",
    "合同纠纷",
    "房产纠纷",
    "侵权",
    "公司法",
    "医疗纠纷",
    "拆迁安置",
    "行政诉讼",
    "建设工程",
    "知识产权",
    GENERAL_TOPIC,
    "人身损害",
    "涉外法律",
    "海事海商",
    "消费权益",
    "抵押担保",
)
