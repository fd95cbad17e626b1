"""The command-line contract, through the installed command."""
from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support import fawen


def statutes(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run ``fawen statutes`` on a day on which a revised 商标法 is published but not yet in force."""
    return fawen("statutes", *arguments, stdin=stdin, FAWEN_TODAY="2026-11-22")


def lines(*items: Any) -> str:
    """JSON Lines."""
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def read(text: str) -> list[dict[str, Any]]:
    """The objects of JSON Lines."""
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(autouse=True)
def _set_up(settings: Any) -> None:
    """All commands need the set-up."""


def test_classify_search_ask_and_a_bad_line(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(lines({"id": 1, "text": "老板欠我工资"}) + "broken\n" + lines({"id": 2, "text": "他在打我 救命"}, {"id": 3}))
    done = fawen("classify", "--input", str(source), "--output", str(target))
    assert done.returncode == 1
    assert "第 2 行" in done.stderr
    assert "第 4 行" in done.stderr
    first, second = read(target.read_text())
    assert (first["id"], first["service_type"], first["topic"]) == (1, "legal_consultation", "劳动纠纷")
    assert (second["service_type"], second["urgent"]) == ("emergency", True)
    assert len(first["service_type_ranking"]) == 22


def test_search_gives_statutes_with_law_and_article() -> None:
    done = fawen("search", "--input", "-", "--k", "5", "--kind", "statute", stdin=lines({"id": "a", "question": "试用期最长多久"}))
    assert done.returncode == 0, done.stderr
    (result,) = read(done.stdout)
    assert len(result["hits"]) == 5
    assert ("劳动合同法", "第十九条") in {(hit["law"], hit["article"]) for hit in result["hits"]}
    assert all(hit["kind"] == "statute" for hit in result["hits"])


def test_ask_and_converse() -> None:
    done = fawen("ask", "--input", "-", stdin=lines({"id": 1, "question": "老板拖了我三个月工资不给怎么办"}))
    assert done.returncode == 0, done.stderr
    (result,) = read(done.stdout)
    assert result["entry_id"] == "labor-unpaid-wages"
    assert ["劳动合同法", "第三十条"] in result["citations"]
    assert result["handoff"] is False
    done = fawen("converse", "--input", "-", stdin=lines({"id": 1, "turns": ["我要找人工", "13800138000"]}))
    assert done.returncode == 0, done.stderr
    (result,) = read(done.stdout)
    assert [turn["handoff"] for turn in result["turns"]] == [True, True]
    assert result["turns"][1]["ticket"].startswith("FW")


def test_the_knowledge_is_clean() -> None:
    done = fawen("knowledge", "check")
    assert done.returncode == 0, done.stdout
    assert "0 处问题" in done.stderr


def test_wrong_use_is_one_clear_line() -> None:
    done = fawen("search", "--input", "/no/such/file")
    assert done.returncode == 2
    assert "没有这个文件" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_one_clear_line(live_server: str) -> None:
    done = fawen("serve", "--port", live_server.rsplit(":", 1)[1])
    assert done.returncode == 2
    assert "已被占用" in done.stderr
    assert "Traceback" not in done.stderr


def test_statutes_show_an_article_with_its_validity() -> None:
    done = statutes("show", "《中华人民共和国劳动合同法》", "39")
    assert done.returncode == 0, done.stderr
    head, chapter, text, *items = done.stdout.splitlines()
    assert head.startswith("《劳动合同法》第三十九条（2026-11-22 现行有效；2012-12-28 公布")
    assert chapter.startswith("第四章")
    assert text == "劳动者有下列情形之一的，用人单位可以解除劳动合同："
    assert items[0].startswith("（一）在试用期间")


def test_statutes_show_as_of_a_day() -> None:
    old, new = statutes("show", "商标法", "57"), statutes("show", "商标法", "57", "--on", "2027-01-01")
    assert "2019-04-23 公布" in old.stdout
    assert "2026-06-26 公布" in new.stdout
    assert old.stdout.splitlines()[1:] != new.stdout.splitlines()[1:]


def test_statutes_show_an_article_that_is_not_in_force() -> None:
    done = statutes("show", "噪声污染防治法", "64")
    assert done.returncode == 1
    assert "已废止" in done.stdout
    assert "《生态环境法典》第一千二百四十二条废止" in done.stdout


def test_statutes_show_the_versions_of_a_law() -> None:
    done = statutes("show", "商标法")
    assert done.returncode == 0, done.stderr
    assert [line[:10] for line in done.stdout.splitlines()][:2] == ["2026-06-26", "2019-04-23"]
    assert "尚未施行" in done.stdout.splitlines()[0]


def test_statutes_list() -> None:
    done = statutes("list", "商标法")
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    assert line.split("\t") == ["法律", "商标法", "2019-04-23", "现行有效", "73 条"]
    everything = statutes("list", "商标法", "--all").stdout.splitlines()
    assert len(everything) >= 2
    assert line in everything
    [later] = statutes("list", "商标法", "--on", "2027-01-01").stdout.splitlines()
    assert "2026-06-26" in later


def test_statutes_diff() -> None:
    done = statutes("diff", "商标法")
    assert done.returncode == 0, done.stderr
    old, new, *changes = done.stdout.splitlines()
    assert (old, new) == ("--- 2019-04-23 公布", "+++ 2026-06-26 公布")
    assert all(line[:2] in ("- ", "+ ") for line in changes if line)
    assert "条有变化" in done.stderr


def test_statutes_verify_names_the_line_and_what_holds_now(tmp_path: Path) -> None:
    brief = tmp_path / "起诉状.md"
    brief.write_text("依据《劳动合同法》第三十条。\n\n又据合同法第107条。\n", encoding="utf-8")
    done = statutes("verify", str(brief))
    assert done.returncode == 1
    [line] = done.stdout.splitlines()
    assert line.startswith("第 3 行　《合同法》第一百零七条：已废止")
    assert line.endswith("现行规定：《民法典》第五百七十七条")
    assert "2 处引用，1 处有问题" in done.stderr


def test_statutes_verify_a_sound_text_from_standard_input() -> None:
    done = statutes("verify", "-", stdin="依据《劳动合同法》第三十条。合同第八条另有约定。")
    assert (done.returncode, done.stdout) == (0, "")
    assert "2 处引用，0 处有问题，1 处没有写明法律、未核对" in done.stderr
    assert statutes("verify", "-", "--on", "2020-06-01", stdin="噪声污染防治法第六十四条").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "合同法", "52"), "没有《合同法》"),
        (("show", "劳动合同法", "abc"), "条号"),
        (("show", "劳动合同法", "9", "--on", "昨天"), "2010-01-01"),
        (("diff", "商标法", "--old", "2000-01-01"), "没有 2000-01-01 公布的版本"),
        (("verify", "/no/such/file.md"), "/no/such/file.md"),
        (("verify", "-", "--on", "昨天"), "2010-01-01"),
        (("import", "/no/such/folder"), "没有这个文件或文件夹"),
    ],
)
def test_wrong_use_of_statutes_is_one_clear_line(arguments: tuple[str, ...], said: str) -> None:
    done = statutes(*arguments)
    assert done.returncode == 2, done.stdout
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_an_article_that_no_version_has_is_told() -> None:
    done = statutes("show", "劳动合同法", "999")
    assert done.returncode != 0
    assert "第九百九十九条" in done.stdout + done.stderr
