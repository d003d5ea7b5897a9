"""The words that a decision hangs on: leave each one out and see how the score changes.

Leaving words out is the erasure of Li, Monroe & Jurafsky, *Understanding neural networks through representation
erasure* (2016), sec. 3; the difference of the log-odds is the weight of evidence of Robnik-Šikonja & Kononenko,
*Explaining classifications for individual instances* (2008), sec. 2. It shows what the classifier reacts to, not why,
and not what two words do together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from claimclf.records import Sentence

MOST_TEXTS = 2048
"""Sentences with a word left out that are scored for one document, at most."""

MOST_WORDS = 5
"""Words that are named for a label of a sentence, at most."""

LEAST = 0.1
"""Log-odds that a word must bring to be named; less than that, quantised models also change by chance."""

_WORD = re.compile(r"\w+(?:[-'’.]\w+)*")

Scorer = Callable[[Sequence[str]], Any]


class Word(NamedTuple):
    """A word of a sentence and what it brings.

    Attributes
    ----------
    text : str
        The word.
    start, end : int
        Where it is in its sentence.
    difference : float
        Log-odds of the label with the word, minus those without it.
    without : float
        Probability of the label without it.
    """

    text: str
    start: int
    end: int
    difference: float
    without: float


Words = dict[str, list[Word]]
"""By label, those that bring most first."""


def decisive_words(
    sentences: Sequence[Sentence], labels: Sequence[str], predict_proba: Scorer, most: int = MOST_TEXTS
) -> list[Words | None]:
    """Find the words that asserted and referred labels hang on.

    Parameters
    ----------
    sentences : sequence of Sentence
        Of a document.
    labels : sequence of str
        The label order of the scores.
    predict_proba : callable
        Returns probabilities of texts, as :meth:`claimclf.Classifier.predict_proba` does; called once.
    most : int, default 2048
        Texts to score, for asserted sentences first; when they have been used up, sentences get None.

    Returns
    -------
    list of dict or None
        For each sentence the words by label.

    Examples
    --------
    >>> import numpy as np
    >>> sentence = Sentence("They signed it.", ("agreement",), {"agreement": 0.9})
    >>> found, = decisive_words([sentence], ["agreement"],
    ...                         lambda texts: np.array([[0.9 if "signed" in text else 0.1] for text in texts]))
    >>> [(word.text, round(word.difference, 1), word.without) for word in found["agreement"]]
    [('signed', 4.4, 0.1)]
    """
    texts: list[str] = []
    tried: dict[int, tuple[int, list[re.Match[str]]]] = {}
    asked = {number for number, sentence in enumerate(sentences) if sentence.labels or sentence.referred}
    for number in sorted(asked, key=lambda number: (not sentences[number].labels, number)):
        text = sentences[number].text
        words = list(_WORD.finditer(text))
        if len(texts) + len(words) < most:
            tried[number] = len(texts), words
            texts += [text, *(text[: word.start()] + text[word.end() :] for word in words)]
    found: list[Words | None] = [None if number in asked else {} for number in range(len(sentences))]
    probabilities = predict_proba(texts) if texts else []
    for number, (first, words) in tried.items():
        found[number] = _words(sentences[number], labels, probabilities[first : first + len(words) + 1], words)
    return found


def _words(sentence: Sentence, labels: Sequence[str], probabilities: Any, words: list[re.Match[str]]) -> Words:
    import numpy as np

    kept = np.clip(probabilities, 1e-9, 1 - 1e-9)
    log_odds = np.log(kept / (1 - kept))
    found: Words = {}
    for label in (*sentence.labels, *sentence.referred):
        column = labels.index(label)
        differences = log_odds[0, column] - log_odds[1:, column]
        first = [row for row in np.argsort(-differences, kind="stable")[:MOST_WORDS] if differences[row] >= LEAST]
        found[label] = [
            Word(
                words[row][0],
                words[row].start(),
                words[row].end(),
                float(differences[row]),
                float(probabilities[row + 1, column]),
            )
            for row in first
        ]
    return found
