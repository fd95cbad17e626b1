"""Train the Rasa model from ``nlu_data/``, the knowledge's own phrasings, ``domain.yml`` and ``config.yml``."""
from __future__ import annotations

import hashlib
import shutil
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import yaml

from bot.content.loader import Knowledge
from bot.retrieval.encoder import Encoder
from bot.service_types import LEGAL_CONSULTATION
from bot.settings import PROJECT_ROOT, Settings
from bot.understanding.attributes import TOPIC

MODEL_NAME = "fawen.tar.gz"
# Characters that Rasa reads as markup inside an example.
_MARKUP = str.maketrans({"[": "［", "]": "］", "{": "｛", "}": "｝", '"': "”"})


class TrainingError(Exception):
    """Training did not produce a model."""


def model_path(settings: Settings) -> Path:
    """Where the trained model is."""
    return settings.rasa_model_dir / MODEL_NAME


def is_current(settings: Settings, knowledge: Knowledge, encoder: Encoder) -> bool:
    """Whether the trained model was made from these data."""
    stamp = settings.rasa_model_dir / "fingerprint"
    return (
        model_path(settings).exists()
        and stamp.exists()
        and stamp.read_text(encoding="ascii") == _fingerprint(settings, knowledge, encoder)
    )


def train(settings: Settings, knowledge: Knowledge, encoder: Encoder) -> None:
    """Train and put the model in place. Raises :class:`TrainingError` when Rasa gives none."""
    import rasa.model_training

    # Of what is read now: an example written while Rasa trains must not count as learned.
    fingerprint = _fingerprint(settings, knowledge, encoder)
    generated = settings.var_dir / "nlu"
    write_phrasings(knowledge, generated)
    unfinished = settings.rasa_model_dir / "new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    log_file = settings.var_dir / "training.log"
    with log_file.open("w", encoding="utf-8") as log, redirect_stdout(log), redirect_stderr(log):
        result = rasa.model_training.train(
            domain=str(PROJECT_ROOT / "domain.yml"),
            config=str(PROJECT_ROOT / "config.yml"),
            training_files=[*_rasa_files(settings), str(generated)],
            output=str(unfinished),
            fixed_model_name=MODEL_NAME[: -len(".tar.gz")],
            force_training=True,
        )
    if not result.model:
        raise TrainingError(f"对话模型训练没有完成，原因见 {log_file}")
    Path(result.model).replace(model_path(settings))
    shutil.rmtree(unfinished, ignore_errors=True)
    (settings.rasa_model_dir / "fingerprint").write_text(fingerprint, encoding="ascii")


def write_phrasings(knowledge: Knowledge, folder: Path) -> None:
    """Write the questions of entries and guides as training examples: adding an entry teaches understanding too."""
    folder.mkdir(parents=True, exist_ok=True)
    blocks: dict[tuple[str, str], list[str]] = {}
    for entry in knowledge.entries:
        blocks.setdefault((LEGAL_CONSULTATION, entry.topic), []).extend(entry.phrasings)
    for guide in knowledge.guides:
        blocks.setdefault((guide.service_type, ""), []).extend(guide.questions)
    nlu = []
    for (intent, topic), texts in blocks.items():
        examples = "".join(f"- {text.translate(_MARKUP)}\n" for text in dict.fromkeys(texts))
        metadata = {"metadata": {TOPIC: topic}} if topic else {}
        nlu.append({"intent": intent, **metadata, "examples": examples})
    content = yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True, sort_keys=False)
    (folder / "knowledge.yml").write_text(content, encoding="utf-8")


def _rasa_files(settings: Settings) -> list[str]:
    folder = settings.nlu_data_dir
    return [str(folder / "intents"), str(folder / "topics"), str(folder / "rules.yml")]


def _fingerprint(settings: Settings, knowledge: Knowledge, encoder: Encoder) -> str:
    digest = hashlib.sha256(encoder.fingerprint.encode())
    sources = [PROJECT_ROOT / "domain.yml", PROJECT_ROOT / "config.yml"]
    sources += sorted(settings.nlu_data_dir.rglob("*.*"))
    sources += sorted((PROJECT_ROOT / "bot" / "understanding").glob("*.py"))
    for path in sources:
        digest.update(path.read_bytes())
    for item in knowledge.items:
        digest.update(repr(item.phrasings).encode())
    return digest.hexdigest()
