{#- The gate of the guard: every live column has a class, every declared column is still there with its type, every table
    of a declared schema is declared, and every type is known. On the model source_columns. -#}
{% test source_decided(model) %}
{{ config(meta={'gate': true}) }}

select
    schema_name || '.' || table_name || case when table_is_declared then coalesce('.' || column_name, '') else '' end || ': '
    || case
        when not table_is_declared
            then 'this table is not declared. Add to ' || declared_in || ':  - name: ' || table_name
            || '  with its columns, or with  config: {meta: {scope: out, reason: "…"}}'
        when live_type is null and declared_type is not null
            then 'declared, but production does not have it. Remove it from ' || declared_in
        when declared_type is null
            then 'not declared. Add to ' || declared_in || ':  - {name: ' || column_name || ', data_type: "' || live_type
            || '", config: {meta: {class: …}}}'
        when declared_type <> live_type
            then 'production has type ' || live_type || ', but ' || declared_in || ' says ' || declared_type
            || '. Look at its treatment, then write  data_type: "' || live_type || '"'
        when not type_is_known
            then 'no mask knows type ' || live_type || '. Leave the column out of its masked model, or accept the type in '
            || declared_in || ':  config: {meta: {class: …, accept_type: "' || live_type || '"}}'
        when class is null
            then 'no class. Write in ' || declared_in || ':  config: {meta: {class: …}}, one of direct, credential, quasi,'
            || ' sensitive, free_text, technical, none'
        else 'class ' || class || ' does not exist. Write one of direct, credential, quasi, sensitive, free_text, technical,'
            || ' none in ' || declared_in
    end as message
from {{ model }}
where
    coalesce(scope, 'in') = 'in'
    and (
        not table_is_declared
        or (
            column_name is not null
            and (
                class is null
                or class not in ('direct', 'credential', 'quasi', 'sensitive', 'free_text', 'technical', 'none')
                or declared_type is distinct from live_type
                or not type_is_known
            )
        )
    )
group by 1
order by 1
{% endtest %}
