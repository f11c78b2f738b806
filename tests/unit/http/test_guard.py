"""The SSRF guard: attack addresses, names that change their mind, and what a vendor allows."""

import ipaddress
import random
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations.core.errors import RefusedHostError, RetryLaterError
from integrations.http.addresses import is_public
from integrations.http.guard import AddressGuard, guarded_client, system_resolver
from tests.unit.http.answering import AnsweringServer, Planned

NAMES = {
    "localtest.example": ["127.0.0.1"],
    "two.example": ["93.184.215.14", "127.0.0.1"],
    "six.example": ["::1"],
    "metadata.example": ["169.254.169.254"],
    "nowhere.example": [],
}
LOOPBACK = ipaddress.ip_network("127.0.0.0/8")

# "PORT" becomes the port of a server that really listens on 127.0.0.1.
ATTACKS = [
    "http://127.0.0.1:PORT/",
    "http://127.0.0.2:PORT/",
    "http://127.1:PORT/",
    "http://127.0.1:PORT/",
    "http://2130706433:PORT/",
    "http://0x7f000001:PORT/",
    "http://0x7f.1:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://017700000001:PORT/",
    "http://0:PORT/",
    "http://0.0.0.0:PORT/",
    "http://127.0.0.1.:PORT/",
    "http://[::1]:PORT/",
    "http://[::]:PORT/",
    "http://[0:0:0:0:0:ffff:7f00:1]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::127.0.0.1]:PORT/",
    "http://[64:ff9b::127.0.0.1]:PORT/",
    "http://[64:ff9b::169.254.169.254]:PORT/",
    "http://[64:ff9b:1::5db8:d70e]:PORT/",
    "http://[2002:7f00:1::]:PORT/",
    "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]:PORT/",
    "http://[2606:4700::5efe:127.0.0.1]:PORT/",
    "http://[fe80::1%25lo]:PORT/",
    "http://[fd00:ec2::254]:PORT/",
    "http://[ff02::1]:PORT/",
    "http://169.254.169.254:PORT/latest/meta-data/",
    "http://168.63.129.16:PORT/",
    "http://100.100.100.200:PORT/",
    "http://192.0.0.192:PORT/",
    "http://10.0.0.1:PORT/",
    "http://172.16.0.1:PORT/",
    "http://192.168.1.1:PORT/",
    "http://224.0.0.1:PORT/",
    "http://255.255.255.255:PORT/",
    "http://localhost:PORT/",
    "http://localtest.example:PORT/",
    "http://LOCALTEST.example.:PORT/",
    "http://two.example:PORT/",
    "http://six.example:PORT/",
    "http://metadata.example:PORT/",
    "http://93.184.215.14@127.0.0.1:PORT/",
    "http://user:secret@localtest.example:PORT/",
    "http://127.0.0.1:PORT#@example.com/",
    "http://127.0.0.1%00.example:PORT/",
    "http://\u2460\u2461\u2466.0.0.1:PORT/",
    "http://①②⑦。0。0。1:PORT/",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:22/",
    "http://127.0.0.1:99999/",
    "http:///127.0.0.1:PORT/",
    "http:127.0.0.1:PORT/",
    "//127.0.0.1:PORT/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:PORT/_",
    "ftp://127.0.0.1:PORT/",
    "http://127.0.0.1:PORT/\r\nHost: example.com",
    "http://[::1:PORT/",
    "",
]


def resolver(host: str, port: int) -> list[str]:
    name = host.lower().rstrip(".")
    return NAMES[name] if name in NAMES else system_resolver(host, port)


def open_guard(server: AnsweringServer, *networks: ipaddress.IPv4Network) -> AddressGuard:
    """As lax as a guard can be about everything but the network."""
    ports = frozenset({80, 443, server.server_address[1]})
    return AddressGuard(networks, ports, frozenset({"http", "https"}), resolver)


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_an_attack_reaches_nothing(server: AnsweringServer, attack: str) -> None:
    client = guarded_client(open_guard(server), timeout=2)
    url = attack.replace("PORT", str(server.server_address[1]))
    with pytest.raises(RefusedHostError):
        client.request("GET", url, headers={})
    assert server.got == []


