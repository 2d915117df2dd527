"""An environment that dbt_project.yml does not name is strict; its errors say what to write."""

from __future__ import annotations

from main_job.support import SOURCE_ONLY, Built, clone, dbt_environment

MODEL = "masked_catalog__suppliers"
REFUSED = (
    "catalog.suppliers.vatId: mask_code can be undone by whoever has the key, and pre_prod refuses"
    " that for class direct. Use a one-way mask (token_text, mask_email, mask_secret), or name in"
    " dbt_project.yml the classes for which it shall refuse that: "
    " tdm_policy: {pre_prod: {no_reversible: [credential, sensitive, free_text]}}"
)


def test_pre_prod_is_strict_until_somebody_says_otherwise(newest: None, built: Built) -> None:
    with clone(built, SOURCE_ONLY) as job:
        environment = dbt_environment(built.server, built.project)
        asked = ["build", "--target", "pre_prod", "--select", f"+{MODEL}", "canaries"]
        asked += ["--indirect-selection", "buildable"]
        run = built.forks.run(asked, built.project, environment)
        assert run.exit_code == 1
        results = job.results().items()
        assert [name for name, (status, _) in results if status == "error"] == [MODEL]
        assert REFUSED in job.failures()[MODEL]
        assert REFUSED in run.output
        assert "RuntimeWarning" not in run.output
        written = REFUSED.rpartition("  ")[2]
        run = built.forks.run([*asked, "--vars", f"{{{written}}}"], built.project, environment)
        assert run.exit_code == 0, run.output
        assert job.value('select count(*) > 0 from pre_prod_catalog."Suppliers"')
