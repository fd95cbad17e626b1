"""Sentence vectors. The built-in model runs as an 8-bit ONNX graph, any other through sentence-transformers."""
from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Callable, Iterator, Optional, Protocol, Sequence

import numpy as np

from bot.settings import Settings

# Longer articles are cut here for the dense side; the lexical side sees all of the text. Half of the articles fit
# whole. At 96 tokens recall is the same within its noise, and a first build takes half as long again (docs/benchmarks.md).
PASSAGE_TOKENS = 64
QUERY_TOKENS = 128
ONNX_FILE = "onnx/model_int8.onnx"
# Small batches of equal length, one per core, are faster than wide ones on AVX2.
_BATCH_TOKENS = 320

Progress = Callable[[int], None]


class EncoderError(Exception):
    """The embedding model can't be loaded; the message says what to do."""


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    fingerprint: str
    dimension: int

    def query(self, text: str) -> np.ndarray:
        """The vector of one question, shape (dimension,), float32, length 1."""

    def passages(self, texts: Sequence[str], progress: Optional[Progress] = None) -> np.ndarray:
        """The vectors of documents, shape (len(texts), dimension); ``progress`` gets the count of each step."""

    def queries(self, texts: Sequence[str], progress: Optional[Progress] = None) -> np.ndarray:
        """The vectors of many questions, as :meth:`query` gives them one by one."""


class OnnxEncoder:
    """The built-in model: a transformer, mean pooling and normalisation in one quantized graph."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self._runtime = onnxruntime
        self._graph = folder / ONNX_FILE
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        # A second thread gains nothing on a question's two dozen tokens; it serves another question better.
        self._session = self._open(threads or 1)
        self.dimension = self._session.get_outputs()[0].shape[-1]
        self._prompts = _prompts(folder)
        self.fingerprint = hashlib.sha256(self._graph.read_bytes()).hexdigest()[:16] + f"-{PASSAGE_TOKENS}"
        self.query = lru_cache(maxsize=512)(self._query)  # type: ignore[method-assign]

    def _open(self, threads: int):  # noqa: ANN202 - onnxruntime.InferenceSession
        options = self._runtime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return self._runtime.InferenceSession(str(self._graph), options, providers=["CPUExecutionProvider"])

    def _query(self, text: str) -> np.ndarray:
        ids = self._ids(self._prompts["query"] + text, QUERY_TOKENS)
        vector = self._run(self._session, [ids])[0]
        vector.flags.writeable = False
        return vector

    def query(self, text: str) -> np.ndarray:  # pragma: no cover - replaced by the cached form above
        """See :class:`Encoder`."""
        return self._query(text)

    def queries(self, texts: Sequence[str], progress: Optional[Progress] = None) -> np.ndarray:
        """See :class:`Encoder`."""
        return self._many(texts, self._prompts["query"], QUERY_TOKENS, progress)

    def passages(self, texts: Sequence[str], progress: Optional[Progress] = None) -> np.ndarray:
        """See :class:`Encoder`."""
        return self._many(texts, self._prompts["passage"], PASSAGE_TOKENS, progress)

    def _many(self, texts: Sequence[str], prompt: str, limit: int, progress: Optional[Progress]) -> np.ndarray:
        ids = [self._ids(prompt + text, limit) for text in texts]
        order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        session = self._open(1)

        def encode(batch: list[int]) -> None:
            vectors[batch] = self._run(session, [ids[i] for i in batch])
            if progress:
                progress(len(batch))

        with ThreadPoolExecutor(available_cores()) as pool:
            list(pool.map(encode, _batches(order, [len(ids[i]) for i in order])))
        return vectors

    def _ids(self, text: str, limit: int) -> list[int]:
        ids = self._tokenizer.encode(text).ids
        return ids if len(ids) <= limit else [*ids[: limit - 1], ids[-1]]

    @staticmethod
    def _run(session, batch: list[list[int]]) -> np.ndarray:  # noqa: ANN001
        width = max(map(len, batch))
        tokens = np.ones((len(batch), width), dtype=np.int64)
        mask = np.zeros_like(tokens)
        for row, ids in enumerate(batch):
            tokens[row, : len(ids)] = ids
            mask[row, : len(ids)] = 1
        return session.run(None, {"input_ids": tokens, "attention_mask": mask})[0]


class SentenceTransformerEncoder:
    """Any sentence-transformers model, with the prompts of its own configuration."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(name, device="cpu")
        except Exception as error:
            raise EncoderError(
                f"向量模型 {name} 加载失败：{error}。请检查 FAWEN_EMBEDDING_MODEL 的名称或路径"
            ) from error
        self.dimension = int(self._model.get_sentence_embedding_dimension() or 0)
        self.fingerprint = hashlib.sha256(name.encode()).hexdigest()[:16]
        self._query_prompt = "query" if "query" in self._model.prompts else None
        self._passage_prompt = next((p for p in ("passage", "document") if p in self._model.prompts), None)
        self.query = lru_cache(maxsize=512)(self._query)  # type: ignore[method-assign]

    def _query(self, text: str) -> np.ndarray:
        return self._encode([text], self._query_prompt)[0]

    def query(self, text: str) -> np.ndarray:  # pragma: no cover - replaced by the cached form above
        """See :class:`Encoder`."""
        return self._query(text)

    def queries(self, texts: Sequence[str], progress: Optional[Progress] = None) -> np.ndarray:
        """See :class:`Encoder`."""
        return self._steps(texts, self._query_prompt, progress)

    def passages(self, texts: Sequence[str], progress: Optional[Progress] = None) -> np.ndarray:
        """See :class:`Encoder`."""
        return self._steps(texts, self._passage_prompt, progress)

    def _steps(self, texts: Sequence[str], prompt: Optional[str], progress: Optional[Progress]) -> np.ndarray:
        vectors = [np.zeros((0, self.dimension), dtype=np.float32)]
        for at in range(0, len(texts), 256):
            vectors.append(self._encode(texts[at : at + 256], prompt))
            if progress:
                progress(len(vectors[-1]))
        return np.concatenate(vectors)

    def _encode(self, texts: Sequence[str], prompt: Optional[str]) -> np.ndarray:
        return self._model.encode(
            list(texts), prompt_name=prompt, normalize_embeddings=True, show_progress_bar=False
        ).astype(np.float32)


@lru_cache(maxsize=1)
def _cached_encoder(path: str, threads: int) -> Encoder:
    folder = Path(path)
    if (folder / ONNX_FILE).exists():
        return OnnxEncoder(folder, threads)
    return SentenceTransformerEncoder(path)


def load_encoder(settings: Settings) -> Encoder:
    """The encoder the settings name; one per process, shared by understanding and retrieval."""
    if not settings.embedding_model and not (Path(settings.embedding_model_path) / ONNX_FILE).exists():
        raise EncoderError("还没有向量模型。请先运行：fawen setup")
    return _cached_encoder(settings.embedding_model_path, settings.encoder_threads)


def _batches(order: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    """Cut ``order``, sorted by falling length, into batches of about ``_BATCH_TOKENS`` tokens."""
    at = 0
    while at < len(order):
        size = max(1, _BATCH_TOKENS // lengths[at])
        yield list(order[at : at + size])
        at += size


def _prompts(folder: Path) -> dict[str, str]:
    return json.loads((folder / "config_sentence_transformers.json").read_text(encoding="utf-8"))["prompts"]


def available_cores() -> int:
    """Processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