def test_a_name_that_changes_its_mind_is_dialled_where_it_was_checked() -> None:
    asked: list[str] = []

    def changing(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.9"] if len(asked) % 2 else ["127.0.0.1"]

    guard = AddressGuard((ipaddress.ip_network("127.0.0.9/32"),), resolve=changing)
    client = guarded_client(guard, timeout=1)
    for _ in range(25):
        with pytest.raises(RetryLaterError):
            client.request("GET", "https://rebind.example/", headers={})
        with pytest.raises(RefusedHostError):
            client.request("GET", "https://rebind.example/", headers={})
    assert len(asked) == 50


def test_each_connection_asks_for_the_name_once(server: AnsweringServer) -> None:
    answers = iter([["127.0.0.1"]])
    guard = AddressGuard(
        (LOOPBACK,),
        frozenset({server.server_address[1]}),
        frozenset({"http"}),
        lambda host, port: next(answers),
    )
    url = f"http://agent.example:{server.server_address[1]}/v1"
    assert guarded_client(guard).request("GET", url, headers={}).status == 200
    assert server.got[0].headers["Host"] == f"agent.example:{server.server_address[1]}"


def test_the_next_address_is_tried_when_one_does_not_answer(server: AnsweringServer) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.3", 0))
        guard = AddressGuard(
            (LOOPBACK,),
            frozenset({server.server_address[1]}),
            frozenset({"http"}),
            lambda host, port: ["127.0.0.3", "127.0.0.1"],
        )
        url = f"http://agent.example:{server.server_address[1]}/"
        assert guarded_client(guard).request("GET", url, headers={}).status == 200


def test_a_redirect_is_not_followed(server: AnsweringServer) -> None:
    server.answer(Planned(302, headers={"Location": "http://169.254.169.254/"}))
    url = f"http://localtest.example:{server.server_address[1]}/"
    client = guarded_client(open_guard(server, ipaddress.IPv4Network(LOOPBACK)))
    assert client.request("GET", url, headers={}).status == 302
    assert len(server.got) == 1


def test_what_a_rewrite_leads_to_is_guarded_too(server: AnsweringServer) -> None:
    client = guarded_client(open_guard(server), rewrite=server.rewrite)
    with pytest.raises(RefusedHostError):
        client.request("GET", "https://agent.invalid/v0.4/traces", headers={})
    assert server.got == []


def test_only_https_and_the_web_ports_are_called_unless_allowed() -> None:
    guard = AddressGuard()
    guard.check_url("https://agent.example/v0.4")
    guard.check_url("https://agent.example:443/v0.4?x=1")
    for url in (
        "http://agent.example/",
        "https://agent.example:8126/",
        "https://127.0.0.1/",
        "https://93.184.215.14\\@127.0.0.1/",
    ):
        with pytest.raises(RefusedHostError):
            guard.check_url(url)
    AddressGuard(ports=frozenset({8126}), schemes=frozenset({"http"})).check_url(
        "http://agent.example:8126/"
    )


def test_a_host_without_address_may_have_one_later() -> None:
    client = guarded_client(AddressGuard(resolve=resolver))
    for host in ("nowhere.example", "does-not-exist.invalid"):
        with pytest.raises(RetryLaterError) as caught:
            client.request("GET", f"https://{host}/", headers={})
        assert not caught.value.uncertain


@pytest.fixture
def tls_names(tmp_path: Path) -> Iterator[tuple[int, list[str]]]:
    """A TLS server nobody trusts; gives its port and the names that clients ask for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path / "pem"))
    names: list[str] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name or "")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=_shake_hands, args=(listening, context))
        thread.start()
        yield listening.getsockname()[1], names
        thread.join()


def _shake_hands(listening: socket.socket, context: ssl.SSLContext) -> None:
    peer, _ = listening.accept()
    try:
        context.wrap_socket(peer, server_side=True).close()
    except ssl.SSLError:
        peer.close()


def _self_signed(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "agent.example")])
    now = datetime.now(UTC).replace(tzinfo=None)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1))
        .not_valid_after(now + timedelta(1))
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def test_tls_asks_for_the_name_and_trusts_no_stranger(tls_names: tuple[int, list[str]]) -> None:
    port, names = tls_names
    guard = AddressGuard((LOOPBACK,), frozenset({port}), resolve=lambda host, port: ["127.0.0.1"])
    with pytest.raises(RetryLaterError):
        guarded_client(guard).request("GET", f"https://agent.example:{port}/", headers={})
    assert names == ["agent.example"]


INSIDE_4 = [
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
CARRIERS = ["::ffff:0:0/96", "64:ff9b::/96", "2002::/16", "::/96", "2001::/32"]


def _inside_4(number: int) -> bool:
    return any(number & int(net.netmask) == int(net.network_address) for net in INSIDE_4)


def test_of_100_000_random_addresses_no_inside_one_passes() -> None:
    choice = random.Random(4)
    carriers = [ipaddress.IPv6Network(text) for text in CARRIERS]
    passed = refused = 0
    for turn in range(100_000):
        net = INSIDE_4[turn % len(INSIDE_4)]
        number = choice.getrandbits(32)
        if turn % 2:
            number = int(net.network_address) | number & int(net.hostmask)
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.IPv4Address(number)
        if turn % 3 == 0:
            carrier = carriers[turn % len(carriers)]
            shift = 128 - carrier.prefixlen - 32 if carrier.prefixlen < 32 else 0
            address = ipaddress.IPv6Address(int(carrier.network_address) | number << shift)
        public = is_public(address)
        passed, refused = passed + public, refused + (not public)
        assert not (public and _inside_4(number)), address
    assert passed + refused == 100_000
    assert passed > 20_000


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "64:ff9b::1.1.1.1", "2a00::1"]
)
def test_an_address_of_the_internet_passes(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
