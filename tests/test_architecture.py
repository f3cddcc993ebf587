"""The house rules that keep the code easy to live in: import direction, sizes, what core never does."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "livernet").rglob("*.py"))
LAYERS = (
    "cli",
    "report",
    "experiment",
    "audits",
    "infer",
    "train",
    "model",
    "preprocess",
    "metrics",
    "data",
    "",
)
"""From the top down; '' is the first line (errors, stages, config, files, runs, device, presets)."""


def layer(module: str) -> str:
    parts = module.split(".")
    if "cli" in parts:
        return "cli"
    return parts[2] if len(parts) > 3 or (len(parts) == 3 and parts[2] in (*LAYERS, "phantom")) else ""


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def project_imports(path: Path) -> list[str]:
    return [name for name in imports(path) if name.startswith("livernet.")]


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_imports_point_down(path: Path) -> None:
    own = layer(module_name(path))
    allowed = {"phantom": {"phantom", "data", ""}}.get(own) or set(LAYERS[LAYERS.index(own) :])
    if own == "cli":
        allowed |= {"phantom"}
    wrong = [name for name in project_imports(path) if layer(name) not in allowed]
    assert not wrong, f"{path.name} ({own or 'first line'}) imports upwards: {wrong}"


def test_no_import_cycles() -> None:
    edges = {module_name(path): project_imports(path) for path in SOURCES}
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail, module))
        if module not in done:
            for target in edges.get(module, []):
                visit(target, (*trail, module))
            done.add(module)

    for module in edges:
        visit(module, ())
    assert len(done) >= len(SOURCES)


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300
    if path.parent.name == "cli":
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= (25 if node.name == "forward" else 50), f"{node.name}: {length} lines"


@pytest.mark.parametrize("path", [p for p in SOURCES if "core" in p.parts], ids=module_name)
def test_core_never_prints_exits_or_reads_the_environment(path: Path) -> None:
    forbidden = {"print", "exit", "sys.exit", "os.getenv", "os.environ.get", "input"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) not in forbidden
        if isinstance(node, ast.Attribute) and path.name != "distributed.py":
            assert ast.unparse(node) != "os.environ"


@pytest.mark.parametrize("command", [["--help"], ["--version"], ["cv", "--help"], ["predict", "--help"]])
def test_help_imports_no_torch(command: list[str]) -> None:
    code = f"""
import sys
from livernet.cli.app import run
code = run({command!r})
heavy = {{"torch", "numpy", "PIL", "skimage", "sklearn", "matplotlib", "pydicom"}} & set(sys.modules)
assert code == 0 and not heavy, (code, heavy)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_training_needs_torch_torchvision_and_numpy_alone() -> None:
    code = """
import sys
for name in ("safetensors", "skimage", "sklearn", "matplotlib", "pydicom", "typer", "rich", "jinja2"):
    sys.modules[name] = None
import livernet.core.train.loop, livernet.core.train.losses, livernet.core.model.registry
import livernet.core.data.loader, livernet.core.data.augment
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_module_has_a_test_file() -> None:
    for path in SOURCES:
        if path.name != "__init__.py":
            mirrored = ROOT / "tests" / path.relative_to(ROOT / "livernet").with_name(f"test_{path.name}")
            assert mirrored.is_file(), f"{mirrored.relative_to(ROOT)} is missing"
