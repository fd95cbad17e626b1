"""The command-line contract, through the installed command."""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


def fawen(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments], cwd=ROOT, input=stdin, capture_output=True, text=True, timeout=300
    )


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
