"""The main job: a legal question in, an answer with steps and law in force out, or a plain «I don't know»."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Collection, Optional, Sequence

from bot.content.loader import Knowledge
from bot.content.schema import Entry, FollowUp, Guide, LegalBasis
from bot.retrieval.encoder import Encoder
from bot.retrieval.retriever import Match, Retriever
from bot.service_types import SERVICE_TYPES
from bot.services import replies
from bot.services.quotes import legal_basis_text, quote
from bot.services.replies import Reply
from bot.statutes.model import Article
from bot.statutes.store import StatuteStore
from bot.text.normalize import normalize
from bot.text.segment import search_words

# From here on the answer is given without a question back.
SURE = 0.6
# Other entries offered as «您是不是想问» must be at least this likely.
WORTH_OFFERING = 0.12
# Articles shown when no entry is likely enough.
MOST_ARTICLES = 3
# A service's special guide is shown instead of its main one only when it fits better by this much.
SPECIAL_GUIDE_LEAD = 0.011
# Cosine of a follow-up to a known condition from which it is taken to mean it: with a word in common, and without.
SAME_CONDITION, SURELY_SAME = 0.92, 0.95
# A condition of fewer characters stands in too many questions by chance to be taken for stated.
SHORTEST_STATED = 4
# A message of at most this many characters may lean on what was said before.
SHORT = 16

# What is said instead of an answer.
_CHOOSE = "我不敢肯定您问的是哪一种情况。下面有没有您要问的？点一下我就回答。"
_UNSURE = "这个问题我没有把握答准，不敢随便说。"
_SAY_MORE = "把事情再说具体一点：什么时候、和谁、发生了什么、您想要什么结果。"
_MAY_BEAR = "下面的法条可能与您说的事有关，是否适用还要看具体情况：\n"
_CALL = "也可以拨打 12348 问人工律师，或者留个电话请工作人员回电。"

_FOLLOW_UP = re.compile(r"^(那|要是|如果|假如|万一|还有|然后|再问|那么|可是|但是|但|不过|我没|没有|没|他|她|它|对方|这个|这种|这)")
_MARKERS = re.compile(r"^(那么?|要是|如果|假如|万一|可是|但是|但|不过|还有|然后|再问一?下?)+|(呢|吗|的话|咋办|怎么办|怎么弄|咋整|[？?。，,!！])+$")

# What may be asked of a guide just shown, and the section that answers it.
_ASPECTS = (
    (re.compile(r"材料|带(什么|啥|哪些|身份证|证件)|准备(什么|啥|哪些)|要交(什么|啥)"), "需要的材料"),
    (re.compile(r"费用|收费|多少钱|要钱|花钱|免费|啥价|贵"), "费用"),
    (re.compile(r"多久|多长时间|几天|啥时候能|什么时候能|时限|时效"), "多长时间"),
    (re.compile(r"(去|到|在|上)?(哪|什么地方|啥地方)(里|儿|个地方|办|申请|弄)?"), "到哪里办"),
    (re.compile(r"条件|符合什么|够不够格"), "条件"),
    (re.compile(r"不同意|被拒|不批|驳回|不受理"), "不同意怎么办"),
    (re.compile(r"怎么(办理|申请|弄)|流程|步骤|手续"), "怎么办"),
)


@dataclass(frozen=True)
class Context:
    """What was being talked about: the entry last shown and the question it answered."""

    entry_id: Optional[str] = None
    question: str = ""


class Consultation:
    """Answers legal questions and service questions from the knowledge and the statutes."""

    def __init__(
        self,
        knowledge: Knowledge,
        statutes: StatuteStore,
        retriever: Retriever,
        encoder: Encoder,
        handoff_threshold: float,
        waiting_for_review: Collection[str] = (),
    ) -> None:
        self._knowledge = knowledge
        self._statutes = statutes
        self._retriever = retriever
        self._encoder = encoder
        self._threshold = handoff_threshold
        # Entries whose cited articles changed since an editor confirmed them: their answers say so.
        self._waiting = frozenset(waiting_for_review)

    def answer(self, question: str, topics: Optional[dict[str, float]] = None, context: Context = Context()) -> Reply:
        """The reply to a legal question. ``topics`` are the classifier's probabilities by topic."""
        text = normalize(question)
        aspect = self._guide_aspect(text, context)
        if aspect:
            return aspect
        previous = self._knowledge.entry_by_id.get(context.entry_id or "")
        matches = self._retriever.match(text, topics=topics)
        if previous and self._leans_on_context(text, matches):
            follow_up = self._known_condition(text, previous)
            if follow_up:
                return self._follow_up_reply(previous, follow_up)
            if matches[0].confidence < SURE:
                together = self._retriever.match(f"{context.question} {text}", topics=topics)
                matches = max(matches, together, key=lambda found: found[0].confidence)
        best = matches[0]
        if best.confidence >= self._threshold:
            return self._entry_reply(self._knowledge.entry_by_id[best.evidence.id], best, matches[1:], asked=text)
        return self._unsure_reply(text, matches)

    def guide(self, service_type: str, question: str, context: Context = Context()) -> Reply:
        """The guide of ``service_type`` that fits ``question`` best; or of the guide just shown, what is asked of it."""
        aspect = self._guide_aspect(normalize(question), context)
        if aspect:
            return aspect
        guides = self._knowledge.guides_for(service_type)
        if not guides:
            raise KeyError(f"no guide for service type {service_type!r}")
        if len(guides) == 1 or not question.strip():
            return self._guide_reply(guides[0])
        wanted = {guide.id for guide in guides}
        in_context = f"{context.question} {question}" if len(question) <= SHORT else question
        ranked = self._retriever.match(in_context, kind="guide", k=len(self._knowledge.guides))
        scores = {match.evidence.id: match.evidence.score for match in ranked if match.evidence.id in wanted}
        best = max(scores, key=scores.__getitem__)
        if scores[best] - scores[guides[0].id] < SPECIAL_GUIDE_LEAD:
            best = guides[0].id
        others = [guide for guide in guides if guide.id != best]
        return self._guide_reply(self._knowledge.guide_by_id[best], others)

    def title_of(self, item_id: str) -> str:
        """The question of an entry or the title of a guide; empty when there is none."""
        entry, guide = self._knowledge.entry_by_id.get(item_id), self._knowledge.guide_by_id.get(item_id)
        return entry.question if entry else guide.title if guide else ""

    def entry(self, entry_id: str) -> Optional[Reply]:
        """The reply for one entry chosen by a button, or ``None`` when there is no such entry."""
        entry = self._knowledge.entry_by_id.get(entry_id)
        return self._entry_reply(entry, None, []) if entry else None

    def _leans_on_context(self, text: str, matches: Sequence[Match]) -> bool:
        if _FOLLOW_UP.match(text):
            return len(text) <= 3 * SHORT
        return len(text) <= SHORT and matches[0].confidence < SURE

    def _known_condition(self, text: str, entry: Entry) -> Optional[FollowUp]:
        """The follow-up whose condition ``text`` states: contained in it, or close in meaning."""
        said = _MARKERS.sub("", text) or text
        vector = self._encoder.query(said)
        words = set(search_words(said))
        best: tuple[float, Optional[FollowUp]] = (0.0, None)
        for follow_up in entry.follow_ups:
            for condition in follow_up.when:
                alike = 1.0 if condition in said else float(vector @ self._encoder.query(condition))
                needed = SAME_CONDITION if words & set(search_words(condition)) else SURELY_SAME
                if alike >= needed and alike > best[0]:
                    best = (alike, follow_up)
        return best[1]

    def _guide_aspect(self, text: str, context: Context) -> Optional[Reply]:
        """«要带什么», «多少钱», «去哪办» right after a guide: that part of it alone."""
        guide = self._knowledge.guide_by_id.get(context.entry_id or "")
        if guide is None or len(text) > SHORT:
            return None
        for pattern, heading in _ASPECTS:
            items = next((items for name, items in _sections(guide) if name == heading), [])
            if items and pattern.search(text):
                lines = "\n".join(items)
                return Reply(
                    text=f"【{guide.title}】{heading}：\n{lines}",
                    buttons=[replies.HELPFUL, replies.UNHELPFUL, replies.HUMAN],
                    kind="guide",
                    shown={
                        "guide_id": guide.id,
                        "service": SERVICE_TYPES[guide.service_type],
                        "title": guide.title,
                        "summary": "",
                        "sections": [{"heading": heading, "items": items}],
                        "legal_basis": [],
                        "hotlines": guide.hotlines,
                    },
                    entry_id=guide.id,
                )
        return None

    def _entry_reply(
        self, entry: Entry, match: Optional[Match], others: Sequence[Match], asked: str = ""
    ) -> Reply:
        """The reply of an entry; a condition that changes the answer and stands in what was ``asked`` is answered, too."""
        stated = next(
            (
                (condition, follow_up)
                for follow_up in entry.follow_ups
                for condition in follow_up.when
                if len(condition) >= SHORTEST_STATED and condition in asked
            ),
            None,
        )
        answer = f"{entry.answer}\n您说到“{stated[0]}”：{stated[1].answer}" if stated else entry.answer
        bases = [*entry.legal_basis, *(stated[1].legal_basis if stated else ()), *entry.further_basis]
        articles = self._articles(list({basis.citation: basis for basis in bases}.values()))
        sure = match is None or match.confidence >= SURE
        lead = "" if sure else f"您问的可能是：{entry.question}\n\n"
        steps = _numbered(entry.steps)
        groups = "\n".join(f"{group.group}：{group.note}" for group in entry.special_groups)
        parts = [
            f"{lead}{answer}",
            f"怎么做：\n{steps}",
            f"照顾对象：\n{groups}" if groups else "",
            legal_basis_text(articles),
            self._notice(entry),
        ]
        offers = [] if sure else [self._offer(other) for other in others if other.confidence >= WORTH_OFFERING]
        return Reply(
            text="\n\n".join(part for part in parts if part),
            buttons=[*offers, replies.HELPFUL, replies.UNHELPFUL, replies.HUMAN, *replies.service_buttons(entry.services)],
            kind="answer",
            shown={
                "topic": entry.topic,
                "question": entry.question,
                "lead": lead.strip(),
                "answer": answer,
                "steps": entry.steps,
                "legal_basis": [quote(article, self._statutes) for article in articles],
                "special_groups": [group.dict() for group in entry.special_groups],
                "notice": self._notice(entry),
                "review_pending": entry.id in self._waiting,
            },
            confidence=match.confidence if match else 1.0,
            entry_id=entry.id,
            citations=[[article.law, article.number] for article in articles],
        )

    def _follow_up_reply(self, entry: Entry, follow_up: FollowUp) -> Reply:
        articles = self._articles(follow_up.legal_basis)
        parts = [follow_up.answer, legal_basis_text(articles), self._notice(entry)]
        return Reply(
            text="\n\n".join(part for part in parts if part),
            buttons=[replies.HELPFUL, replies.UNHELPFUL, replies.HUMAN, *replies.service_buttons(entry.services)],
            kind="answer",
            shown={
                "topic": entry.topic,
                "question": f"{entry.question}（{follow_up.when[0]}）",
                "lead": "",
                "answer": follow_up.answer,
                "steps": [],
                "legal_basis": [quote(article, self._statutes) for article in articles],
                "special_groups": [],
                "notice": self._notice(entry),
                "review_pending": entry.id in self._waiting,
            },
            confidence=SURE + 0.2,
            entry_id=entry.id,
            citations=[[article.law, article.number] for article in articles],
        )

    def _unsure_reply(self, text: str, matches: Sequence[Match]) -> Reply:
        likely = self._retriever.likely_articles(text, MOST_ARTICLES)
        found = self._statutes.articles_by_id(int(hit.id) for hit in likely)
        articles = [found[int(hit.id)] for hit in likely if int(hit.id) in found]
        offers = [self._offer(match) for match in matches if match.confidence >= WORTH_OFFERING]
        told = [_CHOOSE, f"都不是的话，请{_SAY_MORE}", _CALL] if offers else [_UNSURE, f"请{_SAY_MORE}", _CALL]
        # Where there are no buttons, what they offer must be read.
        parts = ["\n".join([told[0], *(f"· {offer['title']}" for offer in offers)]), *told[1:]]
        if articles:
            parts.append(_MAY_BEAR + legal_basis_text(articles).split("\n", 1)[1])
        return Reply(
            text="\n\n".join(parts),
            buttons=[*offers, replies.HUMAN, replies.CALL_BACK],
            kind="unsure",
            shown={"answer": "\n".join(told), "legal_basis": [quote(article, self._statutes) for article in articles]},
            confidence=matches[0].confidence if matches else 0.0,
            handoff=True,
            citations=[[article.law, article.number] for article in articles],
        )

    def _guide_reply(self, guide: Guide, others: Sequence[Guide] = ()) -> Reply:
        articles = self._articles(guide.legal_basis)
        sections = _sections(guide)
        blocks = [f"{heading}：\n{_numbered(items)}" for heading, items in sections]
        hotlines = f"咨询电话：{'、'.join(guide.hotlines)}" if guide.hotlines else ""
        parts = [f"【{guide.title}】{guide.summary}", *blocks, legal_basis_text(articles), hotlines]
        return Reply(
            text="\n\n".join(part for part in parts if part),
            buttons=[
                *({"title": other.title, "payload": f"/{other.service_type} {other.title}"} for other in others),
                replies.HELPFUL,
                replies.UNHELPFUL,
                replies.HUMAN,
            ],
            kind="guide",
            shown={
                "guide_id": guide.id,
                "service": SERVICE_TYPES[guide.service_type],
                "title": guide.title,
                "summary": guide.summary,
                "sections": [{"heading": heading, "items": items} for heading, items in sections],
                "legal_basis": [quote(article, self._statutes) for article in articles],
                "hotlines": guide.hotlines,
                "review_pending": guide.id in self._waiting,
            },
            entry_id=guide.id,
            citations=[[article.law, article.number] for article in articles],
        )

    def _notice(self, entry: Entry) -> str:
        return f"{replies.REVIEW_PENDING}{replies.NOTICE}" if entry.id in self._waiting else replies.NOTICE

    def _offer(self, match: Match) -> dict[str, str]:
        return {"title": match.evidence.title, "payload": match.evidence.title}

    def _articles(self, bases: Sequence[LegalBasis]) -> list[Article]:
        """The articles in force; one that fell out of force, or that nobody imported, is left out, never quoted."""
        found = [self._statutes.find(basis.law, basis.article) for basis in bases]
        return [article for article in found if article]


def _sections(guide: Guide) -> list[tuple[str, list[str]]]:
    """The guide's parts that are filled in, by heading."""
    parts = [
        ("谁可以办", [guide.who] if guide.who else []),
        ("条件", guide.conditions),
        ("需要的材料", guide.materials),
        ("怎么办", guide.procedure),
        ("多长时间", [guide.time_limit] if guide.time_limit else []),
        ("费用", [guide.fee] if guide.fee else []),
        ("到哪里办", [guide.where] if guide.where else []),
        ("不同意怎么办", [guide.remedy] if guide.remedy else []),
        ("提示", guide.tips),
    ]
    return [(heading, items) for heading, items in parts if items]


def _numbered(items: Sequence[str]) -> str:
    return "\n".join(f"{number}. {item}" for number, item in enumerate(items, start=1))
