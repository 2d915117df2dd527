{#- Writes what treats a masked column beside it, where psql, other tools and dbt docs (catalog.json) show it: the mask's fact
    sheet, where the arguments decide as they do here. -#}
{% macro comment_on_masks(relation, sql) -%}
    {%- set said = {} -%}
    {%- for facts in tdm.markers(sql, having='column') -%}
        {%- set text = tdm._sheet_of(facts) -%}
        {%- set before = said.get(facts.column, []) -%}
        {%- if text not in before -%}{%- do said.update({facts.column: before + [text]}) -%}{%- endif -%}
    {%- endfor -%}
    {%- for column, texts in said.items() %}
        comment on column {{ relation }}.{{ tdm.quoted(column) }} is {{ tdm.literal(texts | join('\n')) }};
    {%- endfor -%}
{%- endmacro %}

{#- What a marker and the sheet of its mask say, as one sentence. A mask of the project's own has no sheet. -#}
{% macro _sheet_of(facts) -%}
    {%- set sheet = tdm._sheets().get(facts.mask, {}) -%}
    {%- set by_nature = sheet.get('deterministic', 'yes') -%}
    {%- set words = ['deterministic' ~ by_nature[3:] if by_nature.startswith('yes') else 'deterministic ' ~ by_nature] -%}
    {%- do words.append('keyed' if facts.keyed else 'without a key') -%}
    {%- do words.append("one-to-one as the entity's key" if facts.injective == 'entity' else 'one-to-one' if facts.injective else 'not one-to-one') -%}
    {%- do words.append('reversible by the key holder' if facts.reversible else 'not reversible') -%}
    {%- if facts.get('by_value') -%}{%- do words.append('equal values stay equal') -%}{%- endif -%}
    {%- if facts.max_length is not none -%}{%- do words.append('the length stays' if facts.max_length == 'same' else 'at most ' ~ facts.max_length ~ ' characters') -%}{%- endif -%}
    {%- if facts.get('holds') -%}{%- do words.append('parts of the original may pass') -%}{%- endif -%}
    {%- set parts = [words | join(', ')] -%}
    {%- for label in ['domain', 'collisions', 'preserves', 'leaks', 'cost'] if label in sheet -%}{%- do parts.append(label | capitalize ~ ': ' ~ sheet[label]) -%}{%- endfor -%}
    {%- do parts.append('Allowed in ' ~ sheet.allowed) if 'allowed' in sheet -%}
    {%- set place = ' of ' ~ facts.of if facts.get('of') else ' in domain ' ~ facts.domain if facts.domain else '' -%}
    {%- set inner = ', made by ' ~ facts.made_by | join(' and ') if facts.get('made_by') else '' -%}
    {{ return(facts.mask ~ place ~ inner ~ (' (' ~ sheet.kind ~ ')' if sheet else '') ~ ': ' ~ parts | join('. ')) }}
{%- endmacro %}
