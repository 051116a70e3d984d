"""Did it happen? Tells by looking whether an act that was begun, and may be done only once, was done."""

from drover.sequences.course import Holds
from drover.sequences.journal import Doubt
from drover.sequences.player.errors import OnceInDoubt, ScreenNotSeen
from drover.sequences.player.eyes import Eyes, Look
from drover.sequences.player.hands import Hands
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
    if step.after is not None and step.after != step.before:
        try:
            return await eyes.wait_for((step.after,), hands, timeout_s=patience_s, dismissed=task.dismissed)
        except ScreenNotSeen as error:
            missed = error
    if step.task.happened is None:
        raise OnceInDoubt(phone, doubt, missed) from missed
    happened = await holds(step.task.happened)
    look = await eyes.glimpse(hands, timeout_s=patience_s)
    if happened:
        return look
    if step.before is not None and look.at_rest and look.shows((step.before,)):
        return None
    raise OnceInDoubt(phone, doubt, missed) from missed
