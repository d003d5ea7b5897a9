"""Every check of the project: ``nox -l`` lists them, ``nox -s NAME`` runs one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import nox

CONSTRAINTS = Path(".ci/constraints")

nox.options.sessions = ["lint", "types", "tests", "build"]
nox.options.default_venv_backend = "venv"
nox.needs_version = ">=2024.10"


def install(session: nox.Session, constraints: str = "transformers5") -> None:
    """Install the project with the versions that were tested."""
    if session.virtualenv.is_sandboxed:
        session.install("-c", str(CONSTRAINTS / f"{constraints}.txt"), "-e", ".[dev]")
    session.env.update(PYTHONSAFEPATH="1", HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format and the direction of imports."""
    install(session)
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Check static types, strictly."""
    install(session)
    session.run("mypy")


@nox.session
@nox.parametrize("constraints", ["transformers5", "transformers4", "lowest"])
def tests(session: nox.Session, constraints: str) -> None:
    """Run the test suite under each set of pinned versions."""
    install(session, constraints)
    session.run("pytest", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Build wheel and sdist and look inside: datasets/ must be in neither."""
    if session.virtualenv.is_sandboxed:
        session.install("pip")
    folder = Path(session.create_tmp())
    session.run("python", "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), ".")
    (wheel,) = folder.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    strangers = [name for name in names if not name.startswith(("claimclf/", "claimclf-"))]
    if strangers:
        session.error(f"the wheel holds {strangers}")
    if "claimclf/shipped/default/model.onnx" not in names:
        session.error("the wheel lacks the default bundle")
