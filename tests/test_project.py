"""The repository keeps the promises of its README and CONTRIBUTING."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import claimclf

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_changelog_knows_this_version() -> None:
    assert f"## [{claimclf.__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_every_dependency_has_its_reason() -> None:
    table = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    declared = re.findall(r'^\s+"([a-z0-9-]+)[>=]=', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    packages = {name for name in declared if name != "hatchling" and not name.startswith("types-")}
    assert len(packages) > 15
    assert not {name for name in packages if not re.search(rf"[| ,]{name}[, |]", table)}


def test_ci_runs_the_readme_commands() -> None:
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    for command in ("claimclf predict notebooks/sample-report.txt", '-e ".[dev]"', "python -m pytest"):
        assert command in README.replace("\\\n  ", "")
        assert command.removeprefix("claimclf ") in ci


def test_the_readme_example_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", README, re.DOTALL)
    exec(compile(example[0], "README.md", "exec"), {})
    assert capsys.readouterr().out == example[1]


def test_no_script_is_named_after_a_library() -> None:
    taken = {"datasets", "evaluate", "tokenizers", "transformers", "torch", "setfit", "random", "logging"}
    assert not taken & {script.stem for script in (ROOT / "training").glob("*.py")}


@pytest.mark.parametrize("notebook", sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb")))
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_notebooks_run(notebook: str) -> None:
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    content = nbformat.read(ROOT / "notebooks" / notebook, as_version=4)
    assert not any(cell.get("outputs") for cell in content.cells), "outputs are stripped before committing"
    nbclient.NotebookClient(content, timeout=300, resources={"metadata": {"path": str(ROOT / "notebooks")}}).execute()
