"""The command line that the training scripts share."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from claimclf.bundle import SHIPPED, copy_without
from claimclf.console import reported
from claimclf.data import Columns
from claimclf.data.options import add_column_options, named_columns
from claimclf.errors import InputError
from claimclf.estimators.calibrating import Trained
from claimclf.estimators.nextsteps import next_steps
from claimclf.estimators.recipe import Recipe

_FOR_TORCH_ONLY = ("model.safetensors", "config.json", "tokenizer_config.json")


def run(
    description: str,
    train: Callable[[Recipe, argparse.Namespace], Trained],
    config: Path,
    shipped_as: str,
    options: argparse.ArgumentParser | None = None,
) -> int:
    """Say what is in the data, train as the command line says, and say where the bundle is and how good.

    Parameters
    ----------
    description : str
        Help text.
    train : callable
        Takes a recipe and the command line's options, returns what was trained.
    config : Path
        The recipe to use if none is named.
    shipped_as : str
        The name that ``--ship`` gives the bundle inside the package.
    options : argparse.ArgumentParser, optional
        Further options of the script.

    Returns
    -------
    int
        See :func:`~claimclf.console.reported`.
    """
    parser = argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[options] if options else [],
    )
    parser.add_argument("--config", type=Path, default=config, help="recipe (default: %(default)s)")
    parser.add_argument("--out", type=Path, help="where the bundle goes (default: as in the recipe)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="override a parameter")
    parser.add_argument("--without-dev-repos", action="store_true", help="leave out rows marked in_dev_repo")
    parser.add_argument(
        "--license", action="append", metavar="TEXT", help="keep only rows that state this licence; may be repeated"
    )
    own = parser.add_argument_group("your own labels instead of the recipe's")
    own.add_argument("--data", nargs="+", metavar="TABLE", help="JSONL, CSV, TSV, Parquet, a Hugging Face dataset")
    add_column_options(own)
    parser.add_argument("--ship", action="store_true", help="also put a copy that needs no torch into the package")
    given = parser.parse_args()
    logging.basicConfig(format="%(message)s")
    logging.getLogger("claimclf").setLevel(logging.INFO)  # what a run finds in its data

    def work() -> None:
        trained = train(_recipe(given), given)
        if given.ship:
            copy_without(trained.path, SHIPPED / shipped_as, _FOR_TORCH_ONLY, shipped_as)
        print(f"\nbundle: {trained.path}\n\non {trained.what}:\n{trained.report}")
        if steps := next_steps(trained):
            print("\nnext:", *steps, sep="\n- ")

    return reported(work)


def parse_settings(settings: Iterable[str]) -> dict[str, Any]:
    """Read ``NAME=VALUE`` settings of a command line.

    Parameters
    ----------
    settings : iterable of str
        The value is YAML, but 1e-4 is a number, which in YAML 1.1 it is not.

    Returns
    -------
    dict
        By name.

    Raises
    ------
    InputError
        If there is no ``=``.

    Examples
    --------
    >>> parse_settings(["epochs=2", "learning_rate=1e-4", "pooling=first"])
    {'epochs': 2, 'learning_rate': 0.0001, 'pooling': 'first'}
    """
    import yaml

    parameters = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise InputError(f"--set {setting}: expected NAME=VALUE")
        value = yaml.safe_load(text)
        if isinstance(value, str):
            with suppress(ValueError):
                value = float(value)
        parameters[name] = value
    return parameters


def _recipe(options: argparse.Namespace) -> Recipe:
    recipe = Recipe.read(options.config, _overrides(options))
    named = named_columns(options)
    if options.data:
        return recipe.on(options.data, Columns(**named))
    if named:
        raise InputError(f"--{next(iter(named))}-column: belongs to tables of your own; name them with --data")
    return recipe


def _overrides(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "output": options.out,
        "in_dev_repo": False if options.without_dev_repos else None,
        "licenses": tuple(options.license) if options.license else None,
        "parameters": parse_settings(options.set),
    }
