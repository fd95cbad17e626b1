"""The index on disk: vectors in FAISS, words in BM25, document facts beside them.

``build`` encodes only texts it has not seen. The new index is written beside the old one and put in its place whole.
"""
from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional, Sequence, Union

import faiss
import numpy as np

from bot.retrieval import adapter, fusion
from bot.retrieval.adapter import QueryAdapter
from bot.retrieval.demand import demand
from bot.retrieval.documents import Document, citation_counts
from bot.retrieval.encoder import Encoder
from bot.retrieval.lexical import LexicalIndex
from bot.retrieval.vector_cache import cache_file, encode_cached
from bot.text.lexicon import load_lexicon

# Raised whenever what is stored changes.
INDEX_REVISION = 5
# Citations of an entry that its phrasings are taught: its legal basis is four at most, then what goes beside it.
MOST_TARGETS = 6
TO_ARTICLES, TO_ANSWERS = "to_articles.npy", "to_answers.npy"


class IndexUnusable(Exception):
    """The index is missing or unusable; the message says what to run."""


@dataclass(frozen=True)
class Facts:
    """What is known of each document, by document number."""

    kinds: np.ndarray
    ids: list[str]
    titles: list[str]
    laws: list[Optional[str]]
    articles: list[Optional[str]]
    groups: list[str]
    prior: np.ndarray
    cites: dict[int, list[int]]


class Index:
    """A loaded index."""

    def __init__(self, folder: Path) -> None:
        try:
            stored = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
            self._faiss = faiss.read_index(str(folder / "vectors.faiss"))
            self.owners = np.load(folder / "owners.npy")
            self.is_query = np.load(folder / "is_query.npy")
            prior = np.load(folder / "prior.npy")
            self.lexical = LexicalIndex.load(folder / "bm25")
            self.to_articles = _load_adapter(folder / TO_ARTICLES, adapter.ARTICLE_BLEND)
            self.to_answers = _load_adapter(folder / TO_ANSWERS, adapter.ANSWER_BLEND)
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise IndexUnusable(f"检索索引读不出来（{error}）。请运行：fawen setup") from error
        # FAISS searches; single vectors are read from this copy (fp32), because decoding them one by one is slow.
        self._matrix = self._faiss.reconstruct_n(0, self._faiss.ntotal)
        self.fingerprint: str = stored["fingerprint"]
        documents = stored["documents"]
        self.facts = Facts(
            kinds=np.array([document[0] for document in documents]),
            ids=[document[1] for document in documents],
            titles=[document[2] for document in documents],
            laws=[document[3] for document in documents],
            articles=[document[4] for document in documents],
            groups=[document[5] for document in documents],
            prior=prior,
            cites={int(key): value for key, value in stored["cites"].items()},
        )

    def nearest(self, vector: np.ndarray, count: int, among: range) -> tuple[np.ndarray, np.ndarray]:
        """Cosines and vector numbers of the ``count`` nearest vectors with numbers in ``among``, best first."""
        only = faiss.SearchParameters(sel=faiss.IDSelectorRange(among.start, among.stop))
        scores, numbers = self._faiss.search(vector[None, :], min(count, len(among)), params=only)
        return scores[0], numbers[0]

    def vectors(self, numbers: Union[range, np.ndarray]) -> np.ndarray:
        """The stored vectors with these numbers, shape (len(numbers), dimension)."""
        return self._matrix[numbers.start : numbers.stop] if isinstance(numbers, range) else self._matrix[numbers]

    def __len__(self) -> int:
        return len(self.facts.ids)


def fingerprint(documents: Sequence[Document], encoder: Encoder) -> str:
    """Changes whenever the index would."""
    digest = hashlib.sha256(f"{INDEX_REVISION} {encoder.fingerprint} {load_lexicon()!r}".encode())
    for document in documents:
        digest.update(repr(document).encode())
    return digest.hexdigest()


def is_current(folder: Path, wanted: str) -> bool:
    """Whether the index in ``folder`` has this fingerprint."""
    try:
        return json.loads((folder / "facts.json").read_text(encoding="utf-8"))["fingerprint"] == wanted
    except (OSError, ValueError, KeyError):
        return False


