from drover.workflows.domain.runs import RunStatus
from tests.databases import OURS
from tests.workflows.runs.world import ADA, WORKFLOW, World


async def test_a_run_that_is_asked_for_is_played_to_its_end_and_lets_its_phone_go(world: World) -> None:
    async with world.worker() as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        done = await world.until(run.id, RunStatus.COMPLETED)
    assert (done.attempt, done.lease_token) == (1, None)
    assert not await world.leased(world.phones[0])
