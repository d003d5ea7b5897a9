"""How much each round of labelling and each half of the corpus is worth, at one recipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from claimclf.data import fingerprint, is_real, read_rows, write_rows
from claimclf.estimators.base import TextClassifier
from claimclf.estimators.crossvalidation import cross_validate
from claimclf.records import Example

FIRST_SELECTED_ROUND = 3
"""From this round on sentences were chosen; those before it are one random draw, on which every stage is scored."""


class Stage(NamedTuple):
    """A part of the corpus to learn from.

    Attributes
    ----------
    name : str
        How it is called in table and plot.
    examples : list of Example
        What is learnt from.
    """

    name: str
    examples: list[Example]

    def size(self, *, real: bool) -> int:
        """Return how many sentences of one half it holds."""
        return sum(is_real(example) == real for example in self.examples)


def stages(examples: Sequence[Example]) -> list[Stage]:
    """Cut a corpus into its rounds, cumulatively, and its halves.

    Parameters
    ----------
    examples : sequence of Example
        With ``round``, and ``how`` where real.

    Returns
    -------
    list of Stage
        ``round 1`` to the last, then ``real only`` and ``authored only``.
    """
    rounds = sorted({example.round for example in examples if example.round is not None})
    return [
        *(Stage(f"round {last}", [e for e in examples if e.round is not None and e.round <= last]) for last in rounds),
        Stage("real only", [e for e in examples if is_real(e)]),
        Stage("authored only", [e for e in examples if not is_real(e)]),
    ]


def learning_curve(
    estimator: TextClassifier,
    examples: Sequence[Example],
    *,
    n_folds: int = 2,
    seed: int = 0,
    n_jobs: int = 1,
    results: Path | None = None,
    only: Sequence[str] | None = None,
) -> Iterator[dict[str, Any]]:
    """Score every stage by cross-validation over repositories, on the same sentences with the same folds.

    Parameters
    ----------
    estimator : TextClassifier
        The recipe; cloned for every fold.
    examples : sequence of Example
        The whole corpus. Scored are the real sentences of the rounds before :data:`FIRST_SELECTED_ROUND`, each by a
        model that saw nothing of its repository.
    n_folds, seed, n_jobs
        As in :func:`~claimclf.estimators.crossvalidation.cross_validate`.
    results : Path, optional
        A JSONL file with outcomes of earlier runs: a stage whose data, recipe and folds are there is not run again; if
        they have changed, the new outcome takes the place of the old one.
    only : sequence of str, optional
        The stages to score, by default all.

    Yields
    ------
    dict
        ``stage``, ``real``, ``authored`` (numbers of sentences), ``report`` and what identifies the run.
    """
    scored = [e for e in examples if is_real(e) and (e.round or 0) < FIRST_SELECTED_ROUND]
    done = recorded(results) if results else []
    for stage in stages(examples):
        if only and stage.name not in only:
            continue
        run = {
            "stage": stage.name,
            "data_sha256": fingerprint(stage.examples),
            "scored_sha256": fingerprint(scored),
            "recipe": {name: value for name, value in estimator.get_params().items() if name != "labels"},
            "folds": n_folds,
            "seed": seed,
        }
        known = next((row for row in done if run.items() <= row.items()), None)
        if known is None:
            outcome = cross_validate(estimator, scored, train=stage.examples, n_folds=n_folds, seed=seed, n_jobs=n_jobs)
            counts = {"real": stage.size(real=True), "authored": stage.size(real=False)}
            known = {**run, **counts, "report": outcome.report.to_dict()}
            done = [*(row for row in done if row["stage"] != stage.name), known]
            if results is not None:
                write_rows(results, done)
        yield known


def recorded(results: Path) -> list[dict[str, Any]]:
    """Read the outcomes of earlier runs, in the order in which they were made.

    Parameters
    ----------
    results : Path
        A JSONL file as :func:`learning_curve` writes it; none yet is an empty record.
    """
    return [row for _, row in read_rows(results)] if results.exists() else []


def draw(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw macro F1 against the number of sentences, with intervals.

    Parameters
    ----------
    rows : sequence of dict
        As :func:`learning_curve` yields them; rounds are joined by a line.
    path : Path
        Where the picture goes; its ending says the format.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    rounds = sorted((row for row in rows if row["stage"].startswith("round")), key=lambda row: int(row["real"]))
    for part, style in ((rounds, "o-"), *(([row], "s") for row in rows if row not in rounds)):
        sizes = [row["real"] + row["authored"] for row in part]
        macro = [row["report"]["macro_f1"] for row in part]
        below, above = [m[0] - m[1] for m in macro], [m[2] - m[0] for m in macro]
        name = "rounds, cumulative" if part is rounds else part[0]["stage"]
        axes.errorbar(sizes, [m[0] for m in macro], yerr=[below, above], fmt=style, capsize=3, label=name)
    axes.set_xlabel("sentences to learn from")
    axes.set_ylabel("macro F1, unseen repositories")
    axes.set_xlim(left=0)
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    figure.savefig(path, metadata={"Date": None})
