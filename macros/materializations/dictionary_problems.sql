{#- Why a masked model must not pick from its dictionaries, as a query (message): their rows are not those that the version has.
    An edited list would change pseudonyms without anybody having said so.
    names   of the dictionaries (see _dictionaries) -#}
{% macro dictionary_problems(names) -%}
select
    stated.name || ' of version ' || stated.version || ' is not the list of that version (its digest is ' || coalesce(found.digest, 'none')
    || ', expected ' || stated.digest || '): it would change pseudonyms. Undo the edit of ' || stated.name || '.csv and run  dbt seed, or make it a new version: raise version, and state digest and sizes, in '
    || 'macros/mask/_dictionaries.sql' as message
from (
    {%- set rows = [] -%}
    {%- for name in names -%}
        {%- do rows.append([name, tdm._dictionaries()[name].version | string, tdm._dictionaries()[name].digest]) -%}
    {%- endfor %}
    {{ tdm.rows_as_values(rows, ['name', 'version', 'digest']) | indent(4) }}
) as stated
left join (
    select null::text as name, null::text as digest where false
    {%- for name in names %}

    union all
    select
        {{ tdm.literal(name) }},
        left(encode(sha256(convert_to(string_agg(
            concat_ws('|', locale, position, row ->> 'value', row ->> 'region', row ->> 'postcode', row ->> 'sex'), e'\n' order by locale collate "C", position
        ), 'UTF8')), 'hex'), 16)
    from (select locale, position, to_jsonb(entries) as row from {{ tdm._dictionary_rows(name) }}) as listed
    {%- endfor %}
) as found on stated.name = found.name
where found.digest is distinct from stated.digest
order by 1
{%- endmacro %}

{#- The dictionaries that the present model picks from. -#}
{% macro dictionaries_of(node) -%}
    {%- set found = [] -%}
    {%- for name in tdm._dictionaries() if 'seed.tdm.' ~ name in node.depends_on.nodes -%}{%- do found.append(name) -%}{%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
