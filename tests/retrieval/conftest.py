"""A small deterministic encoder, and the built-in model where set-up has made it."""
from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Callable, Optional, Sequence

import numpy as np
import pytest

from bot.retrieval.encoder import ONNX_FILE, OnnxEncoder
from bot.settings import load_settings


class LetterEncoder:
    """Vectors from character pairs: texts that share pairs are close. Keeps what it was asked to encode."""

    dimension = 64

    def __init__(self, fingerprint: str = "letters-1", fail_after: Optional[int] = None) -> None:
        self.fingerprint = fingerprint
        self.encoded: list[tuple[str, str]] = []
        self._fail_after = fail_after

    def query(self, text: str) -> np.ndarray:
        vector = np.full(self.dimension, 0.01, dtype=np.float32)
        for pair in zip(f" {text}", text):
            vector[int(hashlib.sha256("".join(pair).encode()).hexdigest(), 16) % self.dimension] += 1.0
        return vector / np.linalg.norm(vector)

    def queries(self, texts: Sequence[str], progress: Optional[Callable[[int], None]] = None) -> np.ndarray:
        return self._many("query", texts, progress)

    def passages(self, texts: Sequence[str], progress: Optional[Callable[[int], None]] = None) -> np.ndarray:
        return self._many("passage", texts, progress)

    def _many(self, kind: str, texts: Sequence[str], progress: Optional[Callable[[int], None]]) -> np.ndarray:
        if self._fail_after is not None and len(self.encoded) + len(texts) > self._fail_after:
            raise KeyboardInterrupt
        self.encoded += [(kind, text) for text in texts]
        if progress:
            progress(len(texts))
        return np.stack([self.query(text) for text in texts])


@pytest.fixture
def letters() -> type[LetterEncoder]:
    """The class, so that a test can make as many encoders as it has runs."""
    return LetterEncoder


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The folder of the built-in model; skips where there is none."""
    folder = load_settings().var_dir / "models" / "multilingual-e5-small"
    if not (folder / ONNX_FILE).exists():
        pytest.skip("needs var/models: run `fawen setup` (or `make test`) first")
    return folder


@pytest.fixture(scope="session")
def real_encoder(model_folder: Path) -> OnnxEncoder:
    """The built-in model as the server runs it."""
    return OnnxEncoder(model_folder)
