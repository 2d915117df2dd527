"""Networks keep exactly the prefixes that they share; Crypto-PAn by its authors' trace."""

from __future__ import annotations

import ipaddress
import random
from itertools import pairwise

import pytest

from masks.rendered import CompilerError, Package
from masks.running import Runner

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# The sample of the original package: its key and some lines of its trace.
PAN_KEY = bytes.fromhex("1522178d33a4cf80130a5b1649907d10d8988f837979652762574c2d2a842202")
PAN_TRACE = {
    "128.11.68.132": "135.242.180.132",
    "129.118.74.4": "134.136.186.123",
    "130.132.252.244": "133.68.164.234",
    "141.223.7.43": "141.167.8.160",
    "141.233.145.108": "141.129.237.235",
    "152.163.225.39": "151.140.114.167",
}
CLASSES = [
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8 0.0.0.0/32 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 127.0.0.1/32 169.254.0.0/16"
        " 172.16.0.0/12 192.168.0.0/16 224.0.0.0/4 240.0.0.0/4 255.255.255.255/32"
        " ::/128 ::1/128 ::ffff:0:0/96 fc00::/7 fe80::/10 ff00::/8"
    ).split()
]
SETTINGS = [
    {"within": within, "prf": prf} for prf in ("hmac-sha256", "aes") for within in ("private", None)
]


def addresses(version: int, count: int) -> list[str]:
    """Random ones, near ones, and some of every class."""
    chosen = random.Random(version)  # noqa: S311
    make = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
    bits = 32 if version == 4 else 128
    found: set[Address] = set()
    for network in [*CLASSES, *map(ipaddress.ip_network, ("0.0.0.0/0", "::/0", "2000::/3"))]:
        if network.version == version:
            size = bits - network.prefixlen
            for _ in range(count // 20 if network.prefixlen > 0 else count // 2):
                start = int(network.network_address) + chosen.getrandbits(size or 1) % (1 << size)
                found |= {make(start), make(start ^ (1 << chosen.randrange(bits)))}
    return sorted(map(str, found))


def shared(first: Address, second: Address) -> int:
    """Bits at the front that two addresses share."""
    return first.max_prefixlen - (int(first) ^ int(second)).bit_length()


def masked(run: Runner, sql: str, values: list[str], kind: str = "inet") -> list[str]:
    return [str(after) for _, after in run.each(values, kind, sql)]


def require(run: Runner, prf: str) -> None:
    if prf == "aes" and not run.has_aes:
        pytest.skip("this server has no pgcrypto")


def test_the_trace_of_crypto_pan(run: Runner, tdm: Package) -> None:
    require(run, "aes")
    key = f"decode('{PAN_KEY.hex()}', 'hex')"
    made = masked(run, f"host({tdm.ledger()}.crypto_pan(x, {key}, false))", list(PAN_TRACE))
    assert made == list(PAN_TRACE.values())


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_what_is_shared_stays_shared_and_no_more(
    run: Runner, tdm: Package, setting: dict[str, str | None], version: int
) -> None:
    """Every pair of neighbours and of strangers, to the bit; hence one to one, too."""
    require(run, str(setting["prf"]))
    given = addresses(version, 2000 if setting["prf"] != "aes" else 400)
    made = masked(run, f"host({tdm.mask_network('x', **setting)})", given)
    before = [ipaddress.ip_address(a) for a in given]
    after = [ipaddress.ip_address(a) for a in made]
    assert len(set(after)) == len(before)
    order = sorted(range(len(before)), key=lambda place: int(before[place]))
    pairs = [*pairwise(order), *zip(order, random.Random(1).sample(order, len(order)), strict=True)]  # noqa: S311
    for one, two in pairs:
        assert shared(before[one], before[two]) == shared(after[one], after[two])
    assert sum(a == b for a, b in zip(before, after, strict=True)) < len(before) * 0.05


@pytest.mark.parametrize("version", [4, 6])
def test_an_address_stays_in_its_class(run: Runner, tdm: Package, version: int) -> None:
    """So nothing private becomes public, and nothing public private, loopback or multicast."""
    given = addresses(version, 2000)
    made = masked(run, f"host({tdm.mask_network('x')})", given)
    tried = set()
    for before, after in zip(given, made, strict=True):
        old, new = ipaddress.ip_address(before), ipaddress.ip_address(after)
        for network in CLASSES:
            assert (old in network) == (new in network), (before, after, network)
            tried |= {network} if old in network else set()
    assert len(tried) == sum(network.version == version for network in CLASSES)


def test_the_bits_that_stay(run: Runner, tdm: Package) -> None:
    """The table by the first byte against the classes themselves."""
    given = [*addresses(4, 400), *addresses(6, 400)]
    given += [str(ipaddress.IPv4Address(byte << 24 | 77)) for byte in range(256)]
    given += [str(ipaddress.IPv6Address((byte << 120) | (77 << 64))) for byte in range(256)]
    ledger = tdm.ledger()
    made = masked(run, f"{ledger}.class_bits({ledger}.address_bytes(x))", given)
    for text, kept in zip(given, made, strict=True):
        address = ipaddress.ip_address(text)
        wanted = max(
            min(shared(address, network.network_address) + 1, network.prefixlen)
            for network in CLASSES
            if network.version == address.version
        )
        assert int(kept) == wanted, text


@pytest.mark.parametrize("prf", ["hmac-sha256", "aes"])
def test_netmasks_stay_and_networks_stay_networks(run: Runner, tdm: Package, prf: str) -> None:
    require(run, prf)
    chosen = random.Random(5)  # noqa: S311
    given = []
    for version, bits in ((4, 32), (6, 128)):
        for text in addresses(version, 200):
            given.append(f"{text}/{chosen.randrange(bits + 1)}")
    hosts = masked(run, str(tdm.mask_network("x", prf=prf)), given)
    networks = [str(ipaddress.ip_network(text, strict=False)) for text in given]
    made = masked(run, str(tdm.mask_network("x", prf=prf)), networks, kind="cidr")
    for before, host, network in zip(given, hosts, made, strict=True):
        after = ipaddress.ip_interface(host)
        assert after.network.prefixlen == ipaddress.ip_interface(before).network.prefixlen
        # raises where a bit is set behind the netmask
        assert ipaddress.ip_network(network) == after.network
    assert len(set(made)) == len(set(networks))


def test_null_and_any_address_and_no_other_setting(run: Runner, tdm: Package) -> None:
    mask = tdm.mask_network("x")
    assert run.each([None, "0.0.0.0/0", "::/0", "::1", "127.0.0.1"], "inet", mask) == [
        (None, None),
        *((text, text) for text in ("0.0.0.0/0", "::/0", "::1/128", "127.0.0.1/32")),
    ]
    assert run.value(f"select pg_typeof({mask})::text from (values (cidr '10/8')) as v (x)") == (
        "cidr"
    )
    with pytest.raises(CompilerError, match="expects within"):
        tdm.mask_network("x", within="public")
    with pytest.raises(CompilerError, match="expects prf"):
        tdm.mask_network("x", prf="md5")
