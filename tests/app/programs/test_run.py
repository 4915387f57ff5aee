"""Whole programs: precision, budget, seeds, and scalars without a limit."""

from typing import Any

import pytest

from app.programs import Budget, ProgramBudgetError, ProgramError, run

pytestmark = pytest.mark.training

SQUARES: dict[str, Any] = {
    "matrices": {"W": {"std": 2}},
    "vectors": {"v": {}},
    "program": [
        {"let": "h", "matmul": "W", "of": "v"},
        {"let": "c", "moment": "h*h"},
        {"let": "even", "moment": "v"},
    ],
}


def test_the_precision_that_is_asked_for_is_reached() -> None:
    rough, fine = (run({**SQUARES, "precision": each}) for each in (0.1, 0.004))
    for result, precision in ((rough, 0.1), (fine, 0.004)):
        assert result["reached"]
        assert result["notes"] == []
        found = result["scalars"]["c"]
        assert found["limit"] is not None
        assert found["sampling_error"] is not None
        assert found["standard_error"] is not None
        # Relative to the limit, which is 4.
        assert found["sampling_error"] <= precision * found["limit"]
        assert abs(found["limit"] - 4) <= 4 * found["standard_error"]
    assert sum(fine["copies"]) > 5 * sum(rough["copies"])


def test_a_budget_that_does_not_suffice_is_told() -> None:
    result = run({**SQUARES, "precision": 1e-5}, budget=Budget(seconds=0.5))
    assert not result["reached"]
    assert "more time than the bound" in result["notes"][0]
    assert result["scalars"]["c"]["limit"] == pytest.approx(4, abs=0.2)


def test_what_takes_too_long_from_the_start_is_refused() -> None:
    with pytest.raises(ProgramBudgetError, match="seconds of time before it says anything"):
        run(SQUARES, budget=Budget(seconds=1e-4))


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, again, other = (run({**SQUARES, "precision": 0.1, "seed": each}) for each in (3, 3, 4))
    assert one["scalars"] == again["scalars"]
    assert one["scalars"]["c"]["limit"] != other["scalars"]["c"]["limit"]


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    run({**SQUARES, "precision": 0.02}, told=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == list(range(len(told)))
    assert told[-1][0] == told[-1][1]


@pytest.mark.parametrize("expression", ["1/(m - m)", "sqrt(-1 + 0*m)", "exp(1e6*(1 + 0*m))"])
def test_a_scalar_that_is_not_finite_has_no_limit_and_a_note(expression: str) -> None:
    program = [*SQUARES["program"], {"let": "m", "moment": "v"}]
    program.append({"let": "bad", "moment": expression})
    result = run({**SQUARES, "program": program, "precision": 0.5})
    bad = result["scalars"]["bad"]
    assert bad["limit"] is bad["standard_error"] is None
    assert bad["note"] is not None
    assert bad["note"].startswith("not finite in ")
    assert not result["reached"]
    assert result["convergence"]["bad"]["mean"] == [None] * 5
    assert result["scalars"]["c"]["limit"] is not None


def test_what_has_no_noise_is_exact() -> None:
    result = run({"scalars": {"s": 3}, "program": [{"let": "c", "moment": "s^2"}]})
    assert result["scalars"]["c"]["limit"] == pytest.approx(9, rel=1e-12)
    assert result["reached"]


def test_flaws_are_raised_as_they_are_read() -> None:
    with pytest.raises(ProgramError, match="there is no"):
        run({"program": [{"let": "c", "moment": "x"}]})
