"""The trained model on the test sets of ``tests/data``: service types, topics with their confusions, cries for help.

The sets were written by authors who had not seen the training data. Texts that are among the examples are left out.
"""
from __future__ import annotations

from collections import Counter
from typing import Optional

import typer

from benchmarks.common import TEST_DATA, load_test_data, print_table, run

# A set need not have all parts.
SETS = {"第一批": "", "第二批": "_second", "第三批": "_third", "第四批": "_fourth"}


def main(matrix: bool = typer.Option(True, help="打印主题的混淆矩阵")) -> None:
    """独立测试集：服务类型、主题、紧急求助的漏报与误报。"""
    from bot.dialogue.offline import Classifier
    from bot.service_types import EMERGENCY, TOPICS
    from bot.settings import load_settings

    classifier = Classifier(load_settings())
    known = _examples()
    rows, confusions = [], {}
    for name, suffix in SETS.items():
        by_service, by_topic = _part(f"service_types{suffix}"), _part(f"topics{suffix}")
        services = _judged(classifier, by_service, "service_type", known)
        topics = _judged(classifier, by_topic, "topic", known)
        missed = _urgent(classifier, _texts(_part(f"emergencies{suffix}")), known)
        false = _urgent(classifier, _texts(_part(f"not_emergencies{suffix}")), known)
        services_false = _urgent(classifier, _texts(by_service, EMERGENCY), known)
        stories = _urgent(classifier, _texts(by_topic), known)
        if topics:
            confusions[name] = topics
        rows.append(
            [
                name,
                _share(services),
                _share(topics),
                _count(missed, False),
                _count(false, True),
                _count(services_false, True),
                _count(stories, True),
            ]
        )
    header = ["测试集", "服务类型", "主题", "紧急求助漏掉", "普通消息误报", "服务集里的误报", "主题集里的误报"]
    print_table(header, rows)
    if matrix:
        for name, topics in confusions.items():
            print(f"主题，{name}：行是标注，列是判断（序号同行）\n")
            counts = Counter(topics)
            numbered = list(enumerate(TOPICS, start=1))
            print_table(
                ["", *(str(number) for number, _topic in numbered), "对"],
                [
                    [
                        f"{number} {topic}",
                        *(str(counts[(topic, other)] or "·") for other in TOPICS),
                        _share([pair for pair in topics if pair[0] == topic]),
                    ]
                    for number, topic in numbered
                ],
            )


def _examples() -> set[str]:
    from rasa.shared.nlu.training_data.loading import load_data

    from bot.settings import load_settings
    from bot.text.normalize import normalize

    folder = load_settings().nlu_data_dir
    examples = [*load_data(str(folder / "intents")).intent_examples, *load_data(str(folder / "topics")).intent_examples]
    return {normalize(example.get("text") or "") for example in examples}


def _judged(classifier, by_label, field, known) -> list[tuple[str, str]]:  # noqa: ANN001
    """(label, prediction) of every unseen text."""
    from bot.text.normalize import normalize

    return [
        (label, classifier.classify(str(text))[field])
        for label, texts in by_label.items()
        for text in texts
        if normalize(str(text)) not in known
    ]


def _part(name: str) -> dict[str, list[str]]:
    """Label → texts of a file, a plain list under no label; empty when the set has no such part."""
    if not (TEST_DATA / f"{name}.yml").exists():
        return {}
    content = load_test_data(name)
    return content if isinstance(content, dict) else {"": content}


def _texts(by_label: dict[str, list[str]], without: Optional[str] = None) -> list[str]:
    return [text for label, texts in by_label.items() if label != without for text in texts]


def _urgent(classifier, texts, known) -> list[bool]:  # noqa: ANN001
    from bot.text.normalize import normalize

    return [classifier.classify(str(text))["urgent"] for text in texts if normalize(str(text)) not in known]


def _count(found: list[bool], wanted: bool) -> str:
    return f"{found.count(wanted)} / {len(found)}" if found else ""


def _share(pairs: list[tuple[str, str]]) -> str:
    if not pairs:
        return ""
    return f"{100 * sum(a == b for a, b in pairs) / len(pairs):.1f}%（{len(pairs)}）"


if __name__ == "__main__":
    run(main)
