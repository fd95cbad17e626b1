"""``fawen statutes``: import law texts, look at versions, check citations."""
from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Optional

import typer

from bot.console import err, progress_bar
from bot.settings import SettingsError, load_settings
from bot.statutes.store import StatuteStore, open_statutes

app = typer.Typer(help="法律条文库：导入、查阅、比较版本、核对引用。", no_args_is_help=True)

ON = typer.Option(None, "--on", help="按哪一天判断效力，如 2010-01-01；默认今天")


@app.command("import")
def import_(paths: list[Path] = typer.Argument(..., help="文件或文件夹：Markdown、Word（.docx）、纯文本")) -> None:
    """导入法律、行政法规、司法解释、规章、地方性法规。可以反复导入；读不出的文件会列出原因，其余照常导入。"""
    from bot.statutes.importer import import_files

    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise SettingsError(f"没有这个文件或文件夹：{'、'.join(missing)}")
    settings = load_settings()
    with progress_bar("导入") as progress:
        task = progress.add_task("读取文件", total=None)
        report = import_files(
            paths,
            settings.statutes_path,
            lambda done, total: progress.update(task, completed=done, total=total),
        )
    for file, reason in report.failed:
        print(f"没有导入 {file}：{reason}")
    for title, published, message in report.conflicts:
        print(f"《{title}》（{published}）：{message}")
    err.print(
        f"新增 {report.added} 部，替换 {report.replaced} 部，未变 {report.unchanged} 部，"
        f"共写入 {report.articles} 条；{len(report.failed)} 个文件读不出来"
    )
    if report.added or report.replaced:
        err.print("请运行 fawen setup 更新检索索引，再用 fawen knowledge check 看哪些普法条目受影响。")
    if report.failed:
        raise typer.Exit(1)


@app.command("list")
def list_(
    words: str = typer.Argument("", help="只列标题里有这些字的"),
    on: Optional[str] = ON,
    everything: bool = typer.Option(False, "--all", help="也列出不在有效期内的版本"),
) -> None:
    """列出条文库里的法律：级别、公布日期、效力、条数。"""
    store = _store()
    day = _day(on, store)
    for version in store.all_versions():
        validity = version.period.validity_on(day)
        if words in version.title and (everything or validity.value == "现行有效"):
            region = f" {version.region}" if version.region else ""
            print(f"{version.level.value}{region}\t{version.title}\t{version.published}\t{validity.value}\t{version.articles} 条")
    for title, published, message in store.findings():
        if words in title:
            err.print(f"核对提示 《{title}》（{published}）：{message}")


@app.command()
def show(
    law: str = typer.Argument(..., help="法律名称或简称，如 劳动合同法"),
    article: Optional[str] = typer.Argument(None, help="条号，如 第三十九条、39"),
    on: Optional[str] = ON,
) -> None:
    """显示一条条文；不写条号时显示这部法律的各个版本。"""
    store = _store()
    day = _day(on, store)
    versions = store.versions(law)
    if not versions:
        raise SettingsError(f"条文库里没有《{store.parser.canonical(law)}》。可以用 fawen statutes list 查看，或先导入")
    if article is None:
        for version in versions:
            print(f"{version.published} 公布　{version.period.validity_on(day).value}　{version.articles} 条　{version.period.reason}")
        return
    number = _article_number(article)
    found = store.find(law, number, day)
    if found:
        print(f"{found.citation}（{day} {found.period.validity_on(day).value}；{found.published} 公布；{found.period.reason}）")
        print("\n".join(filter(None, [found.chapter, found.text])))
        return
    others = store.find_any(law, number)
    if not others:
        raise SettingsError(f"《{store.parser.canonical(law)}》没有{number}")
    err.print(f"条文库里没有 {day} 有效的文本，其他日期的文本是：")
    for old in others:
        print(f"{old.citation}（{day} {old.period.validity_on(day).value}；{old.published} 公布；{old.period.reason}）\n{old.text}\n")
    raise typer.Exit(1)


@app.command()
def diff(
    law: str = typer.Argument(..., help="法律名称或简称"),
    old: Optional[str] = typer.Option(None, help="旧文本的公布日期；默认为次新的版本"),
    new: Optional[str] = typer.Option(None, help="新文本的公布日期；默认为最新的版本"),
) -> None:
    """逐条比较一部法律的两个版本。"""
    from bot.statutes.compare import changes, side_by_side

    store = _store()
    versions = {str(version.published): version for version in store.versions(law)}
    days = sorted(versions)
    if len(days) < 2:
        raise SettingsError(f"《{store.parser.canonical(law)}》在条文库里只有 {len(days)} 个版本，没有可比较的")
    new = new or days[-1]
    old = old or max((day for day in days if day < new), default=days[0])
    for day in (old, new):
        if day not in versions:
            raise SettingsError(f"没有 {day} 公布的版本，现有：{'、'.join(days)}")
    print(f"--- {old} 公布\n+++ {new} 公布")
    found = changes(store.articles_of(versions[old].id), store.articles_of(versions[new].id))
    for change in found:
        print("\n".join(side_by_side(change)) + "\n")
    err.print(f"{len(found)} 条有变化")


@app.command()
def verify(
    file: Path = typer.Argument(..., help="要核对的文本、Markdown 或 Word 文件；- 为标准输入"),
    on: Optional[str] = ON,
) -> None:
    """核对一份文书里的每一处引用，列出写错的、已废止的、条号已变的，以及现行规定。有问题时退出码为 1。"""
    import sys

    from bot.statutes.parse import UnreadableLaw
    from bot.statutes.readers import read_file
    from bot.statutes.verify import Status
    from bot.statutes.verify import verify as check

    settings = load_settings()
    store = open_statutes(settings)
    store = open_statutes(settings.copy(update={"today": _day(on, store)}))
    try:
        text = sys.stdin.buffer.read().decode("utf-8", errors="replace") if str(file) == "-" else read_file(file)
    except UnreadableLaw as error:
        raise SettingsError(f"{file}：{error}") from error
    verdicts = check(text, store)
    wrong = [verdict for verdict in verdicts if verdict.status not in (Status.IN_FORCE, Status.NO_LAW_NAMED)]
    for verdict in wrong:
        print(f"第 {text.count(chr(10), 0, verdict.citation.start) + 1} 行　{verdict}")
    unnamed = sum(verdict.status is Status.NO_LAW_NAMED for verdict in verdicts)
    err.print(f"{len(verdicts)} 处引用，{len(wrong)} 处有问题" + (f"，{unnamed} 处没有写明法律、未核对" if unnamed else ""))
    if wrong:
        raise typer.Exit(1)


def _store() -> StatuteStore:
    return open_statutes(load_settings())


def _day(text: Optional[str], store: StatuteStore) -> dt.date:
    if text is None:
        return store.today
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"日期应写成 2010-01-01 的形式：{text}") from error


def _article_number(text: str) -> str:
    from bot.statutes.citations import CitationParser

    found = CitationParser([]).parse(text if "条" in text else f"第{text}条")
    if not found or found[0].article is None:
        raise SettingsError(f"看不懂条号：{text}。应写成 第三十九条、39 或 第一百三十三条之一")
    return found[0].article
