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


@pytest.mark.parametrize(
    "text",
    [
        "《劳动合同法》第三十八条至第四十条",
        "劳动合同法第38条到第40条",
        "劳动合同法第38条至40条",
        "劳动合同法第38条-第40条",
        "劳动合同法第３８条 ～ 第４０条",
        "劳动合同法第三十八条至该法第四十条",
    ],
)
def test_a_range_stands_for_all_its_articles(text):
    assert [(c.law, c.article) for c in PARSER.parse(text)] == [
        ("劳动合同法", "第三十八条"),
        ("劳动合同法", "第三十九条"),
        ("劳动合同法", "第四十条"),
    ]


def test_a_range_goes_on_in_a_list():
    assert [c.article for c in PARSER.parse("劳动法第三条至第五条、第八条")] == ["第三条", "第四条", "第五条", "第八条"]


@pytest.mark.parametrize("text", ["劳动法第三条至第九十条", "劳动法第五条至第三条", "劳动法第三条至第四条"])
def test_a_chapter_a_backward_or_an_empty_range_stands_for_its_ends(text):
    assert len(PARSER.parse(text)) == 2


def test_a_range_of_two_laws_is_none():
    assert [str(c) for c in PARSER.parse("劳动法第三条至劳动合同法第六条")] == ["《劳动法》第三条", "《劳动合同法》第六条"]


def test_a_range_without_a_law_names_none():
    assert [str(c) for c in PARSER.parse("第三条至第五条")] == ["第三条", "第四条", "第五条"]


INTERPRETATION = "最高人民法院关于适用《民法典》婚姻家庭编的解释（一）"


@pytest.mark.parametrize(
    "text",
    [
        "《最高人民法院关于适用〈中华人民共和国民法典〉婚姻家庭编的解释（一）》第五条",
        "《最高人民法院关于适用《中华人民共和国民法典》婚姻家庭编的解释(一)》第五条",
        "《最高人民法院关于适用<民法典>婚姻家庭编的解释（一）》第5条",
        "《最高人民法院关于适用〈民法典〉婚姻家庭编的解释（一）》（法释〔2020〕22号）第五条",
        "最高人民法院关于适用《民法典》婚姻家庭编的解释（一）第五条",
        "婚姻家庭编解释（一）第五条",
        "最高法婚姻家庭编解释（一）第五条",
    ],
)
def test_titles_that_hold_another_title(text):
    parser = CitationParser([INTERPRETATION, "民法典"], {"婚姻家庭编解释（一）": INTERPRETATION})
    [citation] = parser.parse(text)
    assert (citation.law, citation.article) == (INTERPRETATION, "第五条")
    [again] = parser.parse(str(citation))
    assert (again.law, again.article) == (citation.law, citation.article)


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


@given(
    first=st.integers(1, 2000),
    length=st.integers(1, 30),
    write=st.sampled_from([str, numerals.to_chinese, lambda n: str(n).translate(FULL_WIDTH)]),
    link=st.sampled_from(["至", "到", "-", "—", "～", " 至 "]),
)
def test_any_range_is_read_whole(first, length, write, link):
    found = PARSER.parse(f"按照《刑法》第{write(first)}条{link}第{write(first + length)}条办理")
    assert [(c.law, c.number) for c in found] == [("刑法", number) for number in range(first, first + length + 1)]


PIECES = st.sampled_from([*"第条款项之一二十百千零两至到-0123９（）() 、，《》〈〉\n", "刑法", "《民法典》", "消法", "同法"])


@given(st.text() | st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_read_without_raising_and_spans_lie_inside(text):
    before = 0
    for citation in PARSER.parse(text):
        assert before <= citation.start < citation.end <= len(text)
        # The articles that a range passes over all stand where its link stands.
        assert set("条至到-") & set(text[citation.start : citation.end])
        assert 1 <= citation.number <= numerals.LARGEST
        str(citation)
        before = citation.start
    PARSER.named_laws(text)
    PARSER.canonical(text)
