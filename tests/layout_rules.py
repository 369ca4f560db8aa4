"""What the source files may import and use: the arrows between folders, and what keeps synthesis pure."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("app", "stacks", "constructs_lib", "lambda_src", "sql", "local", "tools", "tests")

# Which of the project's modules the files of a folder may import beside their own.
ARROWS: dict[str, frozenset[str]] = {
    "app": frozenset({"stacks", "constructs_lib"}),
    "stacks": frozenset({"constructs_lib"}),
    "constructs_lib": frozenset(),
    "lambda_src": frozenset(),
    "sql": frozenset(),
    # The embedded Athena answers as `make query` does.
    "local": frozenset({"constructs_lib.archive_layout", "tools.query", "tools.sql_schema"}),
    # The settings of what is proved, guardrails that no template carries yet, the functions whose speed is measured,
    # the page that a function fills too, the guard's judgement of security groups that are not live yet, what the
    # preferences of sessions must hold.
    "tools": frozenset(
        {
            "constructs_lib.archive_layout",
            "constructs_lib.policies.guardrails",
            "constructs_lib.session_rules",
            "lambda_src.access_events",
            "lambda_src.report_page",
            "lambda_src.security_group_guard",
            "stacks.security_groups",
            "stacks.settings",
            "stacks.settings_file",
        }
    ),
}

# What would make synthesis depend on more than the repository and the settings file.
IMPURE = frozenset(
    {
        "__import__",
        "boto3",
        "botocore",
        "datetime.date.today",
        "datetime.datetime.now",
        "datetime.datetime.today",
        "datetime.datetime.utcnow",
        "getpass",
        "git",
        "http.client",
        "importlib.import_module",
        "os.environ",
        "os.environb",
        "os.getenv",
        "os.getlogin",
        "os.popen",
        "os.system",
        "pathlib.Path.home",
        "platform",
        "random",
        "requests",
        "secrets",
        "socket",
        "subprocess",
        "time",
        "urllib.request",
        "uuid.uuid1",
        "uuid.uuid4",
    }
)


def wrong_arrows(folder: str, source: str) -> list[str]:
    """The imports of a file that point the wrong way, as `line: module`."""
    return [
        f"{line}: {module}"
        for line, module in _imports(ast.parse(source))
        if _top(module) in FOLDERS and _top(module) != folder and not _within(module, ARROWS[folder])
    ]


def impurities(source: str) -> list[str]:
    """What a file uses of the clock, the environment, other programs or the network, as `line: name`."""
    tree = ast.parse(source)
    return sorted({f"{line}: {name}" for line, name in _uses(tree) if _within(name, IMPURE)})


def beyond_standard_library(source: str) -> list[str]:
    """The imports of a file that the standard library does not have, as `line: module`."""
    imported = _imports(ast.parse(source))
    return [f"{line}: {module}" for line, module in imported if _top(module) not in sys.stdlib_module_names]


def sources(root: Path, folder: str) -> list[Path]:
    """The Python files of a folder of the project; `app` is app.py."""
    return [root / "app.py"] if folder == "app" else sorted((root / folder).rglob("*.py"))


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _uses(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every import, and every name or attribute with its import resolved: `dt.now` is `datetime.datetime.now`."""
    yield from _imports(tree)
    meaning = _aliases(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            head, _, rest = ast.unparse(node).partition(".")
            yield node.lineno, f"{meaning.get(head, head)}.{rest}" if rest else meaning.get(head, head)


def _aliases(tree: ast.AST) -> dict[str, str]:
    meaning: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            meaning |= {alias.asname: alias.name for alias in node.names if alias.asname is not None}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            meaning |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return meaning


def _within(name: str, roots: frozenset[str]) -> bool:
    return any(name == root or name.startswith(f"{root}.") for root in roots)


def _top(module: str) -> str:
    return module.partition(".")[0]
