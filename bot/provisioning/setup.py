"""``fawen setup``: everything a fresh checkout needs once. Each step is skipped when it is up to date."""
from __future__ import annotations

import errno
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Callable

from rich.progress import Progress

from bot.console import err, progress_bar
from bot.content.check import check_knowledge
from bot.content.loader import Knowledge, KnowledgeError, load_knowledge
from bot.dialogue import calibration, training
from bot.dialogue.training import TrainingError
from bot.provisioning import archives, embedding_model, onnx_export
from bot.provisioning.archives import ProvisioningError
from bot.retrieval import index as retrieval_index
from bot.retrieval.documents import Document, article_documents, knowledge_documents
from bot.retrieval.encoder import ONNX_FILE, Encoder, load_encoder
from bot.settings import Settings
from bot.statutes import archive as statute_archive
from bot.statutes.store import StatuteStore, open_statutes

# Model, index, downloads and the trained dialogue model take about half of this.
FREE_BYTES_WANTED = 2 * 1024**3


@dataclass(frozen=True)
class Step:
    """One step: what it is called, whether there is nothing to do, and the doing."""

    name: str
    is_current: Callable[[], bool]
    run: Callable[[Progress], None]


class Setup:
    """The steps in order; each may rely on those before it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def run(self) -> None:
        """Do what is missing. Raises :class:`ProvisioningError` saying what can't be finished and why."""
        self._check_disk()
        for step in self._steps():
            if step.is_current():
                err.print(f"[green]✓[/] {step.name}：已是最新")
                continue
            try:
                with progress_bar(step.name) as progress:
                    step.run(progress)
            except TrainingError as error:
                raise ProvisioningError(str(error)) from error
            except OSError as error:
                if error.errno == errno.ENOSPC:
                    raise ProvisioningError(f"“{step.name}”没有完成：磁盘满了。请腾出空间后重新运行 fawen setup") from error
                raise
            err.print(f"[green]✓[/] {step.name}：完成")

    def _steps(self) -> list[Step]:
        return [
            Step("向量模型", self._model_is_current, self._build_model),
            Step("法律条文库", self._statutes_are_current, self._import_statutes),
            Step("检查普法知识", lambda: False, self._check_knowledge),
            Step("检索索引", self._index_is_current, self._build_index),
            Step("对话模型", self._dialogue_is_current, self._train_dialogue),
            Step("置信度校准", self._calibration_is_current, self._calibrate),
        ]

    def _check_disk(self) -> None:
        self._settings.var_dir.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self._settings.var_dir).free
        if free < FREE_BYTES_WANTED and not self._settings.rasa_model_dir.exists():
            raise ProvisioningError(
                f"{self._settings.var_dir} 所在磁盘只剩 {free / 1024**3:.1f} GB，至少需要 {FREE_BYTES_WANTED / 1024**3:.0f} GB"
            )

    # --- the embedding model

    def _model_is_current(self) -> bool:
        return bool(self._settings.embedding_model) or (self._model_folder / ONNX_FILE).exists()

    @property
    def _model_folder(self) -> Path:
        return Path(self._settings.embedding_model_path)

    def _build_model(self, progress: Progress) -> None:
        task = progress.add_task("下载权重", total=3)
        weights = archives.obtain(archives.EMBEDDING_WEIGHTS, self._downloads, self._settings.archive_dir)
        progress.update(task, advance=1, description="转换模型")
        unfinished = self._model_folder.with_name(self._model_folder.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        embedding_model.build(weights, unfinished)
        progress.update(task, advance=1, description="导出推理图")
        onnx_export.export(unfinished)
        shutil.rmtree(self._model_folder, ignore_errors=True)
        unfinished.replace(self._model_folder)
        progress.update(task, advance=1)

    # --- statutes and knowledge

    def _statutes_are_current(self) -> bool:
        return statute_archive.is_current(self._settings.statutes_path, archives.NATIONAL_LAWS.sha256)

    def _import_statutes(self, progress: Progress) -> None:
        task = progress.add_task("下载条文", total=2)
        laws = archives.obtain(archives.NATIONAL_LAWS, self._downloads, self._settings.archive_dir)
        progress.update(task, advance=1, description="导入条文")
        statute_archive.import_archive(laws, self._settings.statutes_path, archives.NATIONAL_LAWS.sha256)
        progress.update(task, advance=1)

    def _check_knowledge(self, progress: Progress) -> None:
        problems = check_knowledge(self._knowledge, self._statutes)
        if problems:
            shown = "\n".join(problems[:20])
            raise ProvisioningError(f"knowledge/ 有 {len(problems)} 处问题，请改正后重新运行 fawen setup：\n{shown}")

    # --- index, dialogue, calibration

    def _index_is_current(self) -> bool:
        return retrieval_index.is_current(
            self._settings.index_dir, retrieval_index.fingerprint(self._documents, self._encoder)
        )

    def _build_index(self, progress: Progress) -> None:
        task = progress.add_task("编码条文与条目", total=None)
        retrieval_index.build(
            self._documents,
            self._encoder,
            self._settings.index_dir,
            lambda done, total: progress.update(task, completed=done, total=total),
        )

    def _dialogue_is_current(self) -> bool:
        return training.is_current(self._settings, self._knowledge, self._encoder)

    def _train_dialogue(self, progress: Progress) -> None:
        progress.add_task("训练（约三分钟）", total=None)
        training.train(self._settings, self._knowledge, self._encoder)

    def _calibration_is_current(self) -> bool:
        return calibration.is_current(self._settings)

    def _calibrate(self, progress: Progress) -> None:
        task = progress.add_task("用自己的问法校准", total=None)
        calibration.calibrate(
            self._settings,
            self._knowledge,
            self._encoder,
            lambda done, total: progress.update(task, completed=done, total=total),
        )

    # --- shared

    @cached_property
    def _knowledge(self) -> Knowledge:
        try:
            return load_knowledge(self._settings.knowledge_dir)
        except KnowledgeError as error:
            raise ProvisioningError(f"knowledge/ 读不出来：\n{error}") from error

    @cached_property
    def _statutes(self) -> StatuteStore:
        return open_statutes(self._settings)

    @cached_property
    def _documents(self) -> list[Document]:
        return knowledge_documents(self._knowledge) + article_documents(self._statutes.articles_in_force())

    @cached_property
    def _encoder(self) -> Encoder:
        return load_encoder(self._settings)

    @property
    def _downloads(self) -> Path:
        return self._settings.var_dir / "downloads"
