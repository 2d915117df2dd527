"""Files and credentials: blank files that open, passwords that log in, noise of the same size."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import re
import time

import psycopg
import pytest
from PIL import Image

from conftest import TestServer
from masks import rendered
from masks.numbers import Random
from masks.rendered import CompilerError
from masks.running import Runner

tdm = rendered.package()
MAGIC = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xe1",
    "gif": b"GIF89a",
    "webp": b"RIFF\x10\x20\x30\x40WEBP",
    "pdf": b"\xef\xbb\xbf\n%PDF-1.7",
}
PASSWORD = "tdm-test"  # noqa: S105


def _bytes(text: str | None) -> bytes:
    assert text is not None
    return bytes.fromhex(text.removeprefix("\\x"))


def _opens(kind: str, file: bytes) -> None:
    if kind == "pdf":
        start = int(re.findall(rb"startxref\n(\d+)\n%%EOF\n\Z", file)[0])
        table = re.match(rb"xref\n0 (\d+)\n((?:\d{10} \d{5} [nf] \n)+)trailer\n<<", file[start:])
        assert table and int(table[1]) == len(table[2]) // 20
        for number, offset in enumerate(re.findall(rb"(\d{10}) 00000 n", table[2]), 1):
            assert file[int(offset) :].startswith(b"%d 0 obj\n" % number)
        return
    with Image.open(io.BytesIO(file)) as image:
        image.load()
        assert image.format == kind.upper() and image.size == (1, 1)
        assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("kind", MAGIC)
def test_a_blank_file_of_the_same_kind(run: Runner, kind: str) -> None:
    r = Random(kind)
    files = [MAGIC[kind] + r.randbytes(size) for size in (0, 1, 50, 5000)]
    for masked in (tdm.mask_image("x"), tdm.mask_image("x", kind=kind)):
        made = run.each(["\\x" + file.hex() for file in files], "bytea", masked)
        assert len({after for _, after in made}) == 1
        _opens(kind, _bytes(made[0][1]))


def test_other_files_become_empty(run: Runner) -> None:
    r = Random("other")
    files = [r.randbytes(r.randrange(1, 300)) for _ in range(2000)]
    files += [MAGIC[kind][:2] for kind in MAGIC] + [b"RIFF1234WAVEfmt", b"<svg/>"]
    values: list[str | None] = ["\\x" + file.hex() for file in files]
    found = run.each([*values, "\\x", None], "bytea", tdm.mask_image("x"))
    assert {after for _, after in found[:-1]} == {"\\x"} and found[-1] == (None, None)
    with pytest.raises(CompilerError, match="knows no kind 'tiff'"):
        tdm.mask_image("x", kind="tiff")


def test_noise_of_the_same_size(run: Runner) -> None:
    r = Random("noise")
    files = [r.randbytes(size) for size in (1, 2, 31, 32, 33, 64, 65, 100_000)]
    files += [r.randbytes(r.randrange(8, 200)) for _ in range(1000)]
    found = run.each(["\\x" + file.hex() for file in files], "bytea", tdm.mask_bytes("x"))
    for file, (_, made) in zip(files, found, strict=True):
        assert len(_bytes(made)) == len(file)
        assert len(file) < 8 or file[:8] not in _bytes(made)
    assert len({made for _, made in found}) >= len(files) - 2


def _hash_of(run: Runner, stored: str, values: list[str | None]) -> str:
    found = run.each(values, "varchar(200)", tdm.mask_password_hash("x", hash=stored))
    assert found[-2:] == [("", ""), (None, None)]
    (made,) = {after for _, after in found[:-2]}
    assert made is not None
    return made


def _examples() -> dict[str, str]:
    """The examples in the macro's file."""
    file = rendered.REPO / "macros/mask/secret/mask_password_hash.sql"
    found = re.findall(r"^ {8}(\w+)\b.*? {2,}(\S+)", file.read_text(encoding="utf-8"), re.M)
    return dict(found)


def test_testers_log_in_by_pbkdf2_and_scrypt(run: Runner) -> None:
    """As Django and Werkzeug check a password."""
    values = ["pbkdf2_sha256$600000$abc$real", "$2b$12$other", "", None]
    algorithm, rounds, salt, digest = _hash_of(run, _examples()["PBKDF2"], values).split("$")
    assert algorithm == "pbkdf2_sha256"
    derived = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt.encode(), int(rounds))
    assert hmac.compare_digest(base64.b64encode(derived).decode(), digest)
    parameters, salt, start = _examples()["scrypt"].split("$")
    n, r, p = map(int, parameters.split(":")[1:])
    derived = hashlib.scrypt(PASSWORD.encode(), salt=salt.encode(), n=n, r=r, p=p)
    assert derived.hex().startswith(start.removesuffix("…")) and len(start) == 9
    stored = f"{parameters}${salt}${derived.hex()}"
    assert _hash_of(run, stored, values) == stored


def _wait_until_refused(server: TestServer) -> None:
    """The new rules count from a moment on that nobody is told."""
    for _ in range(200):
        try:
            psycopg.connect(server.dsn(), user="tester", connect_timeout=10).close()
        except psycopg.OperationalError:
            return
        time.sleep(0.05)
    raise AssertionError("the rules of pg_hba.conf were not read")


def test_testers_log_in_to_postgresql(server: TestServer, run: Runner) -> None:
    """A SCRAM verifier of the known password, put in by the mask, opens a session."""
    salt, rounds = b"tdm test salt 16", 4096
    salted = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, rounds)
    client = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    keys = [client, hmac.digest(salted, b"Server Key", "sha256")]
    encoded = [base64.b64encode(part).decode() for part in (salt, *keys)]
    stored = f"SCRAM-SHA-256${rounds}:{encoded[0]}${encoded[1]}:{encoded[2]}"
    made = _hash_of(run, stored, ["SCRAM-SHA-256$4096:real", "", None])
    rules = server.data / "pg_hba.conf"
    before = rules.read_text(encoding="utf-8")
    run.rows(f"create role tester login password '{made}'")
    try:
        rules.write_text(f"local all tester scram-sha-256\n{before}", encoding="utf-8")
        run.rows("select pg_reload_conf()")
        _wait_until_refused(server)
        opened = {}
        for password in (PASSWORD, "wrong"):
            try:
                with psycopg.connect(
                    server.dsn(), user="tester", password=password, connect_timeout=10
                ) as session:
                    opened[password] = session.info.user
            except psycopg.OperationalError as error:
                opened[password] = str(error)
        assert opened[PASSWORD] == "tester"
        assert "password authentication failed" in opened["wrong"]
    finally:
        rules.write_text(before, encoding="utf-8")
        run.rows("select pg_reload_conf()")
        run.rows("drop role tester")
