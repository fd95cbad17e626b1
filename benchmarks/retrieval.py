"""Statute retrieval on real layperson questions: what each part of the fusion adds, down to the product.

Recall@k is the mean over questions of the share of gold articles among the first k, hit@10 the share of questions
with at least one among the first 10, MRR@10 the mean of 1/rank of the first. Overall counts all gold articles,
in-store those the index holds, over the questions that have one. The rows up to the one without the entries use
nothing that comes from them: neither their citations nor what was learned from their phrasings.
"""
from __future__ import annotations

import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Callable, Optional, Sequence

import numpy as np
import typer

from benchmarks.common import EVAL_DIR, note, percentile, print_machine, print_table, run, stop, times

Pair = tuple[str, str]
DEPTH = 100


def main(
    questions: Path = typer.Option(
        EVAL_DIR / "statute_questions_dev.jsonl", help="问题集（JSON Lines：question、gold）", show_default=False
    ),
    limit: Optional[int] = typer.Option(None, min=1, help="只用前几个问题"),
) -> None:
    """条文检索：BM25、向量、逐步融合直到产品所用的检索，在真实问题上的召回率。"""
    if not questions.exists():
        stop("没有真实问题集。它不属于本项目，应在项目目录旁的 shared/eval/，或用 --questions 指定")
    asked = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines() if line.strip()][:limit]
    if not asked:
        stop("问题集是空的")
    gold = [{(law, article) for law, article in item["gold"]} for item in asked]

    from bot.retrieval.encoder import load_encoder
    from bot.retrieval.index import Index
    from bot.retrieval.retriever import Retriever
    from bot.settings import load_settings
    from bot.text.normalize import normalize

    settings = load_settings()
    index, encoder = Index(settings.index_dir), load_encoder(settings)
    retriever = Retriever(index, encoder)
    first = int((index.facts.kinds != "statute").sum())
    pairs: list[Pair] = list(zip(index.facts.laws[first:], index.facts.articles[first:]))  # type: ignore[arg-type]
    known = set(pairs)
    held = [wanted & known for wanted in gold]
    retriever.search("热身", DEPTH, "statute")

    texts = [normalize(item["question"]) for item in asked]
    note(f"{len(texts)} 个问题，{len(pairs)} 条现行条文")
    # The product goes first: what it encodes is not in the encoder's cache yet.
    product, seconds = [], []
    for item in asked:
        started = time.perf_counter()
        hits = retriever.search(item["question"], DEPTH, "statute")
        seconds.append(time.perf_counter() - started)
        product.append([(hit.law, hit.article) for hit in hits])
    vectors = np.stack([encoder.query(text) for text in texts])
    hints = [retriever.hints(text) for text in texts]
    methods = _parts(settings, index, encoder, first, pairs, texts, vectors, hints)
    methods["＋条目答案的用词（产品）"] = product

    _warn_if_stale(settings, index, encoder)
    print_machine()
    total, found = sum(map(len, gold)), sum(map(len, held))
    print(f"{len(asked)} 个问题，{total} 条标准答案，其中 {found} 条（{found / total:.0%}）在库且现行有效。\n")
    for title, wanted in (("全部标准答案", gold), ("库内标准答案", held)):
        used = [number for number, pairs_wanted in enumerate(wanted) if pairs_wanted]
        rows = []
        baseline = 0.0
        for name, ranked in methods.items():
            figures = _figures([ranked[n] for n in used], [wanted[n] for n in used])
            baseline = baseline or figures[0]
            rows.append([name, *figures, times(figures[0], baseline)])
        print_table(
            [f"{title}（{len(used)} 问）", "recall@10", "recall@100", "MRR@10", "hit@10", "recall@10 ÷ BM25"], rows
        )
    p50, p95 = (percentile(seconds, share) * 1000 for share in (50, 95))
    print(f"产品每问用时（含编码）：p50 {p50:.1f} 毫秒，p95 {p95:.1f} 毫秒")


