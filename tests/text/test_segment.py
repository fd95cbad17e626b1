from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.text.lexicon import load_lexicon
from bot.text.segment import STOP_WORDS, query_words, search_words, segmenter


def test_legal_terms_are_words():
    words = list(segmenter().cut("我想申请人身安全保护令"))
    assert "人身安全保护令" in words


def test_shorter_words_inside_a_term_are_found_too():
    words = search_words("劳动合同")
    assert {"劳动", "合同"} <= set(words)


def test_stop_words_and_punctuation_are_left_out():
    words = search_words("请问，老板不给工资怎么办？！")
    assert "工资" in words
    assert not set(words) & STOP_WORDS
    assert not [word for word in words if word in "，？！,?!"]


def test_traditional_and_full_width_are_searched_as_simplified_and_half_width():
    assert search_words("勞動仲裁") == search_words("劳动仲裁")
    assert search_words("ＡＢＣ公司") == search_words("abc公司")


def test_a_question_gains_the_statutory_words_for_its_colloquial_ones():
    lexicon = load_lexicon()
    said = next(word for word in lexicon.synonyms if word in search_words(word))
    added = query_words(said)[len(search_words(said)) :]
    assert added == [part for statutory in lexicon.synonyms[said] for part in search_words(statutory)]
    assert added


def test_documents_gain_nothing():
    said = next(iter(load_lexicon().synonyms))
    assert len(search_words(said)) <= len(query_words(said))


@given(st.text())
def test_any_text_is_cut_without_raising(text):
    words = search_words(text)
    assert all(word.strip() for word in words)
    assert query_words(text)[: len(words)] == words
