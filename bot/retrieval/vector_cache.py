"""Vectors of texts already encoded, on disk: a second build encodes only what is new.

Each purpose (index, understanding, calibration) keeps a file of its own and reads those of the others: a phrasing of
an entry is searched for, is an example of its topic, and is asked again to fit the confidence.
"""
from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Callable, Optional, Sequence

import numpy as np

from bot.retrieval.encoder import Encoder

# Texts encoded between two writes: what an interrupted build may lose, about half a minute.
_CHUNK = 2048


def cache_file(var_dir: Path, purpose: str, encoder: Encoder) -> Path:
    """The cache of one purpose for one model."""
    return var_dir / "vector-cache" / f"{purpose}-{encoder.fingerprint}.npz"


def encode_cached(
    texts: Sequence[str],
    is_query: np.ndarray,
    encoder: Encoder,
    cache: Path,
    progress: Optional[Callable[[int, int], None]] = None,
) -> np.ndarray:
    """Vectors of ``texts`` (as questions where ``is_query``, else as documents), from the caches that have them.

    ``progress`` gets (texts done, texts in all). If any text was in none of the model's caches, ``cache`` afterwards
    holds these texts and no others.
    """
    keys = [hashlib.sha256(f"{asked}{text}".encode()).hexdigest()[:32] for text, asked in zip(texts, is_query)]
    known = _known(cache, encoder)
    missing = list(dict.fromkeys(key for key in keys if key not in known))
    first = {key: position for position, key in reversed(list(enumerate(keys)))}
    # Longest first within each kind keeps batches even.
    missing.sort(key=lambda key: (bool(is_query[first[key]]), -len(texts[first[key]])))
    done = len(set(keys)) - len(missing)
    for at in range(0, len(missing), _CHUNK):
        chunk = missing[at : at + _CHUNK]
        for asked in (True, False):
            part = [key for key in chunk if bool(is_query[first[key]]) == asked]
            if not part:
                continue
            counted = done

            def step(count: int) -> None:
                nonlocal counted
                counted += count
                if progress:
                    progress(counted, len(set(keys)))

            encode = encoder.queries if asked else encoder.passages
            known.update(zip(part, encode([texts[first[key]] for key in part], step)))
            done += len(part)
        _write(cache, {key: known[key] for key in keys if key in known})
    return np.stack([known[key] for key in keys]).astype(np.float32)


def _known(cache: Path, encoder: Encoder) -> dict[str, np.ndarray]:
    known: dict[str, np.ndarray] = {}
    for path in cache.parent.glob(f"*-{encoder.fingerprint}.npz"):
        known.update(_read(path))
    return known


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path) as stored:
            return dict(zip(stored["keys"].tolist(), stored["vectors"].astype(np.float32)))
    except (OSError, ValueError, KeyError):
        return {}


def _write(path: Path, vectors: dict[str, np.ndarray]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new.npz")
    np.savez(unfinished, keys=np.array(list(vectors)), vectors=np.stack(list(vectors.values())).astype(np.float16))
    os.replace(unfinished, path)
