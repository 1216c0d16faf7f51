"""Submissions against a recordkeeper that loses, delays, doubles and lies: a seeded simulation of many steps."""

import random
from collections import Counter

import pytest

from planbridge.sync.submission_states import TRANSITIONS, Event, State
from tests.properties.submission_world import World

SEEDS = (1, 2, 3, 4, 5)
# Steps after the faults end, in which the last ones are settled.
SETTLING = 20_000


@pytest.mark.parametrize("seed", SEEDS)
def test_none_lost_none_twice_none_unknown(seed: int, simulation_steps: int) -> None:
    """SB-1, SB-2: whatever goes wrong, each wish is applied at most once and in order, none is lost and none stays unknown."""
    world = World(random.Random(seed))
    for _ in range(simulation_steps // len(SEEDS)):
        world.step()
    in_trouble = Counter(wish.standing.state for wish in world.all_open())
    world.has_faults = False
    for _ in range(SETTLING):
        world.step()
    assert not in_trouble.keys() - {State.REQUESTED, State.SENT, State.UNKNOWN, State.ACCEPTED}
    assert_settled(world)


def assert_settled(world: World) -> None:
    """Every wish came to the end that its entry at the recordkeeper says."""
    assert not world.in_flight
    assert max(entry.times_applied for entry in world.entries.values()) == 1
    ends: Counter[State] = Counter()
    for wish in world.ended:
        entry = world.entries.get(wish.key)
        state = wish.standing.state
        ends[state] += 1
        # One that a newer took the place of before it was delivered never arrives, however late the network is.
        assert (entry is None) == (wish.accepted_at is None and state is State.SUPERSEDED)
        if entry is None:
            assert wish.sends == 0 or not wish.standing.is_exposed
        elif entry.status == "rejected":
            assert state is State.REJECTED
        elif entry.is_forgotten:
            assert state is State.SUPERSEDED  # a newer one of its kind shows
        else:
            assert entry.times_applied == 1
            assert state in {State.CONFIRMED, State.SUPERSEDED}
    # What is still open was accepted and never applied, and was found out.
    for wish in world.all_open():
        assert wish.standing.state is State.ACCEPTED
        assert wish.is_missed
        assert world.entries[wish.key].is_forgotten
    assert len(world.ended) + len(world.all_open()) == world.keys
    assert min(ends[state] for state in (State.CONFIRMED, State.REJECTED, State.SUPERSEDED)) > 10
    assert_in_order(world)


def assert_in_order(world: World) -> None:
    """The recordkeeper got each participant's changes in the order in which they were asked for."""
    last: dict[int, int] = {}
    for entry in world.entries.values():
        assert entry.number > last.get(entry.person, 0)
        last[entry.person] = entry.number


def test_what_ended_never_moves() -> None:
    """SB-2: confirmed, rejected and superseded are ends; every other state has a way on, and an unknown one is never sent."""
    ends = {State.CONFIRMED, State.REJECTED, State.SUPERSEDED}
    assert {state for state, _ in TRANSITIONS} == set(State) - ends
    assert (State.UNKNOWN, Event.SEND_BEGUN) not in TRANSITIONS
    assert [state for state, event in TRANSITIONS if event is Event.SEND_BEGUN] == [State.REQUESTED]
