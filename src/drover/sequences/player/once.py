"""Did it happen? Tells by looking whether an act that was begun, and may be done only once, was done."""

from drover.sequences.journal import Doubt
from drover.sequences.player.errors import OnceInDoubt, ScreenNotSeen
from drover.sequences.player.eyes import Eyes, Look
from drover.sequences.player.hands import Hands
from drover.sequences.player.task_run import TaskRun

LEAST_PATIENCE_S = 2.0
"""How long is looked at least; a screen is at rest in its second alike look at the earliest."""


async def see_whether_it_happened(task: TaskRun, phone: str, eyes: Eyes, hands: Hands) -> Look | None:
    """Return a look at the screen after the act if it happened; None if it did not, and may be done.

    It did not where the screen before the act is at rest, long after it, and what shows that it happened does not hold.
    Raises OnceInDoubt where neither can be seen.
    """
    step = task.step
    doubt = Doubt(step.number, step.task.name)
    late_s = task.watch.clock.monotonic() - task.answering_since_s
    patience_s = max(LEAST_PATIENCE_S, step.task.timeout_s - late_s)
    if step.after is not None and step.after != step.before:
        try:
            return await eyes.wait_for((step.after,), hands, timeout_s=patience_s, dismissed=task.dismissed)
        except ScreenNotSeen as missed:
            raise OnceInDoubt(phone, doubt, missed) from missed
    raise OnceInDoubt(phone, doubt)
