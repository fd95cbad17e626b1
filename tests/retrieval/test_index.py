from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bot.retrieval import vector_cache
from bot.retrieval.documents import Document
from bot.retrieval.fusion import CITED_WEIGHT
from bot.retrieval.index import Index, IndexUnusable, build, fingerprint, is_current
from bot.retrieval.retriever import Retriever

WAGES = "老板拖欠工资不给怎么办"
ENTRIES = [
    Document("entry", "labor-wages", WAGES, "劳动纠纷", "拖欠工资 要工资", (WAGES, "工资一直不发"), ("工资应当按时发",),
             cites=(("劳动法", "第五十条"),)),
    Document("entry", "family-divorce", "怎么离婚", "婚姻家庭", "离婚 协议", ("怎么离婚", "离婚要什么材料"), ("到民政局",)),
]
GUIDES = [Document("guide", "aid-apply", "怎么申请法律援助", "legal_aid", "法律援助", ("怎么申请法律援助",), ("经济困难",))]


def article(number: int, law: str, designation: str, text: str) -> Document:
    full = f"{law}{designation}{text}"
    return Document("statute", str(number), f"《{law}》{designation}", law, full, (), (full,), law, designation)


ARTICLES = [
    article(1, "劳动法", "第五十条", "工资应当以货币形式按月支付给劳动者本人。"),
    article(2, "劳动法", "第五十一条", "劳动者在法定休假日应当依法支付工资。"),
    article(3, "民法典", "第一千零七十六条", "夫妻双方自愿离婚的，应当签订书面离婚协议。"),
    article(4, "民法典", "第一千零七十七条", "任何一方不愿意离婚的，可以撤回离婚登记申请。"),
]
DOCUMENTS = [*ENTRIES, *GUIDES, *ARTICLES]
TEXTS = sum(len(document.queries) + len(document.passages) for document in DOCUMENTS)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


@pytest.fixture
def retriever(folder, letters):
    build(DOCUMENTS, letters(), folder)
    return Retriever(Index(folder), letters())


def test_build_then_load(folder, letters):
    encoder, steps = letters(), []
    build(DOCUMENTS, encoder, folder, lambda done, total: steps.append((done, total)))
    assert len(encoder.encoded) == TEXTS
    assert steps[-1] == (TEXTS, TEXTS)
    index = Index(folder)
    assert len(index) == len(DOCUMENTS)
    assert index.facts.ids == [document.id for document in DOCUMENTS]
    assert index.is_query.sum() == sum(len(document.queries) for document in DOCUMENTS)
    assert np.linalg.norm(index.vectors(range(TEXTS)), axis=1) == pytest.approx(np.ones(TEXTS), abs=1e-2)
    assert sorted(path.name for path in folder.parent.iterdir()) == ["index", "vector-cache"]


def test_what_was_learned_is_stored_beside_the_vectors(folder, letters):
    second = replace(ENTRIES[1], cites=(("民法典", "第一千零七十七条"), ("民法典", "第一千零七十六条")))
    build([ENTRIES[0], second, *GUIDES, *ARTICLES], letters(), folder)
    index = Index(folder)
    assert index.facts.cites[1] == [6, 5]
    vector = letters().query("离婚要什么材料")
    answers = index.vectors(np.flatnonzero(~index.is_query)[:3])
    before, after = answers @ vector, answers @ index.to_answers(vector)
    assert (after - before).argmax() == 1
    # Two questions of one entry are too few to say where they move among four articles: that is tested on its own.
    assert np.linalg.norm(index.to_articles(vector) - vector) > 1e-4


def test_without_entries_nothing_is_learned(folder, letters):
    build(ARTICLES, letters(), folder)
    index, vector = Index(folder), letters().query(WAGES)
    assert index.to_answers(vector) is vector
    assert index.to_articles(vector) is vector
    assert len(Retriever(index, letters()).search(WAGES, 9, kind="statute")) == len(ARTICLES)


def test_questions_are_encoded_as_questions_and_documents_as_documents(folder, letters):
    encoder = letters()
    build(DOCUMENTS, encoder, folder)
    assert ("query", WAGES) in encoder.encoded
    assert ("passage", "到民政局") in encoder.encoded


def test_a_second_build_encodes_only_new_texts(folder, letters):
    build(DOCUMENTS, letters(), folder)
    again = letters()
    build(DOCUMENTS, again, folder)
    assert again.encoded == []
    changed = [replace(ENTRIES[0], queries=(WAGES, "换了一种问法")), *DOCUMENTS[1:]]
    incremental = letters()
    build(changed, incremental, folder)
    assert incremental.encoded == [("query", "换了一种问法")]


def test_the_same_text_is_encoded_once(folder, letters):
    twin = replace(ENTRIES[1], id="family-twin")
    encoder = letters()
    build([ENTRIES[1], twin, *ARTICLES], encoder, folder)
    assert len(encoder.encoded) == len(set(encoder.encoded))


def test_another_model_encodes_everything_again(folder, letters):
    build(DOCUMENTS, letters(), folder)
    other = letters("letters-2")
    build(DOCUMENTS, other, folder)
    assert len(other.encoded) == TEXTS


