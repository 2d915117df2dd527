"""One rule of spelling: SQL writes values down by it, SQL and Python find them by it."""

from __future__ import annotations

import random

import pytest

from main_job.support import Job
from tdm.dump import spelling

PLAIN, SPELLED, HAS_PARTS, PARTS = (
    f"staging_mask_tdm.{name}" for name in ("plain", "spelled", "has_parts", "parts")
)

# One value and ways to write it.
SAME = {
    "+49 (30) 123-45678": (
        "493012345678", "+49 30 12345678", "49.30.123.456.78", "４９３０１２３４５６７８",
        "%2B49%2030%2012345678", "&#43;49&nbsp;30&#x20;12345678", "+49–30–12345678",
        "+49 <b>30</b> 12345678",
    ),
    "4111 1111 1111 1111": ("4111111111111111", "4111-1111-1111-1111", "4111.1111.1111.1111"),
    "GB29 NWBK 6016 1331 9268 19": ("GB29NWBK60161331926819", "gb29-nwbk-6016-1331-9268-19"),
    "Anna.K@Mail.Example": (
        "anna.k@mail.example", " ANNA.K@MAIL.EXAMPLE\n", "anna.k%40mail.example",
        "anna.k&#64;mail.example", "anna.k&#x40;mail.example", "anna.k&commat;mail.example",
        "ａｎｎａ.ｋ＠ｍａｉｌ.example",
    ),
    "OF8446620": ("of8446620", "<b>OF8446620</b>"),
}  # fmt: skip
AROUND = (
    "{}", "write to <{}>, please.", "x: {}; y", '{{"a": ["{}"]}}', "<a href='?q={}'>there</a>",
    "<td>{}</td><td>1</td>", "2024-01-05 {}", "({})", "no 17, {} (2 times)", "a\n{}\nb",
)  # fmt: skip
BITS = (
    "anna@x.example", "AI7098031", "+1 110 820 1814", "008-34-9732", "FR73 5912 3456 AB12 7",
    "FR73591234567", "Arjun Doe", "<b>", "</b>", "<br/>", "%20", "%40", "%C3%A9", "%25", "%zz",
    "&amp;", "&#64;", "&#x40;", "&#38;", "&#160;", "&nbsp;", "&lt;", "&quot;", "王小明", " ", ". ",
    ", ", ";", ":", "(", ")", "-", "_", "/", "\n", "\t", "\r", "\v", "'s", "é", "10.2.3.44", "1",
    "22", "333", "4444", "x", "ab", "abcd", "abcde", "ab12", "ab12 cdef", "O'Neil", "=", '"', "'",
    "２３４", "＠", "–", "\u200b", "\u00a0", "<a href='tel:+1 555 1234567'>", "<joe@x.yz>", "{",
    "550e8400-e29b-41d4-a716-446655440000", "7a:71:ca:4a:59:03", "}", "|", "\\", "#", "*", "!",
    "?", "[", "]", "@", "ß", "2024-01-05T10:11:12", "ı", "½",
)  # fmt: skip


def known(job: Job, texts: list[str]) -> list[set[str]]:
    """What SQL looks up for each text."""
    rows = job.query(
        f"""
        select array_agg(part) from unnest(%s::text[]) with ordinality as t (value, place)
        cross join lateral (select {PLAIN}(value) as plain offset 0) as p
        cross join lateral (
            select {SPELLED}(plain) as part
            union all select part from {PARTS}(plain) as part where {HAS_PARTS}(plain)
        ) as parts
        group by place order by place
        """,
        [texts],
    )
    return [{part for part in parts if len(part.encode()) >= 6} for (parts,) in rows]


def looked_up(text: str) -> set[str]:
    """What Python looks up for a text, in lower case."""
    plain = spelling.plain(text)
    found = {spelling.spelled(plain)}
    if spelling.has_parts(plain):
        found |= spelling.parts(plain)
    return {part.lower() for part in found if len(part.lower().encode()) >= 6}


def test_other_spellings_are_the_same_value(looked_at: Job) -> None:
    values = list(SAME)
    written = dict(
        zip(
            values,
            (row[0] for row in looked_at.query(
                f"select {SPELLED}({PLAIN}(v)) from unnest(%s::text[]) with ordinality as t (v, n)"
                " order by n",
                [values],
            )),
            strict=True,
        )
    )  # fmt: skip
    texts = [
        (value, around.format(other))
        for value, others in SAME.items()
        for other in (value, *others)
        for around in AROUND
    ]
    found = known(looked_at, [text for _, text in texts])
    missing = [
        text
        for (value, text), parts in zip(texts, found, strict=True)
        if written[value] not in parts
    ]
    assert missing == []
    assert [text for value, text in texts if written[value] not in looked_up(text)] == []


@pytest.mark.parametrize("seed", range(3))
def test_sql_and_python_agree(looked_at: Job, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311
    texts = ["".join(dice.choices(BITS, k=dice.randint(1, 12))) for _ in range(4000)]
    found = known(looked_at, texts)
    different = [
        (text, in_sql ^ looked_up(text))
        for text, in_sql in zip(texts, found, strict=True)
        if in_sql != looked_up(text)
    ]
    assert different[:5] == []


def test_what_is_no_number_stays(looked_at: Job) -> None:
    """Dates, short numbers and versions keep their punctuation."""
    for text in ("2024-01-05", "12.50", "555-0123", "1.2.3.4", "de12", "ORD-2024-000123"):
        assert spelling.spelled(text) == text
        assert looked_at.value(f"select {SPELLED}({PLAIN}(%s))", [text]) == text.lower()
