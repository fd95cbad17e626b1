"""How fast articles are encoded: the built-in 8-bit graph against the same weights in sentence-transformers (fp32)."""
from __future__ import annotations

import time
from pathlib import Path
from typing import Callable

import numpy as np
import typer

from benchmarks.common import note, percentile, print_machine, print_table, run, stop, times

LOADS = 5


def main(
    sample: int = typer.Option(1500, min=10, help="编码多少条条文（随机抽取）"),
    seed: int = typer.Option(42, help="抽样的随机种子"),
) -> None:
    """建索引：内置 int8 推理图与 sentence-transformers fp32 的编码速度，以及载入索引的时间。"""
    from sentence_transformers import SentenceTransformer

    from bot.content.loader import load_knowledge
    from bot.retrieval.documents import article_documents, knowledge_documents
    from bot.retrieval.encoder import ONNX_FILE, PASSAGE_TOKENS, load_encoder
    from bot.retrieval.index import Index
    from bot.settings import load_settings
    from bot.statutes.store import open_statutes

    settings = load_settings()
    folder = Path(settings.embedding_model_path)
    if not (folder / ONNX_FILE).exists():
        stop("这里比较的是内置模型的两种运行方式；请去掉 FAWEN_EMBEDDING_MODEL，并先运行：fawen setup")
    articles = article_documents(open_statutes(settings).articles_in_force())
    knowledge = knowledge_documents(load_knowledge(settings.knowledge_dir))
    passages = [document.passages[0] for document in articles]
    in_all = len(passages) + sum(len(d.queries) + len(d.passages) for d in knowledge)
    chosen = np.random.default_rng(seed).permutation(len(passages))[:sample]
    texts = [passages[number] for number in chosen]

    encoder = load_encoder(settings)
    full = SentenceTransformer(str(folder), device="cpu")
    lengths = np.array([len(full.tokenizer(f"passage: {text}")["input_ids"]) for text in texts])
    # Both cut where the index does.
    full.max_seq_length = PASSAGE_TOKENS

    def encode_full(batch: list[str]) -> np.ndarray:
        return full.encode(
            batch, prompt_name="passage", normalize_embeddings=True, show_progress_bar=False, batch_size=32
        )

    note(f"编码 {len(texts)} 条：fp32……")
    full_vectors, full_seconds = _timed(encode_full, texts)
    note("int8……")
    vectors, seconds = _timed(encoder.passages, texts)
    cosines = (vectors * full_vectors).sum(1)

    print_machine()
    rows = []
    for name, taken in (("sentence-transformers fp32（基线）", full_seconds), ("内置 int8 ONNX", seconds)):
        speed = len(texts) / taken
        faster = times(speed, len(texts) / full_seconds)
        rows.append([name, f"{taken:.1f}", f"{speed:.1f}", faster, f"{in_all / speed:.0f}"])
    print_table(
        ["运行方式", f"{len(texts)} 条用时（秒）", "条/秒", "速度 ÷ 基线", f"推算全部 {in_all} 条（秒）"], rows
    )
    print(f"两者向量的余弦：平均 {cosines.mean():.4f}，最低 {cosines.min():.4f}")
    fits = "，".join(f"{limit} 个词元内 {(lengths <= limit).mean():.0%}" for limit in (PASSAGE_TOKENS, 160))
    print(f"条文完整放得下：{fits}")

    loads = []
    for _ in range(LOADS):
        started = time.perf_counter()
        index = Index(settings.index_dir)
        loads.append(time.perf_counter() - started)
    print(f"载入索引（{len(index)} 篇）：首次 {loads[0]:.2f} 秒，{LOADS} 次的中位数 {percentile(loads, 50):.2f} 秒")


def _timed(encode: Callable[[list[str]], np.ndarray], texts: list[str]) -> tuple[np.ndarray, float]:
    encode(texts[:8])
    started = time.perf_counter()
    vectors = encode(texts)
    return vectors, time.perf_counter() - started


if __name__ == "__main__":
    run(main)
