from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Optional

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.statutes.law_text import ANNEX, PREAMBLE, WHOLE, LawText
from bot.statutes.model import Level
from bot.statutes.parse import UnreadableLaw, parse_law
from bot.statutes.readers import law_files, read_file
from bot.statutes.regions import holds_in

MARKDOWN = """# 中华人民共和国样例法

2001年1月1日 第九届全国人民代表大会第四次会议通过

2011年3月4日 第十一届全国人民代表大会常务委员会第十九次会议《关于修改〈中华人民共和国样例法〉的决定》修正

<!-- INFO END -->

## 第一编　总则

### 第一章　一般规定

第一条　为了举例，制定本法。

第二条 有下列情形之一的，按照
第一条的规定办理：

（一）第一种；

（二）第二种。

第二条之一 后来插进来的一条。

### 第二章 特别规定

#### 第一节　期限

第三条 期限为三十日。

第一条规定的目的不受影响。

## 第二编 附则

第四条 本法自2001年5月1日起施行。
"""
HEAD = "# 某某办法\n2015年6月7日 某部令第1号公布\n<!-- INFO END -->\n"


def law(text: str, name: str = "", *folders: str) -> LawText:
    return parse_law(text, name, folders)


def texts(parsed: LawText) -> dict[str, str]:
    return {unit.number: unit.text for unit in parsed.units}


def test_title_and_articles_of_markdown_with_an_information_block():
    parsed = law(MARKDOWN)
    assert (parsed.full_title, parsed.title) == ("中华人民共和国样例法", "样例法")
    assert [unit.number for unit in parsed.units] == ["第一条", "第二条", "第二条之一", "第三条", "第四条"]
    assert parsed.id == "样例法@2011-03-04"
    assert parsed.issuer == "全国人民代表大会常务委员会"


def test_headings_become_the_chapter_and_a_higher_one_ends_the_lower():
    assert [unit.chapter for unit in law(MARKDOWN).units] == [
        "第一编 总则 第一章 一般规定",
        "第一编 总则 第一章 一般规定",
        "第一编 总则 第一章 一般规定",
        "第一编 总则 第二章 特别规定 第一节 期限",
        "第二编 附则",
    ]


def test_items_and_a_line_that_begins_by_citing_an_earlier_article_stay_text():
    found = texts(law(MARKDOWN))
    assert found["第二条"] == "有下列情形之一的，按照\n第一条的规定办理：\n（一）第一种；\n（二）第二种。"
    assert found["第三条"] == "期限为三十日。\n第一条规定的目的不受影响。"


@pytest.mark.parametrize("line", ["第三条至第五条不适用。", "第三条、第四条的规定同样适用。", "第三条第二款不适用。"])
def test_a_line_that_begins_by_citing_a_later_article_stays_text(line):
    assert texts(law(f"{HEAD}第一条 甲。\n第二条 乙。\n{line}\n第三条 丙。")) == {
        "第一条": "甲。",
        "第二条": f"乙。\n{line}",
        "第三条": "丙。",
    }


@pytest.mark.parametrize("heading", ["## 一、一般规定", "## 十一、规范性文件的一并审查"])
def test_numbered_headings_of_interpretations_are_no_part_of_the_article_before(heading):
    parsed = law(f"{HEAD}第一条 甲。\n\n{heading}\n\n第二条 乙。")
    assert texts(parsed) == {"第一条": "甲。", "第二条": "乙。"}
    assert parsed.units[1].chapter == heading.lstrip("# ")


def test_a_table_of_contents_is_no_text():
    parsed = law(f"{HEAD}目　录\n第一章 总则\n第二章 附则\n\n第一章 总则\n第一条 甲。\n第二章 附则\n第二条 乙。")
    assert texts(parsed) == {"第一条": "甲。", "第二条": "乙。"}
    assert [unit.chapter for unit in parsed.units] == ["第一章 总则", "第二章 附则"]


