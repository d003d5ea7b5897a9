"""A training run as a YAML file: which data, which parameters, where to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from claimclf.data import Columns, group_equal_texts, group_holdout, load_examples, targets
from claimclf.errors import DataError
from claimclf.labels import LABELS, to_targets
from claimclf.records import Example

_HELD_OUT = 0.1
"""Share of the groups that are held out where a recipe names no validation texts."""


@dataclass(frozen=True)
class Recipe:
    """What a YAML file in ``training/configs`` says.

    Attributes
    ----------
    train, validation : tuple of str or Path
        Tables of texts or files of references; in the file their paths are relative to it. Without validation texts
        figures are of cross-validation, or a tenth of the groups is held out.
    parameters : dict
        Passed to the estimator.
    output : Path
        Where the bundle goes.
    labels : tuple of str
        The label order, by default that of the corpus.
    definitions : dict of str to str
        What labels mean, for the bundle's card; in the file ``labels: {impact: says what a warmer climate does}``.
    in_dev_repo : bool
        False leaves out rows whose repository also gave evaluation sentences.
    left_out : frozenset of str
        Groups whose rows are not learnt from.
    licenses : tuple of str, optional
        Keep only rows that state one of these licences; by default all.
    last_round : int, optional
        Leave out rows that came into the corpus after this round, so that figures can be reprinted when it has grown.
    columns : Columns, optional
        What the columns of the tables are called, in the file by name (``columns: {text: body}``); by default as in our
        own format.
    neighbours : tuple of str or Path
        Tables of texts of which a transformer's bundle keeps some, which reports show beside sentences that it sees as
        alike. They are published with the bundle; real ones are passed over.
    """

    train: tuple[str | Path, ...]
    validation: tuple[str | Path, ...]
    output: Path
    parameters: dict[str, Any] = field(default_factory=dict)
    labels: tuple[str, ...] = LABELS
    definitions: dict[str, str] = field(default_factory=dict)
    in_dev_repo: bool = True
    left_out: frozenset[str] = frozenset()
    licenses: tuple[str, ...] | None = None
    last_round: int | None = None
    columns: Columns | None = None
    neighbours: tuple[str | Path, ...] = ()

    @classmethod
    def read(cls, path: str | Path, overrides: Mapping[str, Any] | None = None) -> Recipe:
        """Read a recipe.

        Parameters
        ----------
        path : str or Path
            The YAML file.
        overrides : mapping, optional
            Entries that take the place of the file's; parameters are merged.

        Raises
        ------
        DataError
            If the file is no YAML mapping or has an unknown or missing entry.
        """
        import yaml

        path = Path(path)
        try:
            entries = yaml.safe_load(path.read_text("utf-8"))
        except (OSError, yaml.YAMLError) as error:
            raise DataError(f"{path}: cannot be read ({error})") from error
        if not isinstance(entries, dict):
            raise DataError(f"{path}: expected entries such as train: and parameters:")
        given = {name: value for name, value in (overrides or {}).items() if value is not None}
        entries["output"] = (path.parent / str(entries.get("output", "bundle"))).resolve()
        if isinstance(entries.get("labels"), dict):
            entries["definitions"] = entries["labels"]
        parameters, columns = (entries.pop(name, None) or {} for name in ("parameters", "columns"))
        definitions = entries.setdefault("definitions", {})
        for name, entry in {"parameters": parameters, "columns": columns, "definitions": definitions}.items():
            if not isinstance(entry, dict):
                raise DataError(f"{path}: {name}: expected names with values, got {entry!r}")
        for label, meaning in definitions.items():
            if not isinstance(meaning, str):
                raise DataError(f"{path}: labels: {label}: expected a sentence on what it means, got {meaning!r}")
        parameters |= given.pop("parameters", {})
        try:
            for name, kind in {"labels": tuple, "licenses": tuple, "left_out": frozenset}.items():
                if entries.get(name) is not None:
                    entries[name] = kind(_several(entries[name]))
            for name in ("train", "validation", "neighbours"):
                entries[name] = tuple((path.parent / file).resolve() for file in _several(entries.get(name) or ()))
            recipe = cls(parameters=parameters, columns=Columns(**columns) if columns else None, **entries)
        except TypeError as error:
            raise DataError(f"{path}: {error}") from error
        return replace(recipe, **given)

    def on(self, data: Sequence[str | Path], columns: Columns | None = None) -> Recipe:
        """Return the same training on other data.

        Parameters
        ----------
        data : sequence of str or Path
            Tables of labelled texts, see :func:`~claimclf.data.tables.read_table`.
        columns : Columns, optional
            What their columns are called, by default as in our own format.

        Returns
        -------
        Recipe
            With the labels of the recipe, if they are not those of the corpus; else with those that occur there,
            sorted, or those of the corpus if no others do. Where every text carries exactly one of them, one will be
            predicted, unless the parameters say ``exclusive: false``.

        Raises
        ------
        DataError
            If a text has a label that the recipe does not name.
        """
        named = None if set(self.labels) == set(LABELS) else self.labels
        found = load_examples(data, labels=named, columns=columns)
        labels = named or to_targets([example.labels for example in found])[1]
        exclusive = len(labels) > 1 and all(len(example.labels) == 1 for example in found)
        return replace(
            self,
            train=tuple(data),
            validation=(),
            neighbours=(),
            labels=labels,
            columns=columns,
            last_round=None,
            parameters={"exclusive": exclusive, **self.parameters},
        )

    def examples(self, part: Sequence[str | Path]) -> list[Example]:
        """Load the train or the validation part, equal texts in one group unless they have groups.

        Parameters
        ----------
        part : sequence of str or Path
            :attr:`train`, :attr:`validation` or :attr:`neighbours`.
        """
        examples = load_examples(
            part, labels=self.labels, columns=self.columns, in_dev_repo=self.in_dev_repo, licenses=self.licenses
        )
        return group_equal_texts(e for e in examples if self.last_round is None or (e.round or 0) <= self.last_round)

    def learnt(self) -> list[Example]:
        """Load the train part without rows of :attr:`left_out`."""
        return [example for example in self.examples(self.train) if example.group not in self.left_out]

    def parts(self) -> tuple[list[Example], list[Example]]:
        """Load what is learnt from and what it is measured on.

        Returns
        -------
        train, validation : list of Example
            Without rows of :attr:`left_out`. Where :attr:`validation` is empty, whole groups are held out.

        Raises
        ------
        InputError
            If there are no validation texts and only one group to hold out.
        """
        train = self.learnt()
        if self.validation:
            return train, self.examples(self.validation)
        kept = group_holdout(targets(train, self.labels), [example.group for example in train], _HELD_OUT)
        learnt, held_out = ([train[i] for i in part] for part in kept)
        return learnt, held_out


def _several(entry: Any) -> Any:
    """Take a single name for a list of one, not for letters."""
    return (entry,) if isinstance(entry, str) else entry
