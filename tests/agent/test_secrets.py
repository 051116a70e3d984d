"""Secret inputs reach the phone sealed: nothing on the way, and no file of the agent, has them."""

from pathlib import Path

from drover.agent.secrets import own_key
from drover.protocol.messages import PlayOrder
from drover.protocol.sealing import new_key, public_of, seal
from tests.agent.stand import CART, OPEN, Stand, eventually, stand
from tests.sequences.player.shop import PACKAGE, ShopPhone

TYPED = {"kind": "type", "on": "shop.cart.coupon", "text": "${param.word}", "after": "shop.cart"}
FIELDS = {"params": {"word": {"secret": True}}}


async def sealed_order(s: Stand, public: str) -> PlayOrder:
    """Return an order whose secret is sealed for the first sequence run."""
    order = await s.order(OPEN, CART, TYPED)
    sealed = {"word": seal("hunter2", public, PlayOrder.sealed_for("s1", "word"))}
    return order.model_copy(update={"sequence": await s.sequence(OPEN, CART, TYPED, **FIELDS), "sealed": sealed})


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_a_sealed_input_is_typed_and_kept_nowhere(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent():
        order = await sealed_order(s, public_of(own_key(tmp_path / "data")))
        await s.send(order)
        ended = await s.centre.ended("s1")
        told = repr(s.centre.events)
    assert (ended.error, phone.texts[PACKAGE]) == ("", "hunter2")
    assert ("hunter2" in told, b"hunter2" in everything(tmp_path)) == (False, False)


async def test_what_was_sealed_to_another_agent_or_for_another_run_is_not_typed(tmp_path: Path) -> None:
    phone = ShopPhone("a")
    async with stand(tmp_path, phone) as s, s.agent():
        await s.send(await sealed_order(s, public_of(new_key())))
        first = await s.centre.ended("s1")
        await eventually(lambda: s.agent_plays() == 0)
        await s.send(await sealed_order(s, public_of(own_key(tmp_path / "data"))))
        second = await s.centre.ended("s2")
    assert [first.code, second.code, phone.texts.get(PACKAGE, "")] == ["not_opened", "not_opened", ""]


def test_an_agent_s_key_stays_the_same_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    key = own_key(tmp_path)
    assert own_key(tmp_path) == key
    assert (tmp_path / "agent.key").stat().st_mode & 0o077 == 0
    (tmp_path / "agent.key").write_bytes(b"damaged")
    assert own_key(tmp_path) not in (key, b"damaged")