def test_preamble_and_annexes_are_units_of_their_own():
    parsed = law(f"{HEAD}为了举例，制定本办法。\n第一条 甲。\n附件一：表格\n一行\n附件二：另一张表格\n第九条 不是条文")
    assert [unit.number for unit in parsed.units] == [PREAMBLE, "第一条", ANNEX]
    assert texts(parsed)[PREAMBLE] == "为了举例，制定本办法。"
    assert texts(parsed)[ANNEX] == "附件一：表格\n一行\n附件二：另一张表格\n第九条 不是条文"


def test_a_text_without_articles_is_one_unit():
    [unit] = law("# 最高人民法院关于某问题的批复\n2003年1月2日\n<!-- INFO END -->\n某高级人民法院：\n答复如下。").units
    assert (unit.number, unit.text) == (WHOLE, "某高级人民法院：\n答复如下。")


def test_the_part_of_a_code_in_a_file_of_its_own_stands_before_the_chapter():
    parsed = law("# 中华人民共和国民法典\n\n# 总则\n\n2020年5月28日 通过\n<!-- INFO END -->\n## 第一章 基本规定\n第一条 甲。")
    assert parsed.title == "民法典"
    assert parsed.units[0].chapter == "总则 第一章 基本规定"


@pytest.mark.parametrize(
    ("info", "name", "published", "effective"),
    [
        ("2001年1月1日 通过", "某法(2019-04-23)", dt.date(2019, 4, 23), None),
        ("2001年1月1日 通过", "某法_20190423", dt.date(2019, 4, 23), None),
        ("2001年1月1日 通过\n2005年2月3日 修正\n2003年1月1日 修正", "某法", dt.date(2005, 2, 3), None),
        ("2020年12月25日 审判委员会通过\n2021年1月1日 施行", "某解释", dt.date(2020, 12, 25), dt.date(2021, 1, 1)),
        ("2020年12月25日公布 自2021年1月1日起施行", "某法", dt.date(2020, 12, 25), dt.date(2021, 1, 1)),
        ("2001年13月45日 通过\n2001年1月1日 通过", "某法", dt.date(2001, 1, 1), None),
    ],
)
def test_the_date_of_the_text_and_its_start(info, name, published, effective):
    parsed = law(f"# 某法\n{info}\n<!-- INFO END -->\n第一条 甲。", name)
    assert (parsed.published, parsed.effective) == (published, effective)


def test_the_start_is_read_from_the_last_article_when_the_head_has_none():
    assert law(MARKDOWN).effective == dt.date(2001, 5, 1)


INFO_OF_THE_COURT = "2001年4月16日 最高人民法院审判委员会第1165次会议通过"


@pytest.mark.parametrize(
    ("title", "info", "folders", "level"),
    [
        ("工伤保险条例", "2003年4月27日 公布", ("行政法规",), Level.REGULATION),
        ("某某管理办法", "2003年4月27日 公布", ("部门规章", "公安部"), Level.RULE),
        ("关于某问题的批复", "2003年4月27日", ("司法解释",), Level.INTERPRETATION),
        ("某某条例", "2003年4月27日 通过", ("地方性法规",), Level.LOCAL),
        ("工伤保险条例", "2003年4月27日 中华人民共和国国务院令第375号公布", (), Level.REGULATION),
        ("某某管理办法", "2003年4月27日 公安部令第1号公布", (), Level.RULE),
        ("关于审理某案件的解释", INFO_OF_THE_COURT, (), Level.INTERPRETATION),
        ("浙江省消费者权益保护条例", "2003年4月27日 浙江省第十届人民代表大会常务委员会通过", (), Level.LOCAL),
        ("中华人民共和国样例法", "2003年4月27日", (), Level.LAW),
        ("户口登记条例", "1958年1月9日 全国人民代表大会常务委员会通过", (), Level.LAW),
    ],
)
def test_the_level_is_told_by_the_folder_or_else_by_the_text(title, info, folders, level):
    assert law(f"# {title}\n{info}\n<!-- INFO END -->\n第一条 甲。", "", *folders).level is level


