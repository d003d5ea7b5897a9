"""Show a race as a table and a plot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from claimclf.benchmark.measuring import Measurement, Race


def table(race: Race, beside: str = "transformers pipeline") -> str:
    """Lay out measurements in Markdown.

    Parameters
    ----------
    race : Race
        What was measured.
    beside : str, default "transformers pipeline"
        The contender whose best setting is 1 in the columns of ratios.

    Returns
    -------
    str
        One row for a contender, setting and size.
    """
    peer = {found.n_texts: found for found in race.best if found.contender == beside}
    rows = [
        "| contender | setting | texts | a second | ratio | one by one | ratio | p50, p99 ms | cold s | MiB |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for kind, measured in (("", race.best), ("default: ", race.default)):
        for found in measured:
            against = peer.get(found.n_texts)
            rows.append(_row(found, kind, against))
    return "\n".join(rows)


def _row(found: Measurement, kind: str, against: Measurement | None) -> str:
    setting = ", ".join(f"{name} {value}" for name, value in found.setting.items()) or "—"
    bulk, single = (
        ("", "")
        if against is None
        else (f"{found.per_second / against.per_second:.1f}", f"{found.one_by_one / against.one_by_one:.1f}")
    )
    return (
        f"| {found.contender} | {kind}{setting} | {found.n_texts:,} | {found.per_second:,.0f} | {bulk} "
        f"| {found.one_by_one:,.0f} | {single} | {found.p50:.1f}, {found.p99:.1f} | {found.cold:.1f} "
        f"| {found.memory:,.0f} |"
    )


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
        axes.annotate(name, (rate, score), textcoords="offset points", xytext=(6, 4))
    axes.set(xscale="log", xlabel="sentences a second, two cores", ylabel="macro F1")
    axes.grid(alpha=0.3)
    figure.savefig(path)
