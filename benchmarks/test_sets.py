"""The trained model on the test sets of ``tests/data``: service types, topics with their confusions, cries for help.

The sets were written by authors who had not seen the training data. Texts that are among the examples are left out.
"""
from __future__ import annotations

from collections import Counter

import typer

from benchmarks.common import load_test_data, print_table, run

# The third has no topics.
SETS = {"第一批": "", "第二批": "_second", "第三批": "_third"}


def main(matrix: bool = typer.Option(True, help="打印主题的混淆矩阵")) -> None:
    """独立测试集：服务类型、主题、紧急求助的漏报与误报。"""
    from bot.dialogue.offline import Classifier
    from bot.service_types import EMERGENCY, TOPICS
    from bot.settings import load_settings

    classifier = Classifier(load_settings())
    known = _examples()
    rows, confusions = [], {}
    for name, suffix in SETS.items():
        services = _judged(classifier, load_test_data(f"service_types{suffix}"), "service_type", known)
        by_topic = load_test_data(f"topics{suffix}") if suffix != "_third" else {}
        topics = _judged(classifier, by_topic, "topic", known)
        missed = _urgent(classifier, load_test_data(f"emergencies{suffix}"), known)
        false = _urgent(classifier, load_test_data(f"not_emergencies{suffix}"), known)
        services_false = _urgent(classifier, _texts(load_test_data(f"service_types{suffix}"), EMERGENCY), known)
        stories = _urgent(classifier, _texts(by_topic), known)
        if topics:
            confusions[name] = topics
        rows.append(
            [
                name,
                _share(services),
                _share(topics) if topics else "",
                f"{missed.count(False)} / {len(missed)}",
                f"{false.count(True)} / {len(false)}",
                f"{services_false.count(True)} / {len(services_false)}",
                f"{stories.count(True)} / {len(stories)}" if stories else "",
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


def _texts(by_label, without="") -> list[str]:  # noqa: ANN001
    return [text for label, texts in by_label.items() if label != without for text in texts]


def _urgent(classifier, texts, known) -> list[bool]:  # noqa: ANN001
    from bot.text.normalize import normalize

    return [classifier.classify(str(text))["urgent"] for text in texts if normalize(str(text)) not in known]


def _share(pairs: list[tuple[str, str]]) -> str:
    return f"{100 * sum(a == b for a, b in pairs) / max(1, len(pairs)):.1f}%（{len(pairs)}）"


if __name__ == "__main__":
    run(main)
