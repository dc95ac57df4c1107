"""The house rules that no tool knows: docstrings, reasons beside exceptions to a rule, names, and nobody's machine."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LEFT_OUT = {"node_modules", "dist", "build", "__pycache__"}
TEXTS = {
    *(".py", ".md", ".toml", ".json", ".txt", ".lock", ".in", ".ini", ".cfg", ".yml", ".yaml", ".html", ".css"),
    *(".js", ".mjs", ".ts", ".sh", ".conf", ".service", ".mako", ".cddl", ".sql", ""),
}
PRODUCT = ("keys", "trust", "templates", "issuer", "verifier", "cases", "service", "bench")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|raise NotImplementedError|NotImplemented)\b")
EXEMPTED = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:|nosec|pylint|pyright)\S*(?P<rest>[^#]*)(?P<more>#.*)?$")
MACHINE = re.compile(r"(?<![\w.])(/home/[a-z]|/Users/[A-Za-z]|/root/|/work/|/mnt/[a-z]|[A-Z]:\\\\?Users)", re.ASCII)
REGISTRIES = (
    *("py" + "pi.org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com", "unpkg" + ".com"),
    *("jsdelivr" + ".net", "crates" + ".io", "golang" + ".org", "rubygems" + ".org", "maven" + ".org"),
    *("conda" + ".anaconda", "cdn" + "js", "docker" + ".io", "ghcr" + ".io", "quay" + ".io", "aliyun" + ".com"),
    *("tuna." + "tsinghua", "ustc" + ".edu.cn", "npmmirror" + ".com", "fonts.googleapis" + ".com"),
)
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common", "tools", "base", "core"}


@cache
def tree() -> tuple[Path, ...]:
    """Every text file of the project, but what git ignores: hidden folders, environments, what tools leave behind."""

    def walk(folder: Path) -> Iterator[Path]:
        for path in sorted(folder.iterdir()):
            if path.name in LEFT_OUT or (path.name.startswith(".") and path.name not in {".ci", ".gitignore"}):
                continue
            if path.is_dir():
                yield from walk(path)
            elif path.suffix in TEXTS:
                yield path

    return tuple(walk(ROOT))


def modules(*folders: str) -> list[Path]:
    return [
        path for path in tree() if path.suffix == ".py" and (not folders or path.relative_to(ROOT).parts[0] in folders)
    ]


def lines(path: Path) -> Iterator[tuple[str, str]]:
    """Each line of a file and where it stands."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        yield f"{path.relative_to(ROOT)}:{number}", line


def comments(path: Path) -> Iterator[tuple[str, str]]:
    """Lines that have a comment; those of a text in quotes that looks like one too, which is stricter."""
    return ((place, line) for place, line in lines(path) if "#" in line)


def test_the_walk_finds_the_tree() -> None:
    """The control of every test below."""
    found = {str(path.relative_to(ROOT)) for path in tree()}
    assert {"run.py", "README.md", "requirements.lock", "service/cli.py", "tests/city.py", ".ci/run"} <= found
    assert not any(name.startswith((".venv", ".git/")) for name in found)
    assert len(modules(*PRODUCT)) > 150


def test_every_module_says_what_it_is() -> None:
    poor = []
    for path in modules():
        said = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        first = said.partition("\n\n")[0]
        if len(first.split()) < 3 or not re.search(r"[.!?。:]['\")]?$", first.replace("\n", " ").strip()):
            poor.append(f"{path.relative_to(ROOT)}: {first!r}")
    assert poor == []


def test_nothing_is_left_for_later() -> None:
    here = Path(__file__)
    found = [
        place
        for path in tree()
        if path != here and path.suffix in {".py", ".html", ".js", ".mjs", ".css", ".toml", ".sh", ""}
        for place, line in lines(path)
        if UNFINISHED.search(line) and "requirements" not in path.name
    ]
    assert found == []


def test_no_path_of_anybodys_machine() -> None:
    here = Path(__file__)
    found = [
        f"{place}: {line.strip()[:100]}"
        for path in tree()
        if path != here
        for place, line in lines(path)
        if MACHINE.search(line)
    ]
    assert found == []


def test_no_registry_is_named() -> None:
    """Where packages come from is the choice of whoever installs them; a page loads nothing from elsewhere."""
    found = [
        f"{place}: {name}"
        for path in tree()
        for place, line in lines(path)
        for name in REGISTRIES
        if name in line.lower()
    ]
    assert found == []


def test_every_exception_to_a_rule_has_its_reason_beside_it() -> None:
    here, bare = Path(__file__), []
    for path in modules():
        if path == here:
            continue
        for place, line in comments(path):
            found = EXEMPTED.search(line)
            if found is None:
                continue
            codes = re.compile(r"\b[A-Z]{1,6}[0-9]{1,4}\b|\[[a-z, -]+\]|no cover|fmt|skip")
            words = codes.sub("", f"{found['rest']} {(found['more'] or '').lstrip('#')}")
            if len(re.findall(r"[A-Za-z]{2,}", words)) < 2:
                bare.append(f"{place}: {line.strip()[-90:]}")
    assert bare == []


def test_modules_are_named_by_what_they_hold() -> None:
    assert [str(path.relative_to(ROOT)) for path in modules() if path.stem in EMPTY_NAMES] == []


@pytest.mark.parametrize("folder", PRODUCT)
def test_the_product_does_not_import_its_tests(folder: str) -> None:
    for path in modules(folder):
        if path.parts[-2:] == ("bench", path.name):
            continue
        imported = [
            name.split(".")[0]
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            for name in (
                [one.name for one in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        ]
        assert "tests" not in imported, path
        assert "pytest" not in imported, path


def test_all_text_is_utf8_with_newlines_at_the_ends() -> None:
    poor = []
    for path in tree():
        octets = path.read_bytes()
        octets.decode("utf-8")
        if b"\r" in octets or (octets and not octets.endswith(b"\n") and path.suffix in {".py", ".md", ".toml"}):
            poor.append(str(path.relative_to(ROOT)))
    assert poor == []
