from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from bot.settings import PROJECT_ROOT, Settings, SettingsError, load_settings

DOCUMENT = PROJECT_ROOT / "docs" / "settings.md"
# Read before the settings themselves: where the file is.
BESIDE_THE_SETTINGS = {"FAWEN_CONFIG"}


@pytest.fixture(autouse=True)
def toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration file of this test's own, not there yet, and no FAWEN_* in the environment."""
    for name in [name for name in os.environ if name.startswith("FAWEN_")]:
        monkeypatch.delenv(name)
    path = tmp_path / "fawen.toml"
    monkeypatch.setenv("FAWEN_CONFIG", str(path))
    return path


def test_every_setting_is_documented_and_no_other():
    rows = re.findall(r"^\|\s*`?(FAWEN_[A-Z_]+)`?\s*\|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == len(set(rows)), "a setting has two rows"
    settings = {f"FAWEN_{name.upper()}" for name in Settings.__fields__}
    assert settings - set(rows) == set(), "not in docs/settings.md"
    assert set(rows) - settings - BESIDE_THE_SETTINGS == set(), "no such setting"


def test_every_setting_has_a_description():
    for name, field in Settings.__fields__.items():
        assert field.field_info.description, name


def test_defaults():
    settings = load_settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 5005)
    assert settings.database == f"sqlite:///{PROJECT_ROOT / 'var' / 'fawen.db'}"
    assert settings.today is None


def test_the_environment_beats_the_file_and_the_file_the_defaults(toml, monkeypatch):
    toml.write_text('port = 6001\norganization = "杭州市12348"\n', encoding="utf-8")
    assert load_settings().port == 6001
    monkeypatch.setenv("FAWEN_PORT", "6002")
    settings = load_settings()
    assert settings.port == 6002
    assert settings.organization == "杭州市12348"
    assert load_settings(port=6003).port == 6003


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "0"),
        ("port", "70000"),
        ("port", "http"),
        ("handoff_threshold", "1.5"),
        ("max_message_chars", "10"),
        ("encoder_threads", "-1"),
        ("today", "明天"),
    ],
)
def test_a_bad_value_is_named(monkeypatch, name, value):
    monkeypatch.setenv(f"FAWEN_{name.upper()}", value)
    with pytest.raises(SettingsError, match=name):
        load_settings()


def test_all_bad_values_are_named_at_once(monkeypatch):
    monkeypatch.setenv("FAWEN_PORT", "0")
    monkeypatch.setenv("FAWEN_TODAY", "明天")
    with pytest.raises(SettingsError, match="(?s)port.*today"):
        load_settings()


def test_a_bad_value_in_the_file_is_named(toml):
    toml.write_text("handoff_threshold = 3\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="handoff_threshold"):
        load_settings()


def test_a_misspelled_name_in_the_file_is_named(toml):
    toml.write_text('organisation = "x"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="organisation"):
        load_settings()


@pytest.mark.parametrize("content", [b"port = ", "organization = \"\u676d\u5dde\"".encode("gbk")])
def test_a_broken_file_is_named(toml, content):
    toml.write_bytes(content)
    with pytest.raises(SettingsError, match=re.escape(str(toml))):
        load_settings()


def test_relative_paths_are_meant_from_the_project(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAWEN_VAR_DIR", "elsewhere")
    settings = load_settings()
    assert settings.var_dir == PROJECT_ROOT / "elsewhere"
    assert settings.statutes_path == PROJECT_ROOT / "elsewhere" / "statutes.db"


def test_the_day_can_be_fixed(monkeypatch):
    monkeypatch.setenv("FAWEN_TODAY", "2027-01-01")
    assert load_settings().current_date().isoformat() == "2027-01-01"


def test_the_built_in_model_unless_another_is_named(monkeypatch):
    assert load_settings().embedding_model_path == str(PROJECT_ROOT / "var" / "models" / "multilingual-e5-small")
    monkeypatch.setenv("FAWEN_EMBEDDING_MODEL", "some/model")
    assert load_settings().embedding_model_path == "some/model"
