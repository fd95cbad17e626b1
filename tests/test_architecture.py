"""The rules of the house, read from the imports."""
from __future__ import annotations

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# What must outlive the dialogue engine and the web server.
INDEPENDENT = ("retrieval", "statutes", "content", "services", "seats", "store", "text")
FRAMEWORKS = {"rasa", "rasa_sdk", "sanic"}
DIALOGUE_SIDE = ("bot.dialogue", "bot.channels", "bot.understanding")
TESTED = ("statutes", "text", "content", "retrieval", "services", "seats", "channels")


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module ``path`` imports anywhere in it, `from a import b` as a and a.b."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def file_of(module: str) -> Path | None:
    """The file of one of our own modules."""
    base = ROOT.joinpath(*module.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.exists()), None)


def reached_from(path: Path) -> dict[str, Path]:
    """Every module reached through our own modules, with the file that imports it."""
    reached: dict[str, Path] = {}
    waiting = [path]
    while waiting:
        current = waiting.pop()
        for module in imports(current) - reached.keys():
            reached[module] = current
            own = file_of(module) if module.split(".")[0] in ("bot", "actions") else None
            if own:
                waiting.append(own)
    return reached


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


CORE = [path for package in INDEPENDENT for path in files(f"bot/{package}")]


@pytest.mark.parametrize("path", CORE, ids=names(CORE))
def test_the_core_knows_neither_rasa_nor_sanic_nor_the_dialogue(path):
    for module, importer in reached_from(path).items():
        assert module.split(".")[0] not in FRAMEWORKS, f"{importer} imports {module}"
        assert not module.startswith(DIALOGUE_SIDE), f"{importer} imports {module}"


def test_every_core_package_is_there():
    for package in INDEPENDENT:
        assert files(f"bot/{package}"), package


@pytest.mark.parametrize("path", files("actions"), ids=names(files("actions")))
def test_actions_are_glue(path):
    for module in imports(path):
        top = module.split(".")[0]
        allowed = top in sys.stdlib_module_names or top in {"rasa_sdk", "actions"}
        assert allowed or module == "bot" or module.startswith(("bot.runtime", "bot.services")), module


def test_nothing_below_imports_the_actions():
    for path in files("bot"):
        if path.parent.name not in ("dialogue", "bot"):
            assert not [module for module in imports(path) if module.split(".")[0] == "actions"], path


@pytest.mark.parametrize("package", TESTED)
def test_tests_mirror_the_packages(package):
    assert list((ROOT / "tests" / package).glob("test_*.py"))
