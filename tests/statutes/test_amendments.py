from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.statutes import amendments
from bot.statutes.amendments import Order, apply_order, read_order


def test_a_whole_article():
    order = read_order('将刑法第三百九十条修改为："对犯行贿罪的，处三年以下有期徒刑。\n"有下列情形之一的，从重处罚。"')
    assert order == Order("第三百九十条", False, "对犯行贿罪的，处三年以下有期徒刑。\n有下列情形之一的，从重处罚。")


def test_an_article_with_curly_quotes_and_a_half_width_colon():
    order = read_order("将刑法第三百九十三条修改为:“单位行贿的，判处罚金。”")
    assert order == Order("第三百九十三条", False, "单位行贿的，判处罚金。")


def test_a_paragraph_added_gives_the_article_whole():
    order = read_order('在刑法第一百六十五条中增加一款作为第二款，将该条修改为："第一款的话。\n"第二款的话。"')
    assert order == Order("第一百六十五条", False, "第一款的话。\n第二款的话。")


def test_an_article_with_a_suffix():
    order = read_order('将刑法第一百三十三条之一修改为："危险驾驶的。"')
    assert order is not None and order.article == "第一百三十三条之一"


def test_only_the_first_paragraph():
    order = read_order('将刑法第三百八十七条第一款修改为："新的第一款。"')
    assert order == Order("第三百八十七条", True, "新的第一款。")
    assert apply_order(order, "旧的第一款。\n第二款。\n第三款。") == "新的第一款。\n第二款。\n第三款。"
    assert apply_order(order, "只有一款。") == "新的第一款。"


def test_a_whole_article_replaces_all_paragraphs():
    assert apply_order(Order("第一条", False, "新。"), "旧一。\n旧二。") == "新。"


def test_other_forms_are_refused():
    for text in (
        "本修正案自2024年3月1日起施行。",
        '将刑法第三百八十七条第二款修改为："第二款。"',
        '在刑法第一百二十条之一后增加一条，作为第一百二十条之二："条文。"',
        "删去刑法第一百九十九条。",
        '将民法典第一条修改为："条文。"',
        "",
    ):
        assert read_order(text) is None, text


@given(st.text() | st.lists(st.sampled_from(["将刑法第", "十", "百", "条", "之一", "第一款", "修改为：", '"'])).map("".join))
def test_reading_never_raises(text):
    order = read_order(text)
    assert order is None or order.article.startswith("第")


def test_the_twelfth_amendment_is_understood_whole(real_store):
    import sqlalchemy as sa

    from bot.statutes.store import articles_table, versions_table

    query = (
        sa.select(articles_table.c.text).join(versions_table).where(versions_table.c.title == "刑法修正案（十二）")
    )
    with real_store.engine.connect() as connection:
        texts = [row[0] for row in connection.execute(query)]
    orders = [order for order in map(amendments.read_order, texts) if order]
    assert len(orders) == len(texts) - 1  # the last article only says when it takes effect
    for order in orders:
        current = real_store.find("刑法", order.article)
        assert current is not None
        assert current.text.split("\n")[0] == order.text.split("\n")[0]
