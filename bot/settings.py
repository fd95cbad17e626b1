"""One settings object, from ``FAWEN_*`` environment variables or a ``fawen.toml`` beside the project.

The environment wins over the file, the file over the defaults. ``docs/settings.md`` lists every setting; a test
holds the two together.
"""
from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any, Optional

import tomli
from pydantic import BaseSettings, Field, ValidationError

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A setting has a value that can't be used. The message, in Chinese, says which and what to do."""


class Settings(BaseSettings):
    """All that can be set. Paths are absolute or relative to the project folder."""

    host: str = Field("127.0.0.1", description="服务监听的地址；对外服务请放在反向代理之后")
    port: int = Field(5005, ge=1, le=65535, description="服务监听的端口")
    var_dir: Path = Field(PROJECT_ROOT / "var", description="模型、索引、数据库等运行数据所在的目录")
    knowledge_dir: Path = Field(PROJECT_ROOT / "knowledge", description="普法条目与办事指南所在的目录")
    nlu_data_dir: Path = Field(PROJECT_ROOT / "nlu_data", description="语料、词表、规则与故事所在的目录")
    embedding_model: str = Field(
        "", description="替换内置向量模型的 sentence-transformers 名称或路径；留空用内置的 multilingual-e5-small"
    )
    database_url: str = Field("", description="工单与消息所在的数据库（SQLAlchemy 地址）；留空用 var/fawen.db")
    archive_dir: Optional[Path] = Field(
        None, description="离线安装用：预先下载好的数据包（.whl）所在的目录，安装时优先从这里取"
    )
    region: str = Field("", description="服务所在的行政区域，如 浙江省杭州市；显示在工单上，地方性法规只用这里的")
    organization: str = Field("12348 公共法律服务", description="页面上显示的机构名称")
    handoff_threshold: float = Field(
        0.3, ge=0, le=1, description="置信度低于此值时说明没有把握，并建议转人工"
    )
    max_message_chars: int = Field(2000, ge=50, le=20000, description="一条消息最多的字数，超过则请用户精简")
    offer_seconds: int = Field(30, ge=5, le=600, description="提请一个席位接听后，多少秒不接就转给下一个")
    seat_grace_seconds: int = Field(
        30, ge=0, le=600, description="席位掉线多少秒后，手上的对话退回队列"
    )
    action_server_url: str = Field("", description="独立的动作服务器地址；留空则动作在本进程内执行")
    encoder_threads: int = Field(0, ge=0, le=64, description="编码一个问题所用的线程数；0 表示自动")
    allowed_origins: str = Field(
        "*", description="允许嵌入聊天窗口的网站，逗号分隔，如 https://sf.example.gov.cn；* 为不限"
    )
    today: Optional[dt.date] = Field(None, description="测试用：把“今天”固定为某日，法律效力按该日判断")

    class Config:
        env_prefix = "FAWEN_"

        @classmethod
        def customise_sources(cls, init_settings, env_settings, file_secret_settings):  # noqa: ANN001, ANN206
            return init_settings, env_settings, _toml_source

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database that holds tickets and messages."""
        return self.database_url or f"sqlite:///{self.var_dir / 'fawen.db'}"

    @property
    def statutes_path(self) -> Path:
        """The SQLite file of law texts, rebuilt from the archive by ``fawen setup``."""
        return self.var_dir / "statutes.db"

    @property
    def index_dir(self) -> Path:
        """Folder of the retrieval index."""
        return self.var_dir / "index"

    @property
    def rasa_model_dir(self) -> Path:
        """Folder of the trained Rasa model."""
        return self.var_dir / "models" / "rasa"

    @property
    def embedding_model_path(self) -> str:
        """What sentence-transformers is asked to load."""
        return self.embedding_model or str(self.var_dir / "models" / "multilingual-e5-small")

    def current_date(self) -> dt.date:
        """The day for which "in force" is decided."""
        return self.today or dt.date.today()


def _toml_source(settings: BaseSettings) -> dict[str, Any]:
    path = Path(os.environ.get("FAWEN_CONFIG", PROJECT_ROOT / "fawen.toml"))
    if not path.exists():
        return {}
    try:
        return tomli.loads(path.read_text(encoding="utf-8"))
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"配置文件 {path} 不是有效的 TOML：{error}") from error


def load_settings(**overrides: Any) -> Settings:
    """Read the settings. Raises :class:`SettingsError` naming each bad value."""
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        problems = "；".join(f"{'.'.join(map(str, e['loc']))}：{e['msg']}" for e in error.errors())
        raise SettingsError(f"设置有误（环境变量 FAWEN_* 或 fawen.toml）：{problems}") from error
    absolute = {
        name: PROJECT_ROOT / value
        for name, value in settings
        if isinstance(value, Path) and not value.is_absolute()
    }
    return settings.copy(update=absolute)