def _parts(
    settings,  # noqa: ANN001
    index,  # noqa: ANN001
    encoder,  # noqa: ANN001
    first: int,
    pairs: list[Pair],
    texts: Sequence[str],
    vectors: np.ndarray,
    hints,  # noqa: ANN001
) -> dict[str, list[list[Pair]]]:
    """The ranked articles of each question by each part of the fusion."""
    from bot.retrieval import fusion
    from bot.retrieval.statute_search import StatuteSearch

    search = StatuteSearch(index, first)
    raw = _raw_vectors(settings, index, encoder, first)
    lexical = [index.lexical.scores(text)[first:] for text in texts]
    contextual = index.vectors(range(len(index.owners) - len(pairs), len(index.owners)))
    adapted = index.to_articles(vectors)
    nothing: dict[int, float] = {}

    def by_scores(score: Callable[[int], np.ndarray]) -> list[list[Pair]]:
        return [[pairs[row] for row in np.argsort(-score(n))[:DEPTH]] for n in range(len(texts))]

    def by_search(asked: np.ndarray, boost: Callable[[int], dict[int, float]]) -> list[list[Pair]]:
        ranked = (search.rank(asked[n], lexical[n], boost(n), DEPTH) for n in range(len(texts)))
        return [[pairs[number - first] for number, _score in hits] for hits in ranked]

    return {
        "BM25": by_scores(lambda n: lexical[n]),
        "向量（条文原文）": by_scores(lambda n: raw @ vectors[n]),
        "向量＋上下文": by_scores(lambda n: contextual @ vectors[n]),
        "＋BM25（不用普法条目）": by_scores(
            lambda n: contextual @ vectors[n] + fusion.LEXICAL_WEIGHT * fusion.standardize(lexical[n])
        ),
        "＋法律先验": by_search(vectors, lambda n: nothing),
        "＋问法学到的适配": by_search(adapted, lambda n: nothing),
        "＋引用该条的条目": by_search(adapted, lambda n: hints[n].articles),
    }


def _raw_vectors(settings, index, encoder, first: int) -> np.ndarray:  # noqa: ANN001
    """Vectors of the articles as encoded, before their neighbours and their law are mixed in."""
    from bot.retrieval.documents import article_documents
    from bot.retrieval.vector_cache import cache_file, encode_cached
    from bot.statutes.store import open_statutes

    documents = article_documents(open_statutes(settings).articles_in_force())
    if [document.id for document in documents] != index.facts.ids[first:]:
        stop("检索索引与条文库不一致，请先运行：fawen setup")
    texts = [document.passages[0] for document in documents]
    with tempfile.TemporaryDirectory() as folder:
        # A copy, because the cache is cut down to the texts asked for.
        source = cache_file(settings.var_dir, "index", encoder)
        copy = Path(folder) / source.name
        if source.exists():
            shutil.copyfile(source, copy)
        else:
            note("没有向量缓存，重新编码全部条文，需要几分钟……")
        return encode_cached(texts, np.zeros(len(texts), dtype=bool), encoder, copy)


def _warn_if_stale(settings, index, encoder) -> None:  # noqa: ANN001
    from bot.content.loader import load_knowledge
    from bot.retrieval.documents import article_documents, knowledge_documents
    from bot.retrieval.index import fingerprint
    from bot.statutes.store import open_statutes

    articles = open_statutes(settings).articles_in_force()
    documents = knowledge_documents(load_knowledge(settings.knowledge_dir)) + article_documents(articles)
    if fingerprint(documents, encoder) != index.fingerprint:
        note("注意：索引不是用当前的知识与词表建的，数字可能有出入；运行 fawen setup 后再测")
        print("（索引早于当前的知识或词表。）\n")


def _figures(ranked: Sequence[list[Pair]], wanted: Sequence[set[Pair]]) -> list[float]:
    recall10, recall100, reciprocal, hit = [], [], [], []
    for pairs, gold in zip(ranked, wanted):
        ranks = [rank for rank, pair in enumerate(pairs, start=1) if pair in gold]
        recall10.append(sum(rank <= 10 for rank in ranks) / len(gold))
        recall100.append(sum(rank <= 100 for rank in ranks) / len(gold))
        reciprocal.append(1 / ranks[0] if ranks and ranks[0] <= 10 else 0.0)
        hit.append(float(bool(ranks) and ranks[0] <= 10))
    return [float(np.mean(values)) for values in (recall10, recall100, reciprocal, hit)]


if __name__ == "__main__":
    run(main)
