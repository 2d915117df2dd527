"""Misspelled sources and models, and models in a circle: one message, before any database."""

from __future__ import annotations

from pathlib import Path

import pytest

from masks import rendered
from tdm import plan
from tdm.errors import TdmError
from tdm.unknown import explained

SUBSET = "models/subset/shop"


@pytest.mark.parametrize(
    ("model", "old", "new", "said"),
    [
        (
            "subset_shop__reviews",
            "source('shop', 'reviews')",
            "source('shop', 'reveiws')",
            "there is no source shop.reveiws. Did you mean shop.reviews?",
        ),
        (
            "subset_shop__carts",
            "ref('sampled_shop__customers')",
            "ref('sampled_shop__custmer')",
            "there is no model sampled_shop__custmer. Did you mean sampled_shop__customers?",
        ),
    ],
)
def test_a_misspelled_source_or_model(
    project: Path, model: str, old: str, new: str, said: str
) -> None:
    file = project / SUBSET / f"{model}.sql"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(TdmError) as refused:
        plan.plan(project, "host=/nowhere", "staging_mask")
    assert str(refused.value) == f"dbt compile failed:\n  {SUBSET}/{model}.sql: {said}"


def test_models_in_a_circle(project: Path) -> None:
    """dbt ends in a traceback, which says where but not what to do."""
    file = project / "models/subset/catalog/subset_catalog__product_tags.sql"
    link = "tdm.end(ref('subset_catalog__products'), ['product_id']), "
    link += "tdm.end(ref('subset_catalog__tags'), ['tag_id'])"
    source = "source('catalog', 'product_tags')"
    file.write_text(f"{{{{ tdm.linked_rows({source}, ends=[{link}]) }}}}\n", encoding="utf-8")
    with pytest.raises(TdmError) as refused:
        plan.plan(project, "host=/nowhere", "staging_mask")
    said = str(refused.value)
    assert "Traceback" not in said
    assert "Models wait for each other: " in said
    assert "subset_catalog__product_tags" in said
    assert "members of one kept_together model" in said


def test_names_that_are_like_nothing_and_other_messages(tmp_path: Path) -> None:
    unknown = "Model 'model.a.b' (models/b.sql) depends on a node named 'q' which was not found"
    assert explained(tmp_path, unknown) == "models/b.sql: there is no model q."
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds/qq.csv").touch()
    (tmp_path / "models").mkdir()
    (tmp_path / "models/broken.yml").write_text("{", encoding="utf-8")
    assert explained(tmp_path, unknown) == "models/b.sql: there is no model q. Did you mean qq?"
    elsewhere = unknown.replace("node named 'q'", "source named 'q.r' in package or project 'p'")
    assert explained(tmp_path, elsewhere) == "models/b.sql: there is no source q.r."
    assert explained(tmp_path, "Runtime Error\n  no") == "Runtime Error\n  no"


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ("x.kind = 1", True),
        ("x.kind = 1 and x.day > '2024-01-01'", True),
        ("x.is_open and x.kind = 1 and x.day > '2024-01-01'", True),
        ("(x.kind = 1) and (x.is_open or x.day > '2024-01-01')", True),
        ("x.kind = 10", False),
        ("not x.kind = 1", False),
        ("x.kind = 1 or true", False),
        ("x.kind = 1 and x.is_open or true", False),
        ("x.is_open", False),
        (None, False),
    ],
)
def test_a_condition_that_narrows(where: str | None, holds: bool) -> None:
    """An owner's rows may be fewer than the sources declare, never others."""
    narrows = rendered.package()._narrows_one_of
    assert narrows(where, ["x.kind = 2", "x.kind = 1"]) is holds
    assert narrows(where, [None]) is True
