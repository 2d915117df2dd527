"""What happens when somebody gets a model wrong."""

from __future__ import annotations

from pathlib import Path

from main_job.support import Job, replace_in


def test_references_that_are_treated_differently(newest: None, job: Job, tmp_path: Path) -> None:
    """One end of a reference in another domain: the gate says so before anybody joins."""
    project = job.copied_project(tmp_path)
    model = project / "models/masked/shop/masked_shop__carts.sql"
    good = "{{ tdm.token_bigint('customer_id', domain='customer_id') }}"
    replace_in(model, good, good.replace("domain='customer_id'", "domain='somebody'"))
    assert job.dbt("run", "--select", "masked_shop__carts", project=project).exit_code == 0
    run = job.dbt("test", "--select", "references_agree_shop", project=project)
    failures = job.failures(project)
    assert run.exit_code == 1 and list(failures) == ["references_agree_shop"]
    message = failures["references_agree_shop"]
    assert "carts.customer_id is masked by token_bigint in the domain somebody, but" in message
    assert "points at, is masked by token_bigint in the domain customer_id. Give" in message
    assert "Give both the same mask and domain" in message
    assert job.dbt("run", "--select", "masked_shop__carts").exit_code == 0
    again = job.dbt("test", "--select", "references_agree_shop")
    assert again.exit_code == 0, again.output
