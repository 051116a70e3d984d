import pytest

from drover.ai.addresses import checked, endpoint_of
from drover.ai.errors import AddressRefused
from drover.kernel.errors import InvalidInput, Kind

HTTPS = "https://ai.example/v1"


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        (HTTPS, "ai.example", 443),
        ("https://ai.example:8443/v1/", "ai.example", 8443),
        ("https://[2606:4700::1111]/v1", "2606:4700::1111", 443),
        ("https://b\u00fccher.example", "xn--bcher-kva.example", 443),
    ],
)
def test_an_https_address_is_taken_apart(url: str, host: str, port: int) -> None:
    endpoint = endpoint_of(url)
    assert (endpoint.host, endpoint.port) == (host, port)
    assert not endpoint.url.endswith("/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ai.example/v1",
        "https://",
        "ftp://ai.example",
        "file:///etc/passwd",
        "https://user:key@ai.example",
        "https://ai.example/v1?key=1",
        "https://ai.example/v1#a",
        "https://ai.example:port",
        "https://ai.example\n/v1",
        "http://ai.example/v1",
        "http://127.0.0.1:8080/v1",
    ],
)
def test_any_other_address_is_refused_by_its_setting(url: str) -> None:
    with pytest.raises(InvalidInput, match="setting ai_url: ") as raised:
        endpoint_of(url)
    assert raised.value.hint


def test_plain_http_needs_a_network_of_this_computer() -> None:
    with pytest.raises(InvalidInput, match="plain http"):
        endpoint_of("http://10.0.5.1/v1", "10.0.5.0/24")
    assert endpoint_of("http://localhost:8080/v1", "10.0.5.0/24, 127.0.0.1").port == 8080


@pytest.mark.parametrize("networks", ["localhost", "10.0.5.1/24", "10.0.0.0/33", "127.0.0.1; 10.0.0.0/8"])
def test_a_network_that_is_none_is_refused(networks: str) -> None:
    with pytest.raises(InvalidInput, match="setting ai_networks: "):
        endpoint_of(HTTPS, networks)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "::ffff:93.184.215.14"])
def test_public_addresses_are_asked(address: str) -> None:
    assert checked(endpoint_of(HTTPS), [address]) == (address,)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",  # noqa: S104  nothing is bound to it
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "100.100.100.200",
        ),
        *("169.254.169.254", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "2002:7f00:1::"),
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)
def test_nothing_is_sent_to_any_other_address(address: str) -> None:
    with pytest.raises(AddressRefused, match="nothing was sent") as raised:
        checked(endpoint_of(HTTPS), [address])
    assert (raised.value.kind, raised.value.paid) == (Kind.REFUSED, False)


def test_one_bad_address_among_good_ones_is_enough() -> None:
    with pytest.raises(AddressRefused, match=r"ai\.example at 10\.0\.0\.1"):
        checked(endpoint_of(HTTPS), ["93.184.215.14", "10.0.0.1"])


def test_a_listed_network_may_be_asked_and_no_other() -> None:
    endpoint = endpoint_of(HTTPS, "10.0.5.0/24,fd12::/16")
    assert checked(endpoint, ["10.0.5.9", "fd12::1"]) == ("10.0.5.9", "fd12::1")
    with pytest.raises(AddressRefused):
        checked(endpoint, ["10.0.6.9"])


def test_a_list_is_of_networks_and_not_of_what_may_be_asked_in_plain() -> None:
    endpoint = endpoint_of("http://ai.example/v1", "127.0.0.0/8, 10.0.5.0/24")
    assert checked(endpoint, ["127.0.0.2"]) == ("127.0.0.2",)
    with pytest.raises(AddressRefused, match="not this computer"):
        checked(endpoint, ["10.0.5.9"])
    with pytest.raises(AddressRefused, match="not this computer"):
        checked(endpoint, ["93.184.215.14"])
    with pytest.raises(AddressRefused, match="is this computer"):
        checked(endpoint, ["::1"])
