"""Any message of the protocol, for tests of what can be said."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from drover.protocol.fields import Said
from drover.protocol.messages import (
    Accepted,
    Ack,
    AgentState,
    Budget,
    LeaseAnswer,
    LeaseExtended,
    LeaseQuestion,
    PhoneSeen,
    PlayEnded,
    PlayEvent,
    PlayOrder,
    PlayPaused,
    PlayResumed,
    Refused,
    StopOrder,
    Stopped,
    TaskBegan,
    TaskEnded,
)

IDS = st.from_regex(r"\A[A-Za-z0-9_-]{1,64}\Z")
DIGESTS = st.from_regex(r"\A[0-9a-f]{64}\Z")
COUNTS = st.integers(0, 2**53)
NUMBERS = st.integers(1, 1_000_000)
SECONDS = st.floats(0, 1e9)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SERIALS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
TIMES = st.datetimes(timezones=st.just(UTC))
NOW = datetime(2026, 11, 21, tzinfo=UTC)

BUDGETS = st.builds(Budget, acts=st.none() | COUNTS, kinds=st.dictionaries(TEXT, COUNTS, max_size=3))
ORDERS = st.builds(
    PlayOrder,
    sequence_run=IDS,
    attempt=NUMBERS,
    run=IDS,
    client=IDS,
    phone=SERIALS,
    phone_name=TEXT,
    token=COUNTS,
    lease_remaining_s=SECONDS,
    issued_at=TIMES,
    sequence=DIGESTS,
    screens=DIGESTS,
    files=st.dictionaries(TEXT, DIGESTS, max_size=3),
    parameters=st.dictionaries(TEXT, TEXT, max_size=3),
    values=st.none() | DIGESTS,
    seed=st.integers(0, 2**63 - 1),
    resume=st.booleans(),
    budget=BUDGETS,
)
BODIES = st.one_of(
    st.builds(TaskBegan, index=COUNTS, name=TEXT, task_kind=TEXT, rounds=st.lists(COUNTS, max_size=3).map(tuple)),
    st.builds(
        TaskEnded,
        index=COUNTS,
        rounds=st.lists(COUNTS, max_size=3).map(tuple),
        name=TEXT,
        task_kind=TEXT,
        effect=TEXT,
        status=st.sampled_from(["completed", "failed", "skipped"]),
        attempts=COUNTS,
        parameters=st.dictionaries(TEXT, TEXT, max_size=3),
        error=TEXT,
        frame_before=st.none() | DIGESTS,
        frame_after=st.none() | DIGESTS,
        wall_ms=SECONDS,
        started_at=TIMES,
        ended_at=TIMES,
    ),
    st.builds(PlayPaused, reason=TEXT),
    st.builds(PlayResumed),
    st.builds(
        PlayEnded,
        status=st.sampled_from(["completed", "failed", "interrupted"]),
        result=st.sampled_from(["completed", "completed_with_recovery", "failed", "handed_over"]),
        code=TEXT,
        error=TEXT,
        step=COUNTS,
        note=TEXT,
    ),
)
EVENTS = st.builds(
    PlayEvent,
    sequence_run=IDS,
    attempt=NUMBERS,
    run=IDS,
    client=IDS,
    phone=SERIALS,
    token=COUNTS,
    number=NUMBERS,
    at=TIMES,
    body=BODIES,
)
STOPS = st.builds(StopOrder, scope=st.sampled_from(["run", "client"]), id=IDS, issued_at=TIMES, reason=TEXT)
SEEN = st.builds(PhoneSeen, serial=SERIALS, state=TEXT, reason=TEXT, model=TEXT)
STATES = st.builds(
    AgentState,
    agent=IDS,
    boot=IDS,
    phones=st.lists(SEEN, max_size=3).map(tuple),
    plays=st.lists(IDS, max_size=3).map(tuple),
    acting=COUNTS,
    load=SECONDS,
)
MESSAGES: st.SearchStrategy[Said] = st.one_of(
    ORDERS,
    EVENTS,
    STOPS,
    STATES,
    st.builds(Accepted, sequence_run=IDS, attempt=NUMBERS, standing=st.sampled_from(["playing", "ended"])),
    st.builds(Refused, sequence_run=IDS, code=TEXT, message=TEXT, hint=TEXT),
    st.builds(Stopped, sequence_runs=st.lists(IDS, max_size=3).map(tuple)),
    st.builds(LeaseExtended, phone=SERIALS, token=COUNTS, remaining_s=SECONDS),
    st.builds(LeaseQuestion, sequence_run=IDS, client=IDS, phone=SERIALS, token=COUNTS),
    st.builds(LeaseAnswer, sequence_run=IDS, good=st.booleans(), remaining_s=SECONDS, reason=TEXT),
    st.builds(Ack, sequence_run=IDS, number=COUNTS),
)