def test_an_interrupted_build_leaves_the_old_index_and_resumes(folder, letters, monkeypatch):
    monkeypatch.setattr(vector_cache, "_CHUNK", 2)
    build(ENTRIES, letters(), folder)
    old = Index(folder).fingerprint
    first = letters(fail_after=4)
    with pytest.raises(KeyboardInterrupt):
        build(DOCUMENTS, first, folder)
    assert Index(folder).fingerprint == old
    assert len(first.encoded) == 4

    second = letters()
    build(DOCUMENTS, second, folder)
    assert not set(first.encoded) & set(second.encoded)
    known = sum(len(document.queries) + len(document.passages) for document in ENTRIES)
    assert len(first.encoded) + len(second.encoded) == TEXTS - known
    assert Index(folder).fingerprint == fingerprint(DOCUMENTS, second)


def test_a_damaged_cache_is_made_anew(folder, letters):
    build(DOCUMENTS, letters(), folder)
    cache = vector_cache.cache_file(folder.parent, "index", letters())
    cache.write_bytes(b"damaged")
    again = letters()
    build(DOCUMENTS, again, folder)
    assert len(again.encoded) == TEXTS


def test_current_until_a_document_or_the_model_changes(folder, letters):
    wanted = fingerprint(DOCUMENTS, letters())
    assert not is_current(folder, wanted)
    build(DOCUMENTS, letters(), folder)
    assert is_current(folder, wanted)
    assert not is_current(folder, fingerprint(DOCUMENTS[1:], letters()))
    assert not is_current(folder, fingerprint(DOCUMENTS, letters("letters-2")))


def test_a_missing_or_damaged_index_says_what_to_run(folder, letters):
    with pytest.raises(IndexUnusable, match="fawen setup"):
        Index(folder)
    build(DOCUMENTS, letters(), folder)
    (folder / "facts.json").write_text("{", encoding="utf-8")
    with pytest.raises(IndexUnusable, match="fawen setup"):
        Index(folder)


@pytest.mark.parametrize("kind", ["entry", "guide", "statute"])
def test_search_of_one_kind_gives_that_kind_best_first(retriever, kind):
    hits = retriever.search(WAGES, 10, kind=kind)
    wanted = {document.id for document in DOCUMENTS if document.kind == kind}
    assert {hit.id for hit in hits} == wanted
    assert {hit.kind for hit in hits} == {kind}
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_search_of_all_kinds(retriever):
    hits = retriever.search(WAGES, 100)
    assert {hit.id for hit in hits} == {document.id for document in DOCUMENTS}
    assert len(retriever.search(WAGES, 3)) == 3
    assert retriever.search(WAGES, 1, kind="entry")[0].id == "labor-wages"
    assert retriever.search("夫妻自愿离婚要签协议", 1, kind="statute")[0].id == "3"


def test_law_and_article_are_given_for_statutes_only(retriever):
    for hit in retriever.search(WAGES, 100):
        assert (hit.law is not None) == (hit.article is not None) == (hit.kind == "statute")


@pytest.mark.parametrize("question", ["", " ", "😭", "zzz", "\ud800", "问" * 5000])
def test_any_question_gets_an_answer(retriever, question):
    assert len(retriever.search(question, 2)) == 2
    assert retriever.match(question)


def test_k_must_be_positive(retriever):
    with pytest.raises(ValueError):
        retriever.search(WAGES, 0)


def test_the_articles_an_entry_cites_gain(folder, letters):
    def scores(entry: Document) -> dict[str, float]:
        build([entry, *DOCUMENTS[1:]], letters(), folder)
        return {hit.id: hit.score for hit in Retriever(Index(folder), letters()).search(WAGES, 9, kind="statute")}

    without = scores(replace(ENTRIES[0], cites=()))
    cited = scores(ENTRIES[0])
    assert cited["1"] - without["1"] > 0.9 * CITED_WEIGHT
    # The whole law gains a little, because the knowledge cites it: far less than the article itself.
    assert abs(cited["2"] - without["2"]) < 0.5 * CITED_WEIGHT
    assert cited["3"] <= without["3"]


def test_a_citation_of_an_article_not_in_the_index_is_passed_over(folder, letters):
    build([replace(ENTRIES[0], cites=(("没有的法", "第一条"),)), *ARTICLES], letters(), folder)
    assert len(Retriever(Index(folder), letters()).search(WAGES, 10, kind="statute")) == len(ARTICLES)


def test_knowledge_alone_can_be_searched(folder, letters):
    build([*ENTRIES, *GUIDES], letters(), folder)
    retriever = Retriever(Index(folder), letters())
    assert retriever.search(WAGES, 5, kind="statute") == []
    assert retriever.match(WAGES)[0].evidence.id == "labor-wages"


def test_the_matching_entry_is_first_and_surest(retriever):
    best, other = retriever.match(WAGES)
    assert best.evidence.id == "labor-wages"
    assert 0 <= other.confidence < best.confidence <= 1
    assert [match.evidence.kind for match in retriever.match(WAGES, kind="guide")] == ["guide"]


def test_a_likely_topic_raises_its_entries(retriever):
    def confidence(topics: dict[str, float]) -> float:
        return {m.evidence.id: m.confidence for m in retriever.match(WAGES, topics=topics)}["labor-wages"]

    assert confidence({"婚姻家庭": 1.0}) < confidence({}) < confidence({"劳动纠纷": 1.0})
