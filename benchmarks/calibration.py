"""Does the confidence mean what it says: among answers shown with 70 %, are seven in ten right?

Each probability comes from a fit that did not see that question (five folds over the rows of
:mod:`bot.retrieval.calibrate`, which itself asks each phrasing of an index without it).
"""
from __future__ import annotations

import numpy as np
import typer

from benchmarks.common import note, print_machine, print_table, run, times

BINS = 10


def main(
    folds: int = typer.Option(5, min=2, max=20, help="交叉验证的份数"),
) -> None:
    """置信度校准：可靠性表与 Brier 分，对照只报平均正确率的基线。"""
    from bot.content.loader import load_knowledge
    from bot.dialogue.calibration import out_of_scope_texts
    from bot.retrieval.calibrate import MOST_QUESTIONS, calibrate
    from bot.retrieval.confidence import Calibration, fit
    from bot.retrieval.encoder import load_encoder
    from bot.retrieval.vector_cache import cache_file
    from bot.settings import load_settings

    settings = load_settings()
    knowledge = load_knowledge(settings.knowledge_dir)
    note("编码全部问法并逐份检索，约需一两分钟……")
    encoder = load_encoder(settings)
    fitted, rows, right = calibrate(
        knowledge,
        out_of_scope_texts(settings),
        encoder,
        cache_file(settings.var_dir, "calibration", encoder),
        lambda done, total: note(f"  {done}/{total}"),
    )
    labels = np.array(right, dtype=float)
    shuffled = np.random.default_rng(42).permutation(len(rows))
    predicted = np.zeros(len(rows))
    base = np.zeros(len(rows))
    for fold in range(folds):
        held_out = shuffled[fold::folds]
        kept = np.setdiff1d(shuffled, held_out)
        model = fit([rows[n] for n in kept], [right[n] for n in kept])
        predicted[held_out] = [model.probability(rows[n]) for n in held_out]
        base[held_out] = labels[kept].mean()

    print_machine()
    # Only a phrasing asked with its entry in place can be right.
    answerable = min(MOST_QUESTIONS, sum(len(entry.phrasings) for entry in knowledge.entries))
    print(
        f"{len(rows)} 次提问，第一条答案正确的占 {labels.mean():.1%}；其中 {answerable} 次有对应的条目，"
        f"正确的占 {labels.sum() / answerable:.1%}，其余 {len(rows) - answerable} 次本来就没有答案。\n"
    )
    bins = np.minimum((predicted * BINS).astype(int), BINS - 1)
    table = []
    gap = 0.0
    for number in range(BINS):
        inside = bins == number
        span = f"{number / BINS:.1f}–{(number + 1) / BINS:.1f}"
        if not inside.any():
            table.append([span, 0, "—", "—", "—"])
            continue
        said, was = float(predicted[inside].mean()), float(labels[inside].mean())
        gap += inside.mean() * abs(said - was)
        table.append([span, int(inside.sum()), said, was, f"{was - said:+.3f}"])
    print_table(["报出的置信度", "次数", "平均置信度", "实际正确率", "差"], table)

    def brier(probabilities: np.ndarray) -> float:
        return float(((probabilities - labels) ** 2).mean())

    def probabilities(model: Calibration) -> np.ndarray:
        return np.array([model.probability(row) for row in rows])

    baseline = brier(base)
    table = [["总是报平均正确率（基线）", baseline, times(baseline, baseline)]]
    for name, values in (
        ("校准后，交叉验证", predicted),
        ("校准后，全部数据", probabilities(fitted)),
        ("未校准的默认值", probabilities(Calibration())),
    ):
        table.append([name, brier(values), times(brier(values), baseline)])
    print_table(["Brier 分（越小越好）", "值", "÷ 基线"], table)
    print(f"平均校准误差（ECE，{BINS} 档）：{gap:.3f}")


if __name__ == "__main__":
    run(main)
