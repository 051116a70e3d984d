import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.simulator.adbd.packets import (
    CNXN,
    COMMANDS,
    HEADER,
    MAX_PAYLOAD,
    OPEN,
    VERSION,
    BadPacket,
    Packet,
    PacketParser,
    cut,
    header,
)

words = st.integers(0, 0xFFFFFFFF)
packets = st.builds(Packet, st.sampled_from(sorted(COMMANDS - {CNXN})), words, words, st.binary(max_size=300))


def encoded(packet: Packet, *, with_checksum: bool = True) -> bytes:
    head = header(packet.command, packet.arg0, packet.arg1, packet.payload, with_checksum=with_checksum)
    return head + packet.payload


@given(st.lists(packets, max_size=5), st.data())
def test_packets_arrive_whole_however_the_bytes_are_chopped(sent: list[Packet], data: st.DataObject) -> None:
    stream = b"".join(encoded(packet) for packet in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    parser = PacketParser()
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert [packet for piece in pieces for packet in parser.feed(piece)] == sent
    assert parser.incomplete_bytes == 0


@given(st.binary(min_size=24, max_size=200).filter(lambda data: HEADER.unpack(data[:24])[0] not in COMMANDS))
def test_bytes_that_are_no_packet_are_refused(data: bytes) -> None:
    with pytest.raises(BadPacket, match="no ADB packet"):
        list(PacketParser().feed(data))


def test_an_oversized_packet_is_refused_by_its_header_alone() -> None:
    head = HEADER.pack(OPEN, 1, 0, MAX_PAYLOAD + 1, 0, OPEN ^ 0xFFFFFFFF)
    with pytest.raises(BadPacket, match="announces 1048577 bytes"):
        list(PacketParser().feed(head))


def test_a_wrong_checksum_is_refused_while_the_peer_is_an_old_one() -> None:
    with pytest.raises(BadPacket, match="checksum of a OPEN"):
        list(PacketParser().feed(encoded(Packet(OPEN, 1, 0, b"shell:"), with_checksum=False)))


def test_checksums_are_left_out_once_the_peer_is_a_new_one() -> None:
    parser = PacketParser()
    greeting = encoded(Packet(CNXN, VERSION, MAX_PAYLOAD, b"host::"), with_checksum=False)
    opening = Packet(OPEN, 1, 0, b"shell:")
    assert list(parser.feed(greeting + encoded(opening, with_checksum=False)))[1] == opening


@given(st.lists(st.binary(max_size=50), max_size=6), st.integers(1, 40))
def test_cutting_keeps_every_byte_in_order_and_every_group_but_the_last_full(parts: list[bytes], size: int) -> None:
    groups = [b"".join(group) for group in cut(tuple(parts), size)]
    assert b"".join(groups) == b"".join(parts)
    assert all(len(group) == size for group in groups[:-1])
    assert all(groups)


def test_cutting_copies_nothing() -> None:
    pixels = bytes(1000)
    (group,) = cut((pixels,), 1000)
    assert group[0].obj is pixels
