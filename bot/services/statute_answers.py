"""Answers to questions about an article by its number: 「劳动合同法39条是什么」, 「合同法第52条还有效吗」."""
from __future__ import annotations

import re
from typing import Optional

from bot.services import replies
from bot.services.quotes import quote, validity_note
from bot.services.replies import Reply
from bot.statutes.citations import Citation
from bot.statutes.model import Article, Validity
from bot.statutes.numerals import to_chinese
from bot.statutes.store import StatuteStore
from bot.statutes.successors import successor_of

# What may stand around a citation when the article itself is asked for.
_ASKING = re.compile(
    r"是什么|什么内容|内容|怎么规定|咋规定|规定|原文|全文|怎么说|说的啥|讲的?什么|讲啥|说的?什么|写的?啥|写的?什么|有效|废止|作废|失效|施行|生效|解释|意思"
    r"|请问|帮我|查一?下|看一?下|查询|的|是|吗|呢|么|啊|了|还|我想|知道|一下|第|条|中华人民共和国|[\s，。？！?,.!《》]"
)
# Characters left over beyond which the message is a story that happens to cite an article.
_STORY_FROM = 12


class StatuteAnswers:
    """Tells what an article says and whether it is in force."""

    def __init__(self, statutes: StatuteStore) -> None:
        self._statutes = statutes

    def reply(self, question: str) -> Optional[Reply]:
        """The answer when ``question`` asks for articles by number, else ``None``."""
        citations = [citation for citation in self._statutes.parser.parse(question) if citation.law]
        if not citations or len(self._rest(question, citations)) > _STORY_FROM:
            return None
        found = [(citation, self._statutes.resolve(citation)) for citation in citations[:5]]
        parts = [self._in_force(citation, article) if article else self._not_in_force(citation) for citation, article in found]
        articles = [article for _citation, article in found if article]
        return Reply(
            text="\n\n".join(parts),
            buttons=[replies.HELPFUL, replies.UNHELPFUL, replies.HUMAN],
            kind="statute" if len(articles) == len(found) else "text",
            shown={"items": [quote(article, self._statutes) for article in articles], "notice": ""},
            confidence=0.95 if articles else 0.6,
            citations=[[article.law, article.number] for article in articles],
        )

    def _rest(self, question: str, citations: list[Citation]) -> str:
        rest = question
        for citation in sorted(citations, key=lambda c: -c.start):
            rest = rest[: citation.start] + rest[citation.end :]
            if citation.law:
                rest = rest.replace(citation.law, "")
        return _ASKING.sub("", rest)

    def _in_force(self, citation: Citation, article: Article) -> str:
        text = f"{article.citation}（{validity_note(article, self._statutes)}）\n{article.text}"
        if citation.paragraph is None:
            return text
        paragraphs = article.paragraphs
        if citation.paragraph > len(paragraphs):
            return f"{text}\n\n（该条共 {len(paragraphs)} 款，没有第{to_chinese(citation.paragraph)}款。）"
        return f"{text}\n\n其中第{to_chinese(citation.paragraph)}款：{paragraphs[citation.paragraph - 1]}"

    def _not_in_force(self, citation: Citation) -> str:
        assert citation.law and citation.article
        repeal = self._statutes.repeal_of(citation.law)
        if repeal:
            gone = f"《{citation.law}》已于 {repeal.on} 废止（依据《{repeal.by}》{repeal.clause}），{citation}不再适用。"
            return gone + self._now_governed_by(citation, repeal.by)
        versions = self._statutes.find_any(citation.law, citation.article)
        if versions:
            newest = versions[0]
            validity = self._statutes.validity_of(newest)
            if validity is Validity.NOT_YET:
                return (
                    f"{citation}尚未施行：{newest.period.begins} 起施行（{newest.published} 公布）。届时的条文是：\n{newest.text}"
                )
            return f"{citation}今日{validity.value}：{newest.period.reason}。不能再作为依据。"
        if self._statutes.versions(citation.law):
            return f"《{citation.law}》里没有{citation.article}，可能是条号有误。您可以说说遇到的事，我来找现行条文。"
        return (
            f"没有查到{citation}。可能是条号有误，也可能是本库没有收录这部规定（本库目前收录全国性法律）。"
            "您可以拨打12348核实。"
        )

    def _now_governed_by(self, citation: Citation, repealing_law: str) -> str:
        """The articles of the successor law, quoted, where the table knows them."""
        assert citation.law
        successor = successor_of(citation.law, citation.article)
        law = successor.law if successor else repealing_law
        found = [self._statutes.find(law, number) for number in (successor.articles if successor else ())]
        quoted = "\n\n".join(f"{article.citation}\n{article.text}" for article in found if article)
        if quoted:
            return f"现在由《{law}》的下列条文规定：\n\n{quoted}"
        return f"现在适用《{law}》的相应规定；您可以说说遇到的事，我来找现行条文。"
