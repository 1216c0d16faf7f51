"""How a run over many plans is spread within its window."""

from hypothesis import given, settings
from hypothesis import strategies as st

from planbridge.schedules.spread import PLANS_A_PART, SpreadPlan, spread


@settings(deadline=None)  # other tests use the same cores
@given(st.integers(1, 12_000), st.integers(1, 1440))
def test_everything_is_spread_evenly(count: int, window: int) -> None:
    """TS-4: Every plan comes once, within the window, in parts that differ by one plan at most."""
    minutes = spread([SpreadPlan(number, 1, is_read_whole=False) for number in range(count)], window)
    assert sorted(plan for part in minutes.values() for plan in part) == list(range(count))
    assert min(minutes) == 0
    assert max(minutes) < window
    sizes = [len(part) for part in minutes.values()]
    assert max(sizes) - min(sizes) <= 1
    assert len(minutes) == min(window, -(-count // PLANS_A_PART))


def test_drop_folder_is_not_taken_apart() -> None:
    """TS-4: A drop folder's plans stay together, because its delivery is read once; other connections are spread."""
    plans = [SpreadPlan(number, 1, is_read_whole=True) for number in range(200)]
    plans += [SpreadPlan(number, 2, is_read_whole=False) for number in range(200, 300)]
    minutes = spread(plans, 60)
    assert {minute: len(part) for minute, part in minutes.items()} == {0: 250, 30: 50}
