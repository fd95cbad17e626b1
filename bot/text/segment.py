"""Jieba with the legal lexicon, and the words a search looks for."""
from __future__ import annotations

import logging
import re
from functools import lru_cache

import jieba

from bot.text.lexicon import load_lexicon
from bot.text.normalize import normalize

jieba.setLogLevel(logging.WARNING)

_WORD = re.compile(r"[\w\u4e00-\u9fff]")
# Words that carry no legal meaning and occur in most questions.
STOP_WORDS = frozenset(
    (
        "的 了 和 是 在 我 你 您 他 她 它 我们 你们 他们 吗 呢 吧 啊 呀 嘛 哦 嗯 就 都 也 还 又 很 有 没有 没 不 要 想 请问 问 一下 怎么办 怎么 怎样 如何 什么 哪里 哪个 咋办 "
        "咋 这 那 这个 那个 这样 现在 可以 能 能不能 会 被 把 给 跟 与 及 或 等 之 其 并 为 以 于 上 下 里 对 但是 因为 所以 如果 然后 应该 需要 知道 情况 问题 说 去 来 到 用 让 "
        "着 过 得 地 个 年 月 日 天 岁"
    ).split()
)


@lru_cache(maxsize=1)
def segmenter() -> jieba.Tokenizer:
    """The shared jieba tokenizer with every term of the lexicon as a word."""
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for term in load_lexicon().terms:
        tokenizer.add_word(term)
    return tokenizer


def search_words(text: str) -> list[str]:
    """Words and the shorter words inside them, for the lexical index; stop words and punctuation are left out."""
    words = segmenter().cut_for_search(normalize(text).lower())
    return [word for word in words if _WORD.search(word) and word not in STOP_WORDS]


def query_words(text: str) -> list[str]:
    """:func:`search_words` of a question plus the statutory words for its colloquial ones."""
    words = search_words(text)
    synonyms = load_lexicon().synonyms
    added = [statutory for word in dict.fromkeys(words) for statutory in synonyms.get(word, ())]
    return words + [part for statutory in dict.fromkeys(added) for part in search_words(statutory)]
