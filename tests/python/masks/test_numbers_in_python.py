"""What masks of dates and numbers make, computed by Python as well."""

from __future__ import annotations

import hashlib
import hmac
from decimal import ROUND_HALF_UP, Decimal

from masks import rendered
from masks.running import Runner

tdm = rendered.package()
KEY = bytes(range(32))
ENTITY = hashlib.sha256(b"entity").digest()


def bits(digest: bytes) -> int:
    """Bytes 25 to 32 as tdm.slice reads them."""
    return int.from_bytes(digest[24:32], "big") >> 4


def test_python_makes_the_same(run: Runner) -> None:
    steps = {
        "of": bits(hashlib.sha256(ENTITY + b"number:x").digest()),
        "amount": bits(hashlib.sha256(ENTITY + b"number:amount").digest()),
        "value": bits(hmac.digest(KEY, b"1234.50", "sha256")),
    }
    cent, value = Decimal("0.01"), Decimal("1234.50")
    made = {
        name: value * (1 + Decimal((step % 20001 - 10000) * 10) / 1000000)
        for name, step in steps.items()
    }
    ((_, shifted, weeks),) = run.each(
        ["2024-02-29"], "date",
        f"({tdm.shift_date('x', of='e')}) - x",
        f"({tdm.shift_date('x', of='e', weekday=True)}) - x",
    )  # fmt: skip
    assert int(str(shifted)) == bits(ENTITY) % 61 - 30 == 11
    assert int(str(weeks)) == (bits(ENTITY) % 9 - 4) * 7
    found = run.each(
        ["1234.50"], "numeric",
        tdm.add_noise("x", of="e"), tdm.scale_amount("x", of="e"), tdm.add_noise("x"),
    )[0][1:]  # fmt: skip
    assert [Decimal(str(text)) for text in found] == [
        number.quantize(cent, ROUND_HALF_UP) for number in made.values()
    ]


def test_python_shuffles_the_same(run: Runner) -> None:
    rows = {number: f"v{number}" for number in range(1, 41)}
    order = sorted(rows, key=lambda number: hmac.digest(KEY, str(number).encode(), "sha256"))
    expected = {number: rows[order[(place + 1) % len(order)]] for place, number in enumerate(order)}
    found = run.rows(
        f"select id, {tdm.shuffle('x', by='id')} from"
        " (select i as id, 'v' || i as x from generate_series(1, 40) as i) as t"
    )
    assert dict(found) == expected
    categories = "(select * from generate_series(1, 40) as i (x))"
    found = run.rows(
        f"select x, {tdm.permute_category('x', categories, domain='d')}"
        " from (select i::text as x from generate_series(1, 40) as i) as t"
    )
    assert {int(str(x)): f"v{y}" for x, y in found} == expected