@pytest.mark.parametrize(
    ("title", "info", "region"),
    [
        ("浙江省物业管理条例", "2006年3月29日 公布", "浙江省"),
        ("杭州市物业管理条例", "2006年3月29日 公布", "杭州市"),
        ("广西壮族自治区消费者权益保护条例", "2006年3月29日 公布", "广西壮族自治区"),
        ("养犬管理条例", "2006年3月29日 浙江省第十届人民代表大会常务委员会第二十四次会议通过", "浙江省"),
        ("中华人民共和国香港特别行政区基本法", "1990年4月4日 第七届全国人民代表大会第三次会议通过", ""),
        ("上海市浦东新区的决定", "2021年6月10日 全国人民代表大会常务委员会通过", ""),
        ("海南省某试验区条例", "2021年6月10日 国务院令第1号公布", ""),
        ("城市供水条例", "1994年7月19日 公布", ""),
        ("市场主体登记管理条例", "2021年7月27日 公布", ""),
    ],
)
def test_the_region_of_local_rules_and_none_for_national_law(title, info, region):
    assert law(f"# {title}\n{info}\n<!-- INFO END -->\n第一条 甲。").region == region


@pytest.mark.parametrize(
    ("rule", "user", "holds"),
    [
        ("", "", True),
        ("", "浙江省杭州市", True),
        ("浙江省", "浙江省杭州市", True),
        ("杭州市", "浙江省杭州市", True),
        ("杭州市", "浙江省", False),
        ("江苏省", "浙江省杭州市", False),
        ("浙江省", "", False),
    ],
)
def test_where_a_rule_holds(rule, user, holds):
    assert holds_in(rule, user) is holds


@pytest.mark.parametrize(
    ("title", "amending"),
    [
        ("中华人民共和国刑法修正案（十二）", True),
        ("宪法修正案（2018年）", True),
        ("全国人民代表大会常务委员会关于修改《中华人民共和国商标法》的决定", True),
        ("国务院关于废止部分行政法规的决定", True),
        ("全国人民代表大会常务委员会关于惩治骗购外汇、逃汇和非法买卖外汇犯罪的决定", False),
        ("样例法", False),
    ],
)
def test_texts_that_only_change_others_are_known(title, amending):
    assert law(f"# {title}\n2001年1月1日 通过\n<!-- INFO END -->\n一、改一改。").amending is amending


