import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from drover.ai.addresses import endpoint_of
from drover.ai.errors import AddressRefused, AiUnreachable
from drover.ai.transport import Post, Posted, Resolve, addresses_of
from tests.ai.fake_server import FakeAi

NAME = "ai.example"
BODY = b'{"messages": [{"content": "hi"}]}'
LOCAL = "127.0.0.0/8"


def leads_to(*addresses: str, asked: list[str] | None = None) -> Resolve:
    async def resolve(host: str, port: int) -> Sequence[str]:
        if asked is not None:
            asked.append(f"{host}:{port}")
        return addresses

    return resolve


async def fails(host: str, port: int) -> Sequence[str]:
    raise OSError(f"no {host} at {port}")


async def send(post: Post) -> Posted:
    return await post.send("/chat/completions", {}, BODY, timeout_s=30.0)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for NAME and for 127.0.0.1, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)  # noqa: TID251  a certificate has to be valid now
    names = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*plain) + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def of_server(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate)


async def test_a_name_is_asked_at_the_address_that_was_checked_and_proves_itself(
    of_server: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    asked: list[str] = []
    async with FakeAi(tls=of_server) as server:
        url = f"https://{NAME}:{server.port}/v1"
        post = Post(endpoint_of(url, LOCAL), resolve=leads_to("127.0.0.1", asked=asked), tls=trusting)
        assert (await send(post)).status == 200
        assert asked == [f"{NAME}:{server.port}"]
        assert server.seen[0].headers["host"] == f"{NAME}:{server.port}"


async def test_an_address_of_digits_is_asked_too(of_server: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    async with FakeAi(tls=of_server) as server:
        post = Post(endpoint_of(f"https://127.0.0.1:{server.port}/v1", LOCAL), tls=trusting)
        assert (await send(post)).status == 200


async def test_a_server_that_cannot_prove_the_name_is_sent_nothing(
    of_server: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async with FakeAi(tls=of_server) as server:
        url = f"https://other.example:{server.port}/v1"
        with pytest.raises(AiUnreachable, match="certificate"):
            await send(Post(endpoint_of(url, LOCAL), resolve=leads_to("127.0.0.1"), tls=trusting))
        assert server.seen == []


async def test_a_certificate_that_nobody_vouches_for_is_refused(of_server: ssl.SSLContext) -> None:
    async with FakeAi(tls=of_server) as server:
        url = f"https://{NAME}:{server.port}/v1"
        with pytest.raises(AiUnreachable, match="certificate"):
            await send(Post(endpoint_of(url, LOCAL), resolve=leads_to("127.0.0.1")))
        assert server.seen == []


async def test_a_name_that_leads_inside_is_not_asked(server: FakeAi) -> None:
    post = Post(endpoint_of(f"https://{NAME}:{server.port}/v1"), resolve=leads_to("127.0.0.1"))
    with pytest.raises(AddressRefused, match="this computer"):
        await send(post)
    assert server.seen == []


async def test_the_next_address_is_tried_where_one_cannot_be_reached(server: FakeAi) -> None:
    endpoint = endpoint_of(f"http://{NAME}:{server.port}/v1", f"{LOCAL}, ::1")
    post = Post(endpoint, resolve=leads_to("::1", "127.0.0.2", "127.0.0.1"))
    assert (await send(post)).status == 200
    assert len(server.seen) == 1


@pytest.mark.parametrize("resolve", [fails, leads_to()])
async def test_a_name_without_an_address_is_told(resolve: Resolve) -> None:
    with pytest.raises(AiUnreachable, match=r"ai\.example is not reachable \(its name has no address\)"):
        await send(Post(endpoint_of(f"https://{NAME}/v1"), resolve=resolve))


async def test_a_name_that_no_resolver_takes_is_told() -> None:
    with pytest.raises(AiUnreachable, match="no address"):
        await send(Post(endpoint_of("http://a..b.example/v1", "127.0.0.1")))


async def test_the_system_resolves_names_of_this_computer() -> None:
    assert "127.0.0.1" in await addresses_of("localhost", 80)


async def test_what_looks_like_no_address_of_this_computer_is_seen_to_be_one() -> None:
    with pytest.raises(AddressRefused, match="this computer"):
        await send(Post(endpoint_of("https://2130706433/v1")))
