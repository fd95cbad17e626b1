"""The understanding pipeline of ``config.yml`` against Rasa's own: jieba, bags of words and characters, DIET.

Cross-validation keeps all phrasings of one entry or guide in one fold, so that no message is judged by a paraphrase of
itself; texts that are equal after normalisation count once. The independent sets of ``tests/data`` are judged by a
model of all examples, without the texts that are among them.
"""
from __future__ import annotations

import asyncio
import gc
import os
import shutil
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional, Sequence

import numpy as np
import typer
import yaml

from benchmarks.common import load_test_data, note, percentile, print_machine, print_table, run, stop, times
from benchmarks.live_server import borrowed_var
from bot.settings import PROJECT_ROOT, Settings

SEED = 42
RASA, OURS = "Rasa（Jieba＋CountVectors＋DIET，基线）", "本项目（config.yml）"


@dataclass(frozen=True)
class Example:
    """A labelled message. Those of one ``group`` are paraphrases."""

    text: str
    intent: str
    topic: str
    group: str


@dataclass
class Outcome:
    """What one pipeline understood, over all folds."""

    wanted: list[Example] = field(default_factory=list)
    parsed: list[dict[str, Any]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    training: list[float] = field(default_factory=list)


def main(
    folds: int = typer.Option(5, min=2, max=20, help="交叉验证的份数"),
    epochs: int = typer.Option(100, min=1, help="DIET 训练的轮数"),
    sample: Optional[int] = typer.Option(None, min=100, help="只随机取这么多条语料（试运行用）"),
) -> None:
    """理解：服务类型与主题的准确率、每条用时、训练时间，对照 Rasa 自带的 DIET 流水线。"""
    from bot.content.loader import load_knowledge
    from bot.retrieval.encoder import load_encoder
    from bot.settings import load_settings
    from bot.text.normalize import normalize

    settings = load_settings()
    knowledge = load_knowledge(settings.knowledge_dir)
    with tempfile.TemporaryDirectory(prefix="fawen-benchmark-") as name:
        folder = Path(name)
        (folder / "var").mkdir()
        # Training writes a vector cache: into a var/ of our own, so that the real one is left as it is.
        os.environ["FAWEN_VAR_DIR"] = str(borrowed_var(settings, folder / "var", ("models",)))
        os.environ["RASA_CACHE_DIRECTORY"] = str(folder / "rasa-cache")
        load_encoder(load_settings()).query("热身")

        examples = _examples(settings, knowledge, folder / "phrasings")
        if sample:
            chosen = np.random.default_rng(SEED).permutation(len(examples))[:sample]
            examples = [examples[number] for number in chosen]
        configs = {RASA: _rasa_config(folder, epochs), OURS: _our_config(folder)}
        known = {normalize(example.text) for example in examples}
        sets = {key: _unseen(load_test_data(key), known) for key in ("service_types", "topics")}
        alarms = {key: _unseen({"": load_test_data(key)}, known) for key in ("emergencies", "not_emergencies")}

        crossed, independent = {}, {}
        for pipeline, config in configs.items():
            crossed[pipeline] = _cross_validate(pipeline, config, examples, folds, folder)
            note(f"{pipeline}：用全部 {len(examples)} 条训练，测独立数据")
            agent, _seconds = _train(config, examples, folder)
            independent[pipeline] = {
                key: [_parse(agent, text)[0] for text, _label in pairs] for key, pairs in {**sets, **alarms}.items()
            }
            del agent
            _forget()

    print_machine()
    print(f"{len(examples)} 条语料（归一化后不重复），{folds} 折，DIET {epochs} 轮。\n")
    if sample:
        print("（只用了一部分语料：试运行，数字没有意义。）\n")
    _print_cross_validation(crossed)
    _print_independent(independent, sets, alarms)


# --- data


def _examples(settings: Settings, knowledge, folder: Path) -> list[Example]:  # noqa: ANN001
    from bot.dialogue.training import write_phrasings
    from bot.text.normalize import normalize
    from bot.understanding.attributes import TOPIC

    write_phrasings(knowledge, folder)
    owner = {phrasing: item.id for item in knowledge.items for phrasing in item.phrasings}
    files = [
        *sorted((settings.nlu_data_dir / "intents").glob("*.yml")),
        *sorted((settings.nlu_data_dir / "topics").glob("*.yml")),
        *sorted(folder.glob("*.yml")),
    ]
    examples: dict[str, Example] = {}
    for path in files:
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            topic = (block.get("metadata") or {}).get(TOPIC, "")
            for line in block["examples"].splitlines():
                text = line.strip()[2:].strip()
                if text:
                    plain = normalize(text)
                    examples.setdefault(plain, Example(text, block["intent"], topic, owner.get(text, plain)))
    return list(examples.values())


def _unseen(by_label: dict[str, list[str]], known: set[str]) -> list[tuple[str, str]]:
    """(text, label) of the texts that no training example equals."""
    from bot.text.normalize import normalize

    pairs = [(str(text), label) for label, texts in by_label.items() for text in texts]
    return [(text, label) for text, label in pairs if normalize(text) not in known]


# --- pipelines


def _rasa_config(folder: Path, epochs: int) -> Path:
    pipeline = [
        {"name": "JiebaTokenizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True, "random_seed": SEED},
    ]
    return _write_config(folder / "rasa.yml", pipeline)


def _our_config(folder: Path) -> Path:
    content = yaml.safe_load((PROJECT_ROOT / "config.yml").read_text(encoding="utf-8"))
    return _write_config(folder / "ours.yml", content["pipeline"])


def _write_config(path: Path, pipeline: list[dict[str, Any]]) -> Path:
    content = {"recipe": "default.v1", "language": "zh", "assistant_id": "benchmark", "pipeline": pipeline}
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def _train(config: Path, examples: Sequence[Example], folder: Path):  # noqa: ANN202 - Rasa's Agent, seconds
    """Train on ``examples`` from nothing: encoding their vectors is part of the time."""
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    from bot.understanding.attributes import TOPIC

    work = folder / "run"
    for old in (work, folder / "var" / "vector-cache"):
        shutil.rmtree(old, ignore_errors=True)
    (work / "data").mkdir(parents=True)
    blocks: dict[tuple[str, str], list[str]] = {}
    for example in examples:
        blocks.setdefault((example.intent, example.topic), []).append(example.text)
    nlu = []
    for (intent, topic), texts in blocks.items():
        metadata = {"metadata": {TOPIC: topic}} if topic else {}
        nlu.append({"intent": intent, **metadata, "examples": "".join(f"- {text}\n" for text in texts)})
    content = yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True, sort_keys=False)
    (work / "data" / "nlu.yml").write_text(content, encoding="utf-8")
    log_file = folder / "training.log"
    started = time.perf_counter()
    with log_file.open("w", encoding="utf-8") as log, redirect_stdout(log), redirect_stderr(log):
        model = train_nlu(str(config), str(work / "data"), str(work), fixed_model_name="nlu")
    seconds = time.perf_counter() - started
    if not model:
        stop(f"训练没有完成：\n{log_file.read_text(encoding='utf-8')[-2000:]}")
    agent = Agent.load(model)
    _parse(agent, "热身")
    return agent, seconds


def _parse(agent, text: str) -> tuple[dict[str, Any], float]:  # noqa: ANN001
    started = time.perf_counter()
    parsed = _loop().run_until_complete(agent.parse_message(text))
    return parsed, time.perf_counter() - started


def _loop() -> asyncio.AbstractEventLoop:
    try:
        return asyncio.get_event_loop_policy().get_event_loop()
    except RuntimeError:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        return loop


def _forget() -> None:
    """Give a trained network's memory back before the next is trained."""
    import tensorflow as tf

    tf.keras.backend.clear_session()
    gc.collect()


# --- measuring


def _cross_validate(pipeline: str, config: Path, examples: list[Example], folds: int, folder: Path) -> Outcome:
    from sklearn.model_selection import StratifiedGroupKFold

    labels = [f"{example.intent} {example.topic}" for example in examples]
    groups = [example.group for example in examples]
    splits = StratifiedGroupKFold(folds, shuffle=True, random_state=SEED).split(labels, labels, groups)
    outcome = Outcome()
    for number, (kept, held_out) in enumerate(splits, start=1):
        note(f"{pipeline}：第 {number}/{folds} 折，{len(kept)} 条训练，{len(held_out)} 条测试")
        agent, seconds = _train(config, [examples[n] for n in kept], folder)
        outcome.training.append(seconds)
        for position in held_out:
            parsed, taken = _parse(agent, examples[position].text)
            outcome.wanted.append(examples[position])
            outcome.parsed.append(parsed)
            outcome.seconds.append(taken)
        del agent
        _forget()
    return outcome


def _print_cross_validation(crossed: dict[str, Outcome]) -> None:
    rows = []
    baseline = crossed[RASA]
    first = _accuracy([e.intent for e in baseline.wanted], [_intent(p) for p in baseline.parsed])
    for pipeline, outcome in crossed.items():
        wanted, got = [e.intent for e in outcome.wanted], [_intent(p) for p in outcome.parsed]
        accuracy = _accuracy(wanted, got)
        p50 = percentile(outcome.seconds, 50)
        training = float(np.mean(outcome.training))
        rows.append(
            [
                pipeline,
                accuracy,
                _macro_f1(wanted, got),
                times(1 - accuracy, 1 - first),
                _topic_accuracy([(e.topic, p) for e, p in zip(outcome.wanted, outcome.parsed)]),
                f"{p50 * 1000:.1f}",
                times(p50, percentile(baseline.seconds, 50)),
                f"{training:.0f}",
                times(training, float(np.mean(baseline.training))),
            ]
        )
    header = ["交叉验证", "意图准确率", "意图宏 F1", "意图错误 ÷ 基线", "主题准确率", "每条 p50 毫秒", "÷ 基线", "每次训练（秒）", "÷ 基线"]
    print_table(header, rows)
    topics = [example.topic for example in baseline.wanted if example.topic]
    print(f"主题准确率的基线（总报最多的一类）：{max(map(topics.count, set(topics))) / max(len(topics), 1):.3f}\n")


def _print_independent(
    independent: dict[str, dict[str, list[dict[str, Any]]]],
    sets: dict[str, list[tuple[str, str]]],
    alarms: dict[str, list[tuple[str, str]]],
) -> None:
    from bot.dialogue.understood import understood
    from bot.service_types import EMERGENCY

    rows = []
    for pipeline, parsed in independent.items():
        meant = {key: [understood(item)["service_type"] for item in items] for key, items in parsed.items()}
        wanted = [label for _text, label in sets["service_types"]]
        rows.append(
            [
                pipeline,
                _accuracy(wanted, meant["service_types"]),
                _macro_f1(wanted, meant["service_types"]),
                _topic_accuracy([(label, item) for (_text, label), item in zip(sets["topics"], parsed["topics"])]),
                float(np.mean([intent == EMERGENCY for intent in meant["emergencies"]])),
                float(np.mean([intent == EMERGENCY for intent in meant["not_emergencies"]])),
            ]
        )
    counts = {key: len(pairs) for key, pairs in {**sets, **alarms}.items()}
    header = [
        "独立数据",
        f"服务类型准确率（{counts['service_types']} 条）",
        "宏 F1",
        f"主题准确率（{counts['topics']} 条）",
        f"紧急求助认出（{counts['emergencies']} 条）",
        f"误报为紧急（{counts['not_emergencies']} 条）",
    ]
    print_table(header, rows)


def _intent(parsed: dict[str, Any]) -> str:
    return (parsed.get("intent") or {}).get("name") or ""


def _accuracy(wanted: Sequence[str], got: Sequence[str]) -> float:
    return float(np.mean([a == b for a, b in zip(wanted, got)]))


def _macro_f1(wanted: Sequence[str], got: Sequence[str]) -> float:
    """Over the labels that occur in ``wanted``."""
    from sklearn.metrics import f1_score

    return float(f1_score(wanted, got, labels=sorted(set(wanted)), average="macro", zero_division=0))


def _topic_accuracy(pairs: Sequence[tuple[str, dict[str, Any]]]) -> Any:
    """Share of right topics over the messages that have one; — for a pipeline that knows no topics."""
    judged = [(topic, parsed["topic"]["name"]) for topic, parsed in pairs if topic and parsed.get("topic")]
    return _accuracy(*zip(*judged)) if judged else "—"


if __name__ == "__main__":
    run(main)
