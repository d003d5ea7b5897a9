from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from claimclf.language import in_english
from claimclf.text import normalise, sentences

free_text = st.text(st.characters(), max_size=300)


@given(free_text)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(free_text)
def test_normalised_text_can_be_encoded_and_holds_no_runs_of_white_space(text: str) -> None:
    clean = normalise(text)
    clean.encode("utf-8")
    assert clean == " ".join(clean.split())


@given(free_text)
@example("Half a character: \ud800. Then more.")
def test_sentences_lose_nothing_but_white_space(text: str) -> None:
    spans = sentences(text)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
    assert all(first.end <= second.start for first, second in itertools.pairwise(spans))
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("A line that was\nwrapped by hand.\n\nNext.", ["A line that was\nwrapped by hand.", "Next."]),
        ("- first item\n- second item", ["- first item", "- second item"]),
        ("They met the U.S. envoy, Gen. Abizaid, on Jan. 3.", ["They met the U.S. envoy, Gen. Abizaid, on Jan. 3."]),
        (" \n\t\n", []),
    ],
)
def test_sentences_of_plain_text(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Правительство подписало соглашение о сотрудничестве.",
        "政府は新しい監視カメラを設置した。",
        "Le ministre a signé un accord avec la Russie sur la sécurité.",
        "Rząd podpisał umowę z zagraniczną firmą.",
    ],
)
def test_other_languages_are_out_of_scope(text: str) -> None:
    assert not in_english(text)


@pytest.mark.parametrize("text", ["", "12", "Rabat", "The ministry in Ouagadougou signed.", "OK."])
def test_english_and_what_is_too_short_to_judge_are_in_scope(text: str) -> None:
    assert in_english(text)
