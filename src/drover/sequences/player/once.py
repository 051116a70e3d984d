"""Did it happen? Tells by looking whether an act that was begun, and may be done only once, was done."""

from drover.sequences.course import Holds
from drover.sequences.domain import Condition
from drover.sequences.journal import Doubt
from drover.sequences.player.errors import OnceInDoubt, ScreenNotSeen
from drover.sequences.player.eyes import Eyes, Look
from drover.sequences.player.hands import POLL_S, Hands
from drover.sequences.player.task_run import TaskRun

LEAST_PATIENCE_S = 2.0
"""How long is looked at least; a screen is at rest in its second alike look at the earliest."""


async def see_whether_it_happened(task: TaskRun, phone: str, eyes: Eyes, hands: Hands, holds: Holds) -> Look | None:
    """Return a look at the phone if the act happened; None if it did not, and may be done.

    It happened where the screen after it is seen, or where the task's own condition for that holds. It did not where
    that condition does not hold, long after the act, and the screen before it is at rest. Raises OnceInDoubt where
    neither can be told: without such a condition, nothing proves that an act did not happen.
    """
    step = task.step
    doubt = Doubt(step.number, step.task.name)
    late_s = task.watch.clock.monotonic() - task.answering_since_s
    patience_s = max(LEAST_PATIENCE_S, step.task.timeout_s - late_s)
    missed: ScreenNotSeen | None = None
    if leaves(task):
        try:
            return await eyes.wait_for((step.after or "",), hands, timeout_s=patience_s, dismissed=task.dismissed)
        except ScreenNotSeen as error:
            missed, patience_s = error, 0.0
    if step.task.happened is None or step.before is None:
        raise OnceInDoubt(phone, doubt, missed) from missed
    if await comes_true(step.task.happened, eyes, hands, holds, patience_s):
        return await eyes.glimpse(hands, timeout_s=LEAST_PATIENCE_S)
    try:
        await eyes.wait_for((step.before,), hands, timeout_s=LEAST_PATIENCE_S, dismissed=task.dismissed)
    except ScreenNotSeen as error:
        raise OnceInDoubt(phone, doubt, missed or error) from error
    # It may have happened between the two looks.
    if await comes_true(step.task.happened, eyes, hands, holds, 0.0):
        return await eyes.glimpse(hands, timeout_s=LEAST_PATIENCE_S)
    return None


def leaves(task: TaskRun) -> bool:
    """Whether the screen after the act is another one, so that seeing it tells that the act happened."""
    return task.step.after is not None and task.step.after != task.step.before


async def comes_true(condition: Condition, eyes: Eyes, hands: Hands, holds: Holds, patience_s: float) -> bool:
    """Return whether the condition holds, now or within `patience_s`, each time by a look of its own."""
    deadline = hands.watch.clock.monotonic() + patience_s
    while True:
        eyes.forget()
        if await holds(condition):
            return True
        if hands.watch.clock.monotonic() >= deadline:
            return False
        await hands.watch.wait(POLL_S)