def build(
    documents: Sequence[Document],
    encoder: Encoder,
    folder: Path,
    progress: Optional[Callable[[int, int], None]] = None,
) -> None:
    """Encode and index ``documents`` into ``folder``. ``progress`` gets (texts done, texts in all)."""
    owners, texts, query_flags = [], [], []
    for number, document in enumerate(documents):
        for text, asked in [*((t, True) for t in document.queries), *((t, False) for t in document.passages)]:
            owners.append(number)
            texts.append(text)
            query_flags.append(asked)
    is_query = np.array(query_flags, dtype=bool)
    cache = cache_file(folder.parent, "index", encoder)
    vectors = encode_cached(texts, is_query, encoder, cache, progress)
    owner_array = np.array(owners, dtype=np.int32)
    statutes = np.array([documents[owner].kind == "statute" for owner in owners], dtype=bool)
    laws, law_numbers = np.unique(
        [documents[owner].group for owner in owner_array[statutes]], return_inverse=True
    )
    if statutes.any():
        vectors[statutes] = fusion.with_context(vectors[statutes], law_numbers)
    cites = _resolved_citations(documents)
    of_entries = is_query & np.array([documents[owner].kind == "entry" for owner in owners], dtype=bool)
    counts = citation_counts(documents)
    cited = np.array([counts[law] for law in laws], dtype=np.float64)
    cited += demand(vectors[of_entries], vectors[statutes], law_numbers)
    prior = np.zeros(len(documents), dtype=np.float32)
    by_law = fusion.law_prior(cited, np.bincount(law_numbers).astype(np.float64))
    levels = [documents[owner].level for owner in owner_array[statutes]]
    prior[owner_array[statutes]] = by_law[law_numbers] + [fusion.LEVEL_PRIOR.get(level, 0.0) for level in levels]

    unfinished = folder.with_name(folder.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    store = faiss.IndexScalarQuantizer(encoder.dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    store.train(vectors)
    store.add(vectors)
    faiss.write_index(store, str(unfinished / "vectors.faiss"))
    np.save(unfinished / "owners.npy", owner_array)
    np.save(unfinished / "is_query.npy", is_query)
    np.save(unfinished / "prior.npy", prior)
    for name, learned in _learn(vectors, owner_array, is_query, of_entries, cites).items():
        if learned.matrix is not None:
            np.save(unfinished / name, learned.matrix)
    LexicalIndex.build([document.text for document in documents]).save(unfinished / "bm25")
    facts = {
        "fingerprint": fingerprint(documents, encoder),
        "documents": [[d.kind, d.id, d.title, d.law, d.article, d.group] for d in documents],
        "cites": cites,
    }
    (unfinished / "facts.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    old = folder.with_name(folder.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        os.replace(folder, old)
    os.replace(unfinished, folder)
    shutil.rmtree(old, ignore_errors=True)


def _learn(
    vectors: np.ndarray, owners: np.ndarray, is_query: np.ndarray, of_entries: np.ndarray, cites: dict[int, list[int]]
) -> dict[str, QueryAdapter]:
    """The adapters by file: from phrasings of entries to what they cite, and from all phrasings to their answers."""
    text_of = {int(owners[row]): int(row) for row in np.flatnonzero(~is_query)}
    known = is_query & np.isin(owners, list(text_of))
    cited = [[text_of[number] for number in cites.get(int(owner), [])[:MOST_TARGETS]] for owner in owners[of_entries]]
    return {
        TO_ARTICLES: adapter.to_articles(vectors[of_entries], cited, vectors),
        TO_ANSWERS: adapter.to_answers(vectors[known], np.array([text_of[n] for n in owners[known].tolist()]), vectors),
    }


def _load_adapter(path: Path, blend: float) -> QueryAdapter:
    # An index of too few entries has nothing to learn from, and no such file.
    return QueryAdapter(np.load(path) if path.exists() else None, blend)


def _resolved_citations(documents: Sequence[Document]) -> dict[int, list[int]]:
    """Article numbers by citing document, the most deciding first."""
    numbers = {(d.law, d.article): number for number, d in enumerate(documents) if d.kind == "statute"}
    return {
        number: list(dict.fromkeys(numbers[cited] for cited in document.cites if cited in numbers))
        for number, document in enumerate(documents)
        if document.cites
    }