PLAIN = """样例市养犬管理条例

（2019年8月1日样例市第一届人民代表大会常务委员会第三次会议通过）

第一章 总则

第一条 为了规范养犬，制定本条例。

第二条 遛狗应当牵绳。
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_plain_text_in_the_encodings_people_have(tmp_path, encoding):
    file = tmp_path / "条例.txt"
    file.write_bytes(PLAIN.replace("\n", "\r\n").encode(encoding))
    parsed = law(read_file(file), file.stem)
    assert (parsed.title, parsed.published, parsed.region) == ("样例市养犬管理条例", dt.date(2019, 8, 1), "样例市")
    assert texts(parsed) == {"第一条": "为了规范养犬，制定本条例。", "第二条": "遛狗应当牵绳。"}
    assert parsed.units[0].chapter == "第一章 总则"


def write_docx(path: Path, paragraphs: list[str], heading: Optional[str] = None) -> Path:
    document = docx.Document()
    if heading:
        document.add_heading(heading, level=0)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(str(path))
    return path


def test_a_word_file_in_the_shape_of_the_national_database(tmp_path):
    paragraphs = [
        "中华人民共和国",
        "样例法",
        "（2012年8月31日第十一届全国人民代表大会常务委员会第二十八次会议通过　根据2018年10月26日第十三届全国人民代表大会"
        "常务委员会第六次会议《关于修改〈中华人民共和国样例法〉的决定》修正）",
        "目　　录",
        "第一章　总　　则",
        "第二章　附　　则",
        "第一章　总　　则",
        "　　第一条　为了举例，制定本法。",
        "　　第二条　有下列情形之一的，不算：",
        "　　（一）第一种；",
        "第二章　附　　则",
        "　　第三条　本法自2013年1月1日起施行。",
    ]
    file = write_docx(tmp_path / "样例法_20181026.docx", paragraphs)
    parsed = law(read_file(file), file.stem)
    assert (parsed.full_title, parsed.level) == ("中华人民共和国样例法", Level.LAW)
    assert (parsed.published, parsed.effective) == (dt.date(2018, 10, 26), dt.date(2013, 1, 1))
    assert texts(parsed) == {
        "第一条": "为了举例，制定本法。",
        "第二条": "有下列情形之一的，不算：\n（一）第一种；",
        "第三条": "本法自2013年1月1日起施行。",
    }
    assert [unit.chapter for unit in parsed.units] == ["第一章 总 则", "第一章 总 则", "第二章 附 则"]
    renamed = file.rename(tmp_path / "样例法.docx")
    assert law(read_file(renamed), renamed.stem).published == dt.date(2018, 10, 26)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "没有内容"),
        ("\n \n", "没有内容"),
        ("# 某法\n2001年1月1日 通过\n<!-- INFO END -->\n", "没有正文"),
        ("# 某法\n<!-- INFO END -->\n第一条 甲。", "日期"),
        (f"# {'长' * 201}\n2001年1月1日 通过\n<!-- INFO END -->\n第一条 甲。", "找不到标题"),
    ],
)
def test_what_cannot_be_taken_in_is_told(text, why):
    with pytest.raises(UnreadableLaw, match=why):
        law(text, "某法")


@pytest.mark.parametrize("start", ["2020年13月45日", "2021年2月29日"])
def test_a_day_that_does_not_exist_is_no_start(start):
    assert law(f"{HEAD}第一条 本办法自{start}起施行。").effective is None


def test_a_damaged_word_file_is_told_wherever_the_damage_is(tmp_path):
    sound = write_docx(tmp_path / "好.docx", [f"第{number}段文字" for number in range(50)]).read_bytes()
    damaged = tmp_path / "坏.docx"
    told = 0
    for at in range(0, len(sound), 97):
        damaged.write_bytes(sound[:at] + bytes(255 - byte for byte in sound[at : at + 8]) + sound[at + 8 :])
        try:
            read_file(damaged)
        except UnreadableLaw:
            told += 1
    assert told


PIECES = st.sampled_from(
    [
        *("第一条", "第", "条", "之一", "零百", "\n", "\n## ", "# ", "第一章 ", "附件：", "目录", "序言", "，", "。", "（", "）"),
        *("某法", "2020年1月1日", "2020年13月41日", "通过", "施行", "自2020年13月41日起施行", "\n<!-- INFO END -->\n"),
    ]
)
NAMES = st.sampled_from(["", "某法(2020-01-01)", "某法(2020-13-41)", "20201341", "20200101"])


@given(text=st.text() | st.lists(PIECES, max_size=30).map("".join), headed=st.booleans(), name=NAMES)
def test_any_text_is_read_or_refused_with_a_reason(text, headed, name):
    try:
        parsed = law(HEAD + text if headed else text, name)
    except UnreadableLaw as refusal:
        assert str(refusal)
        return
    assert parsed.units
    assert all(unit.text and unit.number for unit in parsed.units)
    numbers = [unit.number for unit in parsed.units]
    assert len(numbers) == len(set(numbers))


def test_index_files_and_other_kinds_are_passed_over_in_folders(tmp_path):
    for name in ("_index.md", "README.md", "图.png", "甲.md", "乙.TXT", "下层/丙.docx"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("甲", encoding="utf-8")
    assert [path.name for path in law_files([tmp_path])] == ["丙.docx", "乙.TXT", "甲.md"]
    assert list(law_files([tmp_path / "图.png"])) == [tmp_path / "图.png"]


def test_printing_differences_do_not_change_the_fingerprint():
    first = law(f"{HEAD}第一条 甲（一）：乙，丙。\n丁。")
    assert law(f"{HEAD}第一条　甲(一):乙,丙。丁。").fingerprint == first.fingerprint
    assert law(f"{HEAD}第一条 甲（一）：乙，丙。\n戊。").fingerprint != first.fingerprint
