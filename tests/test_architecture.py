"""The shape of the house: who may import whom, and who may write what."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from studio.paths import CODE

APPS = ("studio", "reviews", "providers")
MAY_NOT_IMPORT = {"providers": {"studio", "reviews"}, "studio": {"reviews"}}
RUN_SANDBOX = "studio.management.commands.sandbox"
EDGES = {"views", "api", "admin", "tasks", "management"}
LEAVES = ("reviews.checks", "studio.media", "providers")
PURE = ("studio.rules", "reviews.rules")
CLIENTS = {"httpx", "requests", "urllib.request", "urllib3", "aiohttp"}
MAY_CALL_OUT = {"providers/http.py"}
SAYS_THE_STATUS = "studio/actions/lifecycle.py"


def sources() -> list[Path]:
    return [path for app in APPS for path in sorted((CODE / app).rglob("*.py"))]


def name_of(path: Path) -> str:
    return path.relative_to(CODE).as_posix()


def module_of(path: Path) -> str:
    return name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports(path: Path) -> Iterator[str]:
    """Every module that the file names, those of functions and of `TYPE_CHECKING` included."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def drawer(module: str) -> str:
    return module.split(".")[1] if module.count(".") else ""


def every_source(test: Callable[[Path], None]) -> Callable[[], None]:
    """Makes one test of `test` over all our files; pytest shows the `path` it failed on."""

    def over_all() -> None:
        for path in sources():
            test(path)

    over_all.__name__, over_all.__doc__ = test.__name__, test.__doc__
    return over_all


@every_source
def test_it_imports_downwards_only(path: Path) -> None:
    above = MAY_NOT_IMPORT.get(path.relative_to(CODE).parts[0], set())
    assert not [module for module in imports(path) if is_within(module, *above)]


@every_source
def test_its_rules_are_pure(path: Path) -> None:
    if is_within(module_of(path), *PURE):
        unwanted = (
            "django.conf",
            "django.utils.timezone",
            "studio.models",
            "reviews.models",
            "studio.actions",
            "reviews.actions",
        )
        assert not [module for module in imports(path) if is_within(module, *unwanted)]


@every_source
def test_its_leaves_know_neither_rows_nor_settings(path: Path) -> None:
    module = module_of(path)
    if is_within(module, *LEAVES) and module != "studio.media.serving":  # serving speaks HTTP, still without rows
        unwanted = ("django", "studio.models", "reviews.models", "studio.settings", "studio.actions", "reviews.actions")
        assert not [found for found in imports(path) if is_within(found, *unwanted)]


@every_source
def test_nothing_below_imports_an_edge(path: Path) -> None:
    if drawer(module_of(path)) in {"models", "rules", "actions", "media", "checks"}:
        edges = [f"{app}.{edge}" for app in ("studio", "reviews") for edge in EDGES]
        assert not [module for module in imports(path) if is_within(module, *edges)]


@every_source
def test_only_one_module_calls_out(path: Path) -> None:
    """Every request to another machine passes one guard; adapters may name httpx's types, they are handed a client."""
    name = name_of(path)
    if name in MAY_CALL_OUT or name.startswith("providers/sandbox/"):
        return
    if not name.startswith("providers/"):
        assert not [module for module in imports(path) if is_within(module, *CLIENTS)]
    made = {"AsyncClient", "Client", "AsyncHTTPTransport", "HTTPTransport", "get", "post", "request", "stream"}
    calls = [node.func for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    assert not [
        ast.unparse(call)
        for call in calls
        if isinstance(call, ast.Attribute) and ast.unparse(call.value) == "httpx" and call.attr in made
    ]


@every_source
def test_only_advance_writes_the_status_of_a_take(path: Path) -> None:
    """Elsewhere nobody assigns `….status`, and nobody updates or creates a take with a status of its choice."""
    name = name_of(path)
    if name == SAYS_THE_STATUS or "migrations" in name:
        return
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            written = [ast.unparse(target) for target in targets if isinstance(target, ast.Attribute)]
            assert not [target for target in written if re.search(r"(candidate|take)\w*\.status$", target)], name
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            names_status = any(keyword.arg == "status" for keyword in node.keywords)
            on_takes = "Candidate.objects" in ast.unparse(node.func) or "candidates" in ast.unparse(node.func)
            writes = node.func.attr in {"update", "create", "bulk_update", "get_or_create", "update_or_create"}
            assert not (names_status and on_takes and writes), f"{name}:{node.lineno}"


def test_the_one_writer_of_status_is_where_it_is_said_to_be() -> None:
    written = [
        node
        for node in ast.walk(tree_of(CODE / SAYS_THE_STATUS))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update"
    ]
    assert any(keyword.arg == "status" for call in written for keyword in call.keywords)


@every_source
def test_it_never_marks_html_as_safe(path: Path) -> None:
    unsafe = {"django.utils.safestring.mark_safe", "django.utils.html.html_safe"}
    assert not unsafe & set(imports(path))


def test_no_template_switches_escaping_off() -> None:
    for template in sorted((CODE / "templates").rglob("*.html")):
        text = template.read_text()
        assert not re.search(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq\b", text), name_of(template)


def test_its_packages_import_without_django() -> None:
    """Child processes import these with no settings."""
    names = "studio, reviews, reviews.checks, studio.media, providers"
    code = f"import sys, {names}; sys.exit('django' in sys.modules)"
    assert subprocess.run([".venv/bin/python", "-c", code], cwd=CODE).returncode == 0


def test_its_migrations_say_what_its_models_say(db) -> None:
    said = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=said)
    assert "No changes detected" in said.getvalue()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_its_locks_hold_pins_and_hashes_but_no_addresses(lock: str) -> None:
    text = (CODE / lock).read_text()
    assert "://" not in text
    assert not re.search(r"^(-|--)", text, re.MULTILINE)
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z0-9])", text))


def test_its_development_lock_holds_every_runtime_pin() -> None:
    def pins(lock: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9][^ ;]*==[^ ;\\]+", (CODE / lock).read_text(), re.MULTILINE))

    assert pins("requirements.lock")
    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_its_text_names_no_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CODE, capture_output=True, text=True, check=True).stdout
    paths = [CODE / name for name in listed.split("\0") if name and not re.search(r"vendor/|\.lock$", name)]
    machine = re.compile(r"(?<![\w.])/(?:work|root|home|Users)/\w")
    for path in paths:
        if path.is_file() and path.suffix not in {".png", ".jpg", ".mp4", ".webm", ".woff2"}:
            found = machine.search(path.read_bytes().decode("utf-8", "replace"))
            assert not found, f"{name_of(path)}: {found and found[0]}"


def test_every_promise_of_the_readme_names_a_test_that_exists() -> None:
    promises = (CODE / "README.md").read_text().partition("## What we promise")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(test_\w+)`", promises))
    written = "".join(path.read_text() for path in (CODE / "tests").rglob("test_*.py"))
    assert named
    assert not [name for name in named if f"def {name}(" not in written]


def test_every_setting_of_the_environment_is_in_the_readme() -> None:
    read = set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', (CODE / "studio" / "settings.py").read_text()))
    explained = set(re.findall(r"`([A-Z_]+)`", (CODE / "README.md").read_text()))
    assert read - explained <= {"DAILIES_DEMO", "DAILIES_TEST"}
