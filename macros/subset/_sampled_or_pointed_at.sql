{#- The keys (and further columns) that are sampled, or pointed at. Only what is not sampled is looked up in the source. -#}
{% macro _sampled_or_pointed_at(source, key, columns, referenced_by, sampled) -%}
    {%- set groups = tdm._groups(source, referenced_by) -%}
    {%- if sampled -%}
select {{ tdm.quoted_list(columns, 'sampled' if columns == key else 'x') }}, sampled.tdm_reason
from {{ sampled }} as sampled
        {%- if columns != key %}
inner join {{ tdm.own_rows(source) }} as x using ({{ tdm.quoted_list(key) }})
        {%- endif %}
        {%- if groups %}
union all
        {% endif %}
    {%- endif %}
    {%- if groups | length == 1 -%}
{{ tdm._looked_up(source, key, columns, groups[0], sampled) }}
    {%- elif groups -%}
(
    select distinct on ({{ tdm.quoted_list(key) }}) {{ tdm.quoted_list(columns) }}, tdm_reason
    from (
        {%- for edges in groups %}
        {{ tdm._looked_up(source, key, columns, edges, sampled) | indent(8) }}
        {%- if not loop.last %}
        union all
        {%- endif %}
        {%- endfor %}
    ) as pointed_at
    order by {{ tdm.quoted_list(key) }}, tdm_reason
)
    {%- endif %}
{%- endmacro %}

{#- The rows of a table that references of one group point at, and that are not sampled. -#}
{% macro _looked_up(source, key, columns, edges, sampled) -%}
{%- if edges[0].to == key and columns == key -%}
select {% for column in key %}pointed_at.r{{ loop.index }} as {{ tdm.quoted(column) }}, {% endfor %}pointed_at.tdm_reason
from (
    {{ tdm._pointed_at_by(edges, key, sampled) | indent(4) }}
) as pointed_at
where exists (select from {{ tdm.own_rows(source) }} as x where {{ tdm._matches(key, 'x', 'pointed_at') }})
{%- else -%}
select {{ tdm.quoted_list(columns, 'x') }}, pointed_at.tdm_reason
from {{ tdm.own_rows(source) }} as x
inner join (
    {{ tdm._pointed_at_by(edges, key, sampled) | indent(4) }}
) as pointed_at on {{ tdm._matches(edges[0].to, 'x', 'pointed_at') }}
{%- if sampled and edges[0].to != key %}
where not exists (select from {{ sampled }} as sampled where {{ tdm._same_key(key, 'sampled', 'x') }})
{%- endif %}
{%- endif %}
{%- endmacro %}

{#- What several references point at, each value once with one of the reasons, without the keys that are sampled. -#}
{% macro _pointed_at_by(edges, key, sampled) -%}
select {{ tdm._numbers(edges[0].to) }}, min(tdm_reason) as tdm_reason
from (
    {%- for edge in edges %}
    select {{ tdm._referencing(edge) }}, {{ tdm.literal('referenced by ' ~ edge.rows.identifier) }} as tdm_reason
    from {{ edge.rows }} as x
    {%- if edge.where %}
    where ({{ edge.where }})
    {%- endif %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
) as referencing
{%- if sampled and edges[0].to == key %}
where not exists (select from {{ sampled }} as sampled where {{ tdm._matches(key, 'sampled', 'referencing') }})
{%- endif %}
group by {{ tdm._numbers(edges[0].to) }}
{%- endmacro %}

{#- References that one look at the source can follow together: to the same columns, from columns of the same types. Columns of
    different types, and expressions, are compared one by one, as the reference itself would be. -#}
{% macro _groups(source, references) -%}
    {%- set groups = {} -%}
    {%- for edge in references -%}
        {%- set types = [] -%}
        {%- set referencing = tdm.source_behind(edge.rows) if execute else none -%}
        {%- if referencing -%}
            {%- do tdm.require_columns(source, edge.to) -%}
            {%- do tdm._require_columns_of(referencing, edge.columns) -%}
        {%- endif -%}
        {%- for column in edge.columns or [] if referencing -%}{%- do types.append(referencing.columns[column].data_type) -%}{%- endfor -%}
        {%- set name = tojson([edge.to, types if edge.columns else loop.index]) -%}
        {%- do groups.update({name: groups.get(name, []) + [edge]}) -%}
    {%- endfor -%}
    {{ return(groups.values() | list) }}
{%- endmacro %}

{#- `a.key = b.key and …`. -#}
{% macro _same_key(key, left, right) -%}
    {%- for column in key -%}{{ left }}.{{ tdm.quoted(column) }} = {{ right }}.{{ tdm.quoted(column) }}{{ ' and ' if not loop.last }}{%- endfor -%}
{%- endmacro %}
