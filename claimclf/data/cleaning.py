"""Empty, equal and contradictory texts: what is learnt from and measured on without them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from claimclf.errors import DataError
from claimclf.records import Example
from claimclf.text import normalise


def clean(train: Sequence[Example], held_out: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Take out what nothing can be learnt from or measured on.

    Empty texts go. Where equal texts disagree on a label, it counts as not known for all of them. A text that is held
    out is not learnt from. Equal texts that agree stay, each of them: how often a text occurs may be meant.

    Parameters
    ----------
    train, held_out : sequence of Example
        What is to be learnt from, and what it is to be measured on; nothing where that is done by cross-validation.

    Returns
    -------
    train, held_out : list of Example
        In the same order.

    Raises
    ------
    DataError
        If nothing is left of what was given.

    Examples
    --------
    >>> train = [Example("1", "Fog.", ("weather",), "1"), Example("2", "Fog.", (), "2"), Example("3", "Tea.", (), "3")]
    >>> [(example.id, example.unsure) for example in clean(train, [Example("4", "Tea.", (), "4")])[0]]
    [('1', ('weather',)), ('2', ('weather',))]
    """
    disputed = disputed_labels([*train, *held_out])
    learnt, kept = (
        [
            replace(example, unsure=tuple(sorted({*example.unsure, *disputed.get(text, ())})))
            for example in part
            if (text := normalise(example.text))
        ]
        for part in (train, held_out)
    )
    measured = equal_texts(kept)
    learnt = [example for example in learnt if normalise(example.text) not in measured]
    if not learnt:
        raise DataError("no text is left to learn from: all are empty, or held out as well")
    if held_out and not kept:
        raise DataError("no text is left that is held out: all are empty")
    return learnt, kept


def equal_texts(examples: Iterable[Example]) -> dict[str, list[Example]]:
    """Collect the examples of every text.

    Parameters
    ----------
    examples : iterable of Example
        Labelled texts.

    Returns
    -------
    dict of str to list of Example
        By the text as a model sees it; under the empty string those without text.
    """
    found = defaultdict(list)
    for example in examples:
        found[normalise(example.text)].append(example)
    return dict(found)


def disputed_labels(examples: Iterable[Example]) -> dict[str, frozenset[str]]:
    """Find the labels that one of several equal texts carries and another lacks.

    Parameters
    ----------
    examples : iterable of Example
        Labelled texts.

    Returns
    -------
    dict of str to frozenset of str
        By text, for those with such a label.
    """
    found = {}
    for text, copies in equal_texts(examples).items():
        names = {label for copy in copies for label in copy.labels}
        answers = {name: {name in copy.labels for copy in copies if name not in copy.unsure} for name in names}
        found[text] = frozenset(name for name, given in answers.items() if len(given) > 1)
    return {text: labels for text, labels in found.items() if text and labels}


def group_equal_texts(examples: Iterable[Example]) -> list[Example]:
    """Put equal texts that are groups of their own into one group, so that no split parts them.

    Parameters
    ----------
    examples : iterable of Example
        Labelled texts. Those of a group that was given stay in it.

    Returns
    -------
    list of Example
        In the same order.

    Examples
    --------
    >>> examples = [Example("1", "Fog.", (), "1"), Example("2", "Fog.", (), "2"), Example("3", "Fog.", (), "press")]
    >>> [example.group for example in group_equal_texts(examples)]
    ['1', '1', 'press']
    """
    first = dict[str, str]()
    return [
        replace(example, group=first.setdefault(normalise(example.text), example.group))
        if example.group == example.id
        else example
        for example in examples
    ]
