"""The fast form of a fitted logistic regression gives scikit-learn's own probabilities; the neighbours vote."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import coo_matrix
from sklearn.linear_model import LogisticRegression

from bot.dialogue.offline import Classifier
from bot.settings import Settings
from bot.understanding.linear_model import LinearModel
from bot.understanding.neighbours import COUNT, Neighbours

LABELS = ["甲", "乙", "丙"]


def messages(count: int) -> tuple[list[Message], np.ndarray]:
    """Messages with 6 sparse and 4 dense features, and the same as one matrix."""
    random = np.random.default_rng(1)
    matrix = random.normal(size=(count, 10)).astype(np.float32)
    matrix[:, :6] *= random.random((count, 6)) < 0.5
    made = []
    for row in matrix:
        message = Message({TEXT: "一句话"})
        message.add_features(Features(coo_matrix(row[None, :6]), FEATURE_TYPE_SENTENCE, TEXT, "words"))
        message.add_features(Features(row[None, 6:], FEATURE_TYPE_SENTENCE, TEXT, "meaning"))
        made.append(message)
    return made, matrix


@pytest.mark.parametrize("with_vector", [True, False])
def test_probabilities_are_those_of_scikit_learn(with_vector: bool, tmp_path: Path) -> None:
    made, matrix = messages(60)
    labels = [LABELS[number % 3] for number in range(60)]
    fitted = LinearModel.fit(made, labels, with_vector, c=1.0, max_iter=200, tol=1e-6)
    fitted.save(tmp_path / "model.npz")
    loaded = LinearModel.load(tmp_path / "model.npz")
    reference = LogisticRegression(C=1.0, max_iter=200, tol=1e-6, class_weight="balanced", random_state=42)
    matrix = matrix if with_vector else matrix[:, :6]
    reference.fit(matrix, labels)
    for message, wanted in zip(made, reference.predict_proba(matrix)):
        assert dict(loaded.probabilities(message)) == pytest.approx(dict(zip(reference.classes_, wanted)), abs=2e-3)


def test_the_nearest_messages_vote(tmp_path: Path) -> None:
    made, _matrix = messages(3 * COUNT)
    labels = ["近" if number == 5 else LABELS[number % 3] for number in range(len(made))]
    topics = ["唯一" if number == 7 else "" for number in range(len(made))]
    Neighbours.fit(made, {"intent": labels, "topic": topics}).save(tmp_path / "neighbours.npz")
    shares = Neighbours.load(tmp_path / "neighbours.npz").shares(made[5])
    assert sum(shares["intent"].values()) == pytest.approx(1)
    assert max(shares["intent"], key=shares["intent"].__getitem__) == "近"
    assert len(shares["intent"]) <= COUNT
    assert shares["topic"] == {"唯一": pytest.approx(1)}  # the others have none, however near


def test_two_labels_have_the_odds_of_scikit_learn() -> None:
    made, matrix = messages(40)
    labels = ["危险" if row[7] > 0 else "平常" for row in matrix]
    fitted = LinearModel.fit(made, labels, True, c=3.0, max_iter=200, tol=1e-6)
    reference = LogisticRegression(C=3.0, max_iter=200, tol=1e-6, class_weight="balanced").fit(matrix, labels)
    for message, wanted in zip(made, reference.predict_proba(matrix)):
        assert dict(fitted.probabilities(message)) == pytest.approx(dict(zip(reference.classes_, wanted)), abs=2e-3)


def test_a_classifier_ranks_all_labels_best_first(settings: Settings) -> None:
    # In a thread: Playwright's synchronous API keeps an event loop in the main one, and the classifier has its own.
    with ThreadPoolExecutor(max_workers=1) as thread:
        interpreter = thread.submit(Classifier, settings).result()
        understood = list(thread.map(interpreter.classify, ("老板拖欠工资", "我想申请法律援助", "怎么办")))
    for ranking in (meant["service_type_ranking"] for meant in understood):
        probabilities = [probability for _label, probability in ranking]
        assert probabilities == sorted(probabilities, reverse=True)
        assert sum(probabilities) < 1.001  # the rest is that of intents used in dialogue only
        assert len({label for label, _probability in ranking}) == len(ranking)
