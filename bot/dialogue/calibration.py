"""Fit and keep the confidence of the entries in use."""
from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Callable, Optional

import yaml

from bot.content.loader import Knowledge
from bot.retrieval.calibrate import calibrate as fit_calibration
from bot.retrieval.encoder import Encoder
from bot.retrieval.vector_cache import cache_file
from bot.service_types import OUT_OF_SCOPE
from bot.settings import Settings

# Raised whenever the features or the weights of the scores change.
CALIBRATION_REVISION = 5


def calibration_path(settings: Settings) -> Path:
    """Where the fitted confidence is."""
    return settings.var_dir / "calibration.json"


def is_current(settings: Settings) -> bool:
    """Whether the confidence was fitted on the index and the out-of-scope texts in use."""
    stamp = _stamp(settings)
    return calibration_path(settings).exists() and stamp.exists() and stamp.read_text() == _fingerprint(settings)


def calibrate(
    settings: Settings,
    knowledge: Knowledge,
    encoder: Encoder,
    progress: Optional[Callable[[int, int], None]] = None,
) -> None:
    """Fit on the phrasings of all entries and the out-of-scope utterances, and save."""
    cache = cache_file(settings.var_dir, "calibration", encoder)
    calibration, _rows, _right = fit_calibration(knowledge, out_of_scope_texts(settings), encoder, cache, progress)
    calibration.save(calibration_path(settings))
    _stamp(settings).write_text(_fingerprint(settings))


def out_of_scope_texts(settings: Settings) -> list[str]:
    """The utterances written as out of scope."""
    texts = []
    for path in sorted((settings.nlu_data_dir / "intents").glob(f"{OUT_OF_SCOPE}*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            texts += [line.strip()[2:] for line in block["examples"].splitlines() if line.strip()]
    return texts


def _stamp(settings: Settings) -> Path:
    return settings.var_dir / "calibration.fingerprint"


def _fingerprint(settings: Settings) -> str:
    digest = hashlib.sha256((settings.index_dir / "facts.json").read_bytes())
    digest.update(repr((CALIBRATION_REVISION, out_of_scope_texts(settings))).encode())
    return digest.hexdigest()
