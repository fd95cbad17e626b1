"""``fawen knowledge``: what an editor of entries needs."""
from __future__ import annotations

import json
from pathlib import Path

import typer

from bot.console import err
from bot.content import review
from bot.content.check import check_knowledge
from bot.content.loader import load_knowledge
from bot.settings import SettingsError, load_settings
from bot.statutes.store import open_statutes

app = typer.Typer(help="普法知识：新建、检查、查重、查缺，导出到表格再导回。", no_args_is_help=True)


@app.command("check")
def check() -> None:
    """检查 knowledge/：格式、编号、每一处引用是否为现行有效的条文。有问题时逐条列出，退出码为 1。"""
    settings = load_settings()
    knowledge = load_knowledge(settings.knowledge_dir)
    statutes = open_statutes(settings)
    problems = check_knowledge(knowledge, statutes)
    for problem in problems:
        print(problem)
    marks = review.read_marks(settings.knowledge_dir)
    waiting = review.changed(knowledge, marks, statutes)
    for change in waiting:
        print(change)
    if waiting:
        ids = len({change.item_id for change in waiting})
        err.print(f"{ids} 个条目所引的条文变了，请对照复核；改好后运行 fawen knowledge confirm 编号…")
    unmarked = review.unmarked(knowledge, marks)
    if unmarked:
        err.print(f"{len(unmarked)} 个条目还没有核定记录，如 {unmarked[0]}；核对后运行 fawen knowledge confirm 编号…")
    cited = sum(len(item.legal_basis) for item in knowledge.items)
    err.print(f"{len(knowledge.entries)} 个普法条目，{len(knowledge.guides)} 份办事指南，{cited} 处法律依据，{len(problems)} 处问题")
    if problems:
        raise typer.Exit(1)


@app.command("confirm")
def confirm(
    ids: list[str] = typer.Argument(None, help="条目或指南的编号"),
    everything: bool = typer.Option(False, "--all", help="全部条目与指南"),
) -> None:
    """记下这些条目与今天的条文相符。条文变了以后，条目会标为待复核，直到再次核定。"""
    settings = load_settings()
    knowledge = load_knowledge(settings.knowledge_dir)
    chosen = [item.id for item in knowledge.items] if everything else list(ids or [])
    if not chosen:
        raise SettingsError("请写出要核定的编号，或用 --all")
    count = review.confirm(knowledge, chosen, open_statutes(settings), settings.knowledge_dir)
    err.print(f"已核定 {count} 个，记录在 {settings.knowledge_dir / review.FILE}")


@app.command()
def search(question: str = typer.Argument(..., help="市民的问题"), k: int = typer.Option(5, min=1, max=50, help="列出几条")) -> None:
    """哪些条目可能回答这个问题，各有多大把握。"""
    from bot.runtime import load_retriever

    for match in load_retriever(load_settings()).match(question, k=k):
        print(f"{match.confidence:.2f}　{match.evidence.id}　{match.evidence.title}")


@app.command()
def new(
    topic: str = typer.Option(..., help="主题，如 劳动纠纷"),
    id: str = typer.Option(..., help="编号，如 labor-unpaid-wages"),
    question: str = typer.Option(..., help="市民会怎么问"),
    file: str = typer.Option(..., help="写进 knowledge/entries 的哪个文件，如 labor.yml；没有就新建"),
) -> None:
    """在文件末尾加一个待填写的条目，并列出相近的已有条目，以免重复。"""
    from bot.content.writer import entry_block, write_whole
    from bot.service_types import TOPICS

    settings = load_settings()
    knowledge = load_knowledge(settings.knowledge_dir)
    if topic not in TOPICS:
        raise SettingsError(f"没有“{topic}”这个主题，可用：{' '.join(TOPICS)}")
    if any(item.id == id for item in knowledge.items):
        raise SettingsError(f"编号 {id} 已经有了，请换一个")
    if not file.endswith(".yml") or "/" in file:
        raise SettingsError(f"文件名应如 labor.yml：{file}")
    topics = {entry.topic for entry in knowledge.entries if knowledge.file_of[entry.id] == file}
    if topics - {topic}:
        raise SettingsError(f"{file} 的主题是 {'、'.join(topics)}，请换一个文件")
    path = settings.knowledge_dir / "entries" / file
    before = path.read_text(encoding="utf-8").rstrip() + "\n\n" if path.exists() else f"topic: {topic}\nentries:\n"
    todo = {
        "id": id,
        "question": question,
        "variants": ["待填：口语的问法", "待填：带情节的问法", "待填：只有关键词的问法", "待填：换一种说法"],
        "answer": "待填：第一句就答能不能、多少钱、多久、谁负责，六十到一百七十个字，称“您”。",
        "steps": ["待填：找谁、去哪、期限、留什么证据", "待填"],
        "legal_basis": [{"law": "待填：法律全称", "article": "第一条"}],
        "services": [],
    }
    write_whole(path, before + entry_block(todo))
    err.print(f"已写进 {path}，请填写标着“待填”的地方，再运行 fawen knowledge check")
    if settings.index_dir.exists():
        err.print("相近的已有条目：")
        search(question, 5)


