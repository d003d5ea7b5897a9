"""Show a race as a table and a plot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from claimclf.benchmark.measuring import Measurement, Race


def table(race: Race, macro_f1: Mapping[str, float] | None = None, beside: str = "transformers pipeline") -> str:
    """Lay out measurements in Markdown.

    Parameters
    ----------
    race : Race
        What was measured.
    macro_f1 : mapping of str to float, optional
        By contender, in [0, 1].
    beside : str, default "transformers pipeline"
        The contender whose best setting for the same number of texts, or for one at a time, is 1.

    Returns
    -------
    str
        Two tables: in bulk, and one text at a time.
    """
    peer = {found.n_texts: found.per_second for found in race.best if found.contender == beside}
    peer_alone = next((found.one_by_one for found in race.single if found.contender == beside), None)
    rows = [
        "| contender | setting | texts | a second | times the peer | cold start s | MiB | macro F1 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind, measured in (("best", race.best), ("default", race.default)):
        for found in measured:
            times = _times(found.per_second, peer.get(found.n_texts))
            rows.append(
                f"| {found.contender} | {kind}{_spelt(found)} | {found.n_texts:,} | {found.per_second:,.0f} | {times} "
                f"| {found.cold:.2f} | {found.memory:,.0f} | {_score(found, macro_f1)} |"
            )
    rows += ["", "| one text at a time | setting | a second | times the peer | p50, p99 ms |", "|---|---|---|---|---|"]
    for found in race.single:
        times = _times(found.one_by_one, peer_alone)
        rows.append(
            f"| {found.contender} | best{_spelt(found)} | {found.one_by_one:,.0f} | {times} "
            f"| {found.p50:.1f}, {found.p99:.1f} |"
        )
    return "\n".join(rows)


def _score(found: Measurement, macro_f1: Mapping[str, float] | None) -> str:
    return f"{macro_f1[found.contender]:.3f}" if macro_f1 and found.contender in macro_f1 else ""


def _spelt(found: Measurement) -> str:
    return "".join(f", {name} {value}" for name, value in found.setting.items())


def _times(rate: float, peer: float | None) -> str:
    return "" if peer is None else f"{rate / peer:.1f}"


def plot(race: Race, macro_f1: Mapping[str, float], path: Path) -> None:
    """Draw macro F1 against sentences a second.

    Parameters
    ----------
    race : Race
        What was measured.
    macro_f1 : mapping of str to float
        Of the contenders that are drawn, by name, in [0, 1].
    path : Path
        An SVG or PNG file.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    largest = {found.contender: found for found in sorted(race.best, key=lambda found: found.n_texts)}
    for name, score in macro_f1.items():
        rate = largest[name].per_second
        axes.plot(rate, score, "o")
        axes.annotate(name, (rate, score), textcoords="offset points", xytext=(3, 4), rotation=35, fontsize=8)
    axes.set(xscale="log", xlabel="sentences a second", ylabel="macro F1")
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.7 * (high - low))  # room for the names, which lean to the right of their points
    axes.set_xlim(right=axes.get_xlim()[1] * 3)
    axes.grid(alpha=0.3)
    figure.savefig(path)
