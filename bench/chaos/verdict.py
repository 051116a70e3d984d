"""What came of it, from three records that know nothing of one another: the phones', the leases', the runs'. Pure.

Times are seconds of one clock, that of the computer on which all of it runs.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

RESUME_S: Final = 10.0
"""How long after a restart every run that was cut off may stand still, at the 95th percentile."""
NONE_OF: Final = ("lost_runs", "doubled_once_acts", "double_owners", "overdue_leases", "stale_acts_accepted")


@dataclass(frozen=True)
class Seen:
    """What a phone took between two looks at it: touches, keys and texts, whether it was looked at, what was saved."""

    phone: str
    after: float
    until: float
    acts: int = 0
    looks: int = 0
    saved: tuple[str, ...] = ()


@dataclass(frozen=True)
class Held:
    """A lease of a phone: whose, under which token, and from when until when it was in force."""

    phone: str
    token: int
    holder: str
    since: float
    until: float = math.inf


@dataclass(frozen=True)
class Asked:
    """A run that the API said it had made, and what it is to leave on its phone."""

    run: str
    phone: str
    says: frozenset[str]


@dataclass(frozen=True)
class Ended:
    """What the database says of a run at the end."""

    status: str
    result: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Kill:
    """What was killed when, and from when on it was there again, as a process; or was only away for a while."""

    victim: str
    at: float
    again: float
    killed: bool = True


@dataclass(frozen=True)
class Records:
    """All that was written down."""

    kills: Sequence[Kill]
    asked: Sequence[Asked]
    ended: Mapping[str, Ended]
    seen: Sequence[Seen]
    held: Sequence[Held]
    left: int = 0
    """Leases that are there although no run is."""
    details: list[str] = field(default_factory=list[str])


def judge(records: Records) -> dict[str, Any]:
    """Return the figures."""
    lost = [_lost(asked, records) for asked in records.asked]
    saved = Counter(each for seen in records.seen for each in seen.saved)
    stale = [*_acts_without_lease(records), *_saved_by_others(records)]
    resumed = resumptions(records)
    ends = Counter(records.ended[asked.run].result for asked in records.asked if asked.run in records.ended)
    return {
        "kills": sum(kill.killed for kill in records.kills),
        "runs": len(records.asked),
        "lost_runs": sum(map(bool, lost)),
        "doubled_once_acts": sum(count - 1 for count in saved.values()),
        "double_owners": len(double_owners(records.held)),
        "overdue_leases": records.left,
        "stale_acts_accepted": len(stale),
        "resume_p95_s": round(percentile(resumed, 95), 2),
        "resume_most_s": round(max(resumed, default=0.0), 2),
        "resumed": len(resumed),
        "killed": dict(Counter(kill.victim for kill in records.kills)),
        "results": dict(ends),
        "once_acts": saved.total(),
        "acts": sum(seen.acts for seen in records.seen),
        "leases": len(records.held),
        "details": [*filter(None, lost), *stale, *double_owners(records.held), *records.details][:40],
    }


def passed(figures: Mapping[str, Any]) -> bool:
    """Whether nothing was lost or doubled, and everything went on soon enough."""
    return all(figures[name] == 0 for name in NONE_OF) and figures["resume_p95_s"] <= RESUME_S


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest of the values that so many percent of them do not exceed; 0 where there are none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else 0.0


def double_owners(held: Sequence[Held]) -> Sequence[str]:
    """Return where two held a phone at once, or a later lease had no higher token."""
    found: list[str] = []
    for phone in sorted({each.phone for each in held}):
        leases = sorted((each for each in held if each.phone == phone), key=lambda each: (each.since, each.token))
        found += [
            f"{phone}: {one.holder} had token {one.token} until {one.until}, {two.holder} {two.token} from {two.since}"
            for one, two in pairwise(leases)
            if one.until > two.since or one.token >= two.token
        ]
    return found


def resumptions(records: Records) -> Sequence[float]:
    """Return how long each run that was cut off stood still after the restart.

    A run goes on when its phone is looked at or acted on for the first time, or when it lets its phone go. One that was
    cut off again before counts from the later restart.
    """
    moves: dict[str, list[float]] = {}
    for seen in records.seen:
        if seen.acts or seen.looks:
            moves.setdefault(seen.phone, []).append(seen.until)
    found: list[float] = []
    for number, kill in enumerate(records.kills):
        later = next((other.at for other in records.kills[number + 1 :] if other.at >= kill.again), math.inf)
        for lease in records.held:
            if not (lease.since < kill.at and lease.until > kill.again):
                continue
            times = moves.get(lease.phone, [])
            index = bisect_left(times, kill.again)
            at = min(times[index] if index < len(times) else math.inf, lease.until)
            if at < later:
                found.append(at - kill.again)
    return found


def _lost(asked: Asked, records: Records) -> str:
    """Return what is wrong with how a run ended; empty where nothing is."""
    ended = records.ended.get(asked.run)
    if ended is None:
        return f"run {asked.run} is not in the database"
    if ended.status != "completed":
        doubtful = ended.result == "handed_over"
        return "" if doubtful else f"run {asked.run} on {asked.phone} is {ended.status}: {ended.reason}"
    there = {each for seen in records.seen if seen.phone == asked.phone for each in seen.saved}
    missing = asked.says - there
    return f"run {asked.run} completed, but {asked.phone} never saved {sorted(missing)}" if missing else ""


def _acts_without_lease(records: Records) -> Sequence[str]:
    return [
        f"{seen.phone}: {seen.acts} acts until {seen.until} while nobody held it"
        for seen in records.seen
        if seen.acts and not any(_together(seen, lease) for lease in records.held)
    ]


def _saved_by_others(records: Records) -> Sequence[str]:
    who = {words: asked.run for asked in records.asked for words in asked.says}
    return [
        f"{seen.phone}: saved {words!r} until {seen.until}, when run {who.get(words)} did not hold it"
        for seen in records.seen
        for words in seen.saved
        if not any(_together(seen, lease) and lease.holder == who.get(words) for lease in records.held)
    ]


def _together(seen: Seen, lease: Held) -> bool:
    return seen.phone == lease.phone and lease.since <= seen.until and seen.after <= lease.until
