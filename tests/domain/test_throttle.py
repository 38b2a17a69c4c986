"""A gate lets so many through within its window, whatever the rhythm, and makes nobody wait longer than the window."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantapp.domain.throttle import Gate, origin_of, wait

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
RHYTHM = st.lists(st.integers(0, 600).map(lambda seconds: timedelta(seconds=seconds)), max_size=60)


@given(gate=st.sampled_from(Gate), rhythm=RHYTHM)
def test_no_window_holds_more_than_the_gate_allows(gate: Gate, rhythm: list[timedelta]):
    admitted: list[datetime] = []
    at = START
    for pause in rhythm:
        at += pause
        if not wait(gate, admitted, at):
            admitted.append(at)
    for last in admitted:
        assert sum(last - gate.within < each <= last for each in admitted) <= gate.most


@given(gate=st.sampled_from(Gate), tried=st.lists(st.integers(-7_200, 7_200), max_size=60))
def test_nobody_waits_longer_than_the_window_and_the_wait_said_is_enough(gate: Gate, tried: list[int]):
    instants = [START + timedelta(seconds=each) for each in tried]
    delay = wait(gate, instants, START)
    assert timedelta(0) <= delay <= gate.within
    past = [min(each, START) for each in instants]
    assert wait(gate, past, START + delay) == timedelta(0)
    if delay:
        assert wait(gate, past, START + delay - timedelta(microseconds=1)) > timedelta(0)


@pytest.mark.parametrize("gate", Gate)
def test_the_last_allowed_try_passes_and_the_next_one_waits_for_the_first_to_be_forgotten(gate: Gate):
    tried = [START + timedelta(seconds=each) for each in range(gate.most)]
    at = START + timedelta(minutes=2)
    assert wait(gate, tried[1:], at) == timedelta(0)
    assert wait(gate, tried, at) == gate.within - timedelta(minutes=2)
    assert wait(gate, tried, START + gate.within) == timedelta(0)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("127.0.0.1", None),
        ("::1", None),
        ("", None),
        (None, None),
        ("unknown", None),
    ],
)
def test_an_origin_is_a_visitor_and_never_our_own_proxy(address: str | None, origin: str | None):
    assert origin_of(address) == origin
