"""The log score against scikit-learn's, and the confusion matrix."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, log_loss

from forewarn.evaluate.identity import LEAST, Naming, added, likeliest, naming

KINDS = ("bird", "boat", "drone")
pairs = st.lists(st.tuples(st.sampled_from(KINDS), st.tuples(*[st.floats(0.01, 1)] * 3)), min_size=1, max_size=30)


@given(pairs)
def test_score_and_confusion_are_scikit_learns(rows: list[tuple[str, tuple[float, float, float]]]) -> None:
    chances = np.array([said for _, said in rows])
    chances /= chances.sum(axis=1, keepdims=True)
    found = naming((true, dict(zip(KINDS, said, strict=True))) for (true, _), said in zip(rows, chances.tolist(), strict=True))
    true = [kind for kind, _ in rows]
    assert found.log_loss / found.samples == pytest.approx(log_loss(true, chances, labels=KINDS), abs=1e-9)
    theirs = confusion_matrix(true, [KINDS[i] for i in chances.argmax(axis=1)], labels=KINDS)
    assert [[found.confusion.get(a, {}).get(b, 0) for b in KINDS] for a in KINDS] == theirs.tolist()


def test_a_wrong_certainty_costs_much_and_not_all() -> None:
    assert naming([("drone", {"bird": 1.0})]).log_loss == pytest.approx(-math.log(LEAST))
    assert naming([("drone", {})]).confusion == {"drone": {"": 1}}


def test_of_equal_kinds_the_first_by_name() -> None:
    assert likeliest({"drone": 0.5, "bird": 0.5}) == "bird"


def test_runs_add_up() -> None:
    a, b = naming([("drone", {"drone": 1.0})]), naming([("drone", {"bird": 0.5, "drone": 0.5}), ("bird", {"bird": 1.0})])
    assert added([a, b]) == Naming(log_loss=math.log(2), samples=3, confusion={"bird": {"bird": 1}, "drone": {"bird": 1, "drone": 1}})
