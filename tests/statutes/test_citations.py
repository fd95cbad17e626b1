from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.statutes import numerals
from bot.statutes.citations import Citation, CitationParser, short_title

TITLES = ["劳动合同法", "民法典", "刑法", "劳动法", "消费者权益保护法", "中华人民共和国合同法", "行政诉讼法"]
PARSER = CitationParser(TITLES, {"消法": "消费者权益保护法", "行诉法": "行政诉讼法"})
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
SPACE = st.sampled_from(["", " ", "  ", "\u3000"])


def only(text: str) -> Citation:
    """The one citation in ``text``."""
    found = PARSER.parse(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("劳动合同法第39条", "《劳动合同法》第三十九条"),
        ("《民法典》第一千零七十九条第二款", "《民法典》第一千零七十九条第二款"),
        ("刑法133条之一", "《刑法》第一百三十三条之一"),
        ("刑法第一百三十三条之一第二款", "《刑法》第一百三十三条之一第二款"),
        ("《中华人民共和国劳动合同法》第三十九条第（二）项", "《劳动合同法》第三十九条第（二）项"),
        ("《劳动合同法》第三十九条第二项", "《劳动合同法》第三十九条第（二）项"),
        ("中华人民共和国刑法第264条", "《刑法》第二百六十四条"),
        ("劳动合同法的第39条", "《劳动合同法》第三十九条"),
        ("劳动合同法里第39条说了啥", "《劳动合同法》第三十九条"),
        ("《劳动合同法》（2012修正）第三十九条", "《劳动合同法》第三十九条"),
        ("消法第55条", "《消费者权益保护法》第五十五条"),
        ("《消法》五十五条", "《消费者权益保护法》第五十五条"),
        ("劳动合同法第３９条", "《劳动合同法》第三十九条"),
        ("劳动合同法 第 39 条", "《劳动合同法》第三十九条"),
        ("劳动 合同法　第　三十九　条 第 2 款", "《劳动合同法》第三十九条第二款"),
        ("刑法第 133 条 之 一", "《刑法》第一百三十三条之一"),
        ("《快递暂行条例》第二十七条", "《快递暂行条例》第二十七条"),
    ],
)
def test_citations_people_write(text, printed):
    assert str(only(text)) == printed


def test_the_longest_title_wins():
    assert only("行政诉讼法第12条").law == "行政诉讼法"
    assert only("劳动合同法第12条").law == "劳动合同法"


@pytest.mark.parametrize(
    "text",
    [
        "《劳动合同法》第三十六条、第四十一条",
        "劳动合同法第36条和第41条",
        "劳动合同法第36条、41条",
        "劳动合同法第三十六条 以及 第四十一条",
        "劳动合同法第三十六条，同法第四十一条",
    ],
)
def test_a_list_belongs_to_the_law_named_first(text):
    assert [(c.law, c.article) for c in PARSER.parse(text)] == [
        ("劳动合同法", "第三十六条"),
        ("劳动合同法", "第四十一条"),
    ]


def test_a_new_law_in_a_list_is_that_law():
    text = "依据《劳动法》第五十条、《劳动合同法》第三十条、第八十五条"
    assert [str(c) for c in PARSER.parse(text)] == [
        "《劳动法》第五十条",
        "《劳动合同法》第三十条",
        "《劳动合同法》第八十五条",
    ]


def test_a_sentence_between_ends_the_list():
    first, second = PARSER.parse("劳动合同法第三十条规定要发工资。合同里的第五条写了什么")
    assert first.law == "劳动合同法"
    assert second.law is None


def test_an_article_without_a_law_names_none():
    citation = only("第八条怎么说")
    assert citation.law is None
    assert str(citation) == "第八条"


def test_numbers_out_of_range_are_no_citation():
    assert PARSER.parse("刑法第0条") == []


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("《中华人民共和国民法典》", "民法典"),
        ("中华人民共和国 民法典", "民法典"),
        ("中华人民共和国", "中华人民共和国"),
        ("民法典", "民法典"),
    ],
)
def test_short_title(name, title):
    assert short_title(name) == title


def test_canonical_knows_aliases_and_leaves_the_unknown_alone():
    assert PARSER.canonical("《消法》") == "消费者权益保护法"
    assert PARSER.canonical("合同法") == "合同法"
    assert PARSER.canonical("没听过的法") == "没听过的法"


def test_named_laws_each_once():
    assert PARSER.named_laws("消法和《劳动法》，还有劳动合同法，消费者权益保护法") == [
        "劳动法",
        "消费者权益保护法",
        "劳动合同法",
    ]
    assert PARSER.named_laws("老板不发工资") == []


@given(
    number=st.integers(1, 2000),
    suffix=st.none() | st.integers(1, 20),
    law=st.sampled_from(["刑法", "《刑法》", "中华人民共和国刑法", "《中华人民共和国刑法》"]),
    write=st.sampled_from([str, numerals.to_chinese, lambda n: str(n).translate(FULL_WIDTH)]),
    spaces=st.lists(SPACE, min_size=5, max_size=5),
)
def test_any_article_in_any_digits_and_spacing_is_read(number, suffix, law, write, spaces):
    a, b, c, d, e = spaces
    text = f"{law}{a}第{b}{write(number)}{c}条" + (f"{d}之{e}{numerals.to_chinese(suffix)}" if suffix else "")
    citation = only(f"按照{text}")
    assert (citation.law, citation.number, citation.suffix) == ("刑法", number, suffix)
    assert citation.article == numerals.article_number(number, suffix)
    assert only(str(citation)).article == citation.article


PIECES = st.sampled_from([*"第条款项之一二十百千零两0123９（）() 、，《》\n", "刑法", "《民法典》", "消法", "同法"])


@given(st.text() | st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_read_without_raising_and_spans_lie_inside(text):
    before = 0
    for citation in PARSER.parse(text):
        assert before <= citation.start < citation.end <= len(text)
        assert "条" in text[citation.start : citation.end]
        assert 1 <= citation.number <= numerals.LARGEST
        str(citation)
        before = citation.end
    PARSER.named_laws(text)
    PARSER.canonical(text)