@app.command()
def duplicates() -> None:
    """列出可能回答同一个问题的条目。有则退出码为 1；读过确实不同的，记在 knowledge/distinct.txt 里。"""
    from bot.retrieval.encoder import load_encoder
    from bot.services.editing import near_duplicates

    settings = load_settings()
    distinct = settings.knowledge_dir / "distinct.txt"
    known = {
        frozenset(line.split()[:2])
        for line in (distinct.read_text(encoding="utf-8").splitlines() if distinct.exists() else [])
        if line.strip() and not line.startswith("#")
    }
    knowledge = load_knowledge(settings.knowledge_dir)
    pairs = [
        pair
        for pair in near_duplicates(knowledge, load_encoder(settings))
        if frozenset((pair.first.id, pair.second.id)) not in known
    ]
    for pair in pairs:
        print(pair)
    err.print(f"{len(knowledge.entries)} 个条目，{len(pairs)} 对可能重复")
    if pairs:
        raise typer.Exit(1)


@app.command()
def coverage(
    file: Path = typer.Argument(..., help="问题清单：每行一个问题，或 JSON Lines（question 或 text）"),
    threshold: float = typer.Option(0.0, min=0, max=1, help="把握低于它算没有好答案；默认取 FAWEN_HANDOFF_THRESHOLD"),
) -> None:
    """日志里哪些问题还没有好的条目，把握最低的在前。"""
    from bot.runtime import load_retriever
    from bot.services import editing

    settings = load_settings()
    needed = threshold or settings.handoff_threshold
    found = list(editing.coverage(_questions(file), load_retriever(settings)))
    lacking = sorted((item for item in found if item.nearest.confidence < needed), key=lambda item: item.nearest.confidence)
    for item in lacking:
        print(f"{item.nearest.confidence:.2f}　{item.question}　（最接近：{item.nearest.evidence.id}）")
    share = 1 - len(lacking) / len(found) if found else 0.0
    err.print(f"{len(found)} 个问题，{len(lacking)} 个没有好的条目，覆盖 {share:.0%}（把握不低于 {needed:.2f}）")


@app.command()
def export(path: Path = typer.Argument(..., help="写到哪个 .xlsx 文件")) -> None:
    """把全部条目写进表格，一行一个。"""
    from bot.content import spreadsheet

    count = spreadsheet.export(load_knowledge(load_settings().knowledge_dir), path)
    err.print(f"{count} 个条目已写进 {path}")


@app.command("import")
def import_(path: Path = typer.Argument(..., help="export 写的、改好的 .xlsx 文件")) -> None:
    """从表格读回条目，改写表格里出现的文件；有一处读不懂就一个文件也不动。"""
    from bot.content import spreadsheet
    from bot.content.writer import entries_yaml, write_whole

    settings = load_settings()
    knowledge = load_knowledge(settings.knowledge_dir)
    files = spreadsheet.read(path)
    changed = 0
    for name, entries in files.items():
        before = [entry for entry in knowledge.entries if knowledge.file_of[entry.id] == name]
        if entries != before:
            write_whole(settings.knowledge_dir / "entries" / name, entries_yaml(entries[0].topic, entries))
            changed += 1
    err.print(f"{sum(map(len, files.values()))} 个条目，改写了 {changed} 个文件；请再运行 fawen knowledge check")


def _questions(file: Path) -> list[str]:
    if not file.exists():
        raise SettingsError(f"没有这个文件：{file}")
    questions = []
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        if not line.lstrip().startswith("{"):
            questions.append(line.strip())
            continue
        try:
            item = json.loads(line)
            questions.append(str(item.get("question") or item["text"]))
        except (ValueError, KeyError) as error:
            raise SettingsError(f"{file} 第 {number} 行应为带 question 或 text 的 JSON") from error
    return questions
