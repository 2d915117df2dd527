"""What a mask calls one to one is so: as many outputs as inputs.

20,000 of them, a million nightly; of national ids, which take long, 400 and 100,000.

The inputs of a mask differ after the canonicalization that its sheet tells of (case and blanks of
addresses, punctuation of numbers); right check digits and wrong ones, possible numbers and others.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from conftest import TestServer
from masks import rendered
from masks.running import Runner, runner
from masks.test_awkward import CASES, Case

NIGHTLY = bool(os.environ.get("TDM_NIGHTLY"))
COUNT = 1_000_000 if NIGHTLY else 20_000
# Some tenths of a millisecond a value; and a type that has no more values.
FEWER = {"mask_national_id": COUNT // (10 if NIGHTLY else 50), "smallint": 60_000}
# An odd multiplier walks through all numbers of so many digits, once.
NUMBER = "lpad((i * 7907 * 7907 % 1e{0}::numeric)::text, {0}, '0')"
LETTERS = "translate(lpad(i::text, 7, '0'), '0123456789', 'QWERTZUIOP')"
# SQL over i, 0 and more: by scheme, mask or type.
INPUTS = {
    "us_ssn": NUMBER.format(9),
    "us_ein": NUMBER.format(9),
    "de_idnr": NUMBER.format(11),
    "pl_pesel": NUMBER.format(11),
    "nl_bsn": NUMBER.format(9),
    "in_aadhaar": NUMBER.format(12),
    "br_cpf": NUMBER.format(11),
    "se_personnummer": NUMBER.format(10),
    "br_cnpj": f"substr({NUMBER.format(14)}, 1, 8) || '000' || substr({NUMBER.format(14)}, 12)",
    "es_dni": f"{NUMBER.format(8)} || 'K'",
    "es_nie": f"'X' || {NUMBER.format(7)} || 'K'",
    "fr_nir": f"(1 + i % 2)::text || {NUMBER.format(12)} || '11'",
    "gb_nino": f"'AB' || {NUMBER.format(6)} || substr('ABCD', 1 + (i % 4)::int, 1)",
    "it_codice_fiscale": "'RSSMRA' || lpad((i % 100)::text, 2, '0') || 'A01H' ||"
    f" lpad((i / 100 % 1000)::text, 3, '0') || substr('{'ABCDEFGHIJ'}', 1 + (i / 100000)::int, 1)",
    "mask_card": NUMBER.format(16),
    "mask_iban": f"'DE' || {NUMBER.format(20)}",
    "mask_bic": f"left({LETTERS}, 4) || 'DE' || substr({LETTERS}, 5) || '2'",
    "mask_account_number": f"{NUMBER.format(9)} || '-A'",
    "mask_phone": f"case i % 3 when 0 then '+49' when 1 then '+1' else '0' end || {NUMBER.format(10)}",  # noqa: E501
    "mask_email": "'someone.' || i || '@corp.test'",
    "mask_login": "'someone.' || i",
    "mask_url": "'https://corp.test/' || i",
    "mask_postcode": NUMBER.format(9),
    "mask_code": f"{LETTERS} || '-é' || i % 7",
    "mask_digits": f"'K-' || {NUMBER.format(12)}",
    "mask_ff1": NUMBER.format(12),
    "mask_secret": "'sk_live_' || i",
    "mask_device_id": "case i % 3 when 0 then md5(i::text)::uuid::text when 1"
    f" then {NUMBER.format(15)} else substr(md5(i::text), 1, 16) end",
    "token_text": "'key ' || i",
    "mask_when": "'key ' || i",
    "permute_category": "'kind ' || i",
    "bigint": "(i * 7907 * 7907 * 7907 - 9e13)::bigint",
    "integer": "(i * 2003 - 1000000000)::integer",
    "smallint": "(i - 30000)::smallint",
    "uuid": "md5(i::text)::uuid",
    "inet": "set_masklen('16.0.0.0'::inet + i * 97, case when i % 2 = 0 then 32 else 24 end)",
    "cidr": "set_masklen('16.0.0.0'::cidr, 32) + i * 97",
    "macaddr": "lpad(to_hex(i * 7907 * 7907), 12, '0')::macaddr",
    "macaddr8": "lpad(to_hex(i * 7907 * 7907), 16, '0')::macaddr8",
    "bigint[]": "array[i, null, -i]",
    "integer[]": "array[i::integer]",
    "smallint[]": "array[(i % 1000)::smallint, (i / 1000)::smallint]",
    "uuid[]": "array[md5(i::text)::uuid]",
    "text[]": "array['k' || i]",
    "varchar[]": "array['k' || i]",
}
# NULL for everything is one to one in an index, which holds NULLs apart.
ONE_TO_ONE = [case for case in CASES if case.facts["injective"] is True and case.mask != "set_null"]


def _source(case: Case) -> str:
    """Where INPUTS has it."""
    return next(
        name for name in (str(case.arguments.get("scheme")), case.mask, case.kind) if name in INPUTS
    )


@pytest.fixture(scope="module")
def inputs(server: TestServer) -> Iterator[Runner]:
    if server.version != 18 and not NIGHTLY:
        pytest.skip("20,000 values of each on PostgreSQL 18; elsewhere with TDM_NIGHTLY=1")
    with runner(server) as running:
        running.rows(f"create schema if not exists {rendered.SCHEMA}")
        for case in ONE_TO_ONE:
            running.prepare({"given": case.given})
        running.rows(
            "create table numbers as select i, sha256(int8send(i)) as e"
            f" from generate_series(0, {COUNT - 1}::bigint) as i;"
            " alter table numbers set (parallel_workers = 2); analyze numbers;"
            " create table masks.listed as select 'kind ' || i as x from numbers;"
            " set parallel_setup_cost = 0; set parallel_tuple_cost = 0"
        )
        yield running


@pytest.mark.parametrize("case", ONE_TO_ONE, ids=lambda case: case.name)
def test_as_many_outputs_as_inputs(inputs: Runner, case: Case) -> None:
    if case.facts.get("needs") == "pgcrypto" and not inputs.has_aes:
        pytest.skip("this server has no pgcrypto")
    source = _source(case)
    count = min(COUNT, FEWER.get(case.mask, COUNT), FEWER.get(case.kind, COUNT))
    made = (
        f"select x::text as x, ({case.sql})::text as y from (select i, e, ({INPUTS[source]})::{case.kind}"  # noqa: E501
        f" as x from numbers where i < {count} offset 0) as things"
    )
    [(given, different, outputs)] = inputs.rows(
        f"select count(*), count(distinct x), count(distinct y) from ({made}) as masked"
    )
    assert (given, different) == (count, count), source
    assert outputs == count
