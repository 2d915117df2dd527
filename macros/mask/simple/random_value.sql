{#- A value of the column's own type, drawn for the row, whatever the original was: of an integer, enum, boolean or UUID any that
    the type has; of other numbers, dates and times any from min to max.
        {{ tdm.random_value('quantity', by='order_item_id', min=1, max=20) }} as quantity,
    by          the columns that tell rows apart: a key. Columns of one row are drawn apart from each other
    min, max    bounds, both included: numbers, dates or times as text, labels of the enum in its order
    value       SQL instead of the column: a domain over an enum as its enum, 'mood::mood_type' -#}
{% macro random_value(column, by, min=none, max=none, domain='random', value=none) -%}
    {%- set type = tdm._declared_type(column) or '' -%}
    {%- if modules.re.match('(char|varchar|bpchar|text|citext|name|json|xml|bytea|bit|inet|cidr|mac|interval|point|hstore|tsvector)|.*(range|\\])$', type) -%}
        {%- do exceptions.raise_compiler_error((model.name if model is defined else '') ~ '.' ~ column ~ ': random_value draws numbers, dates, times, booleans, UUIDs and enums, not ' ~ type ~ '. Take lorem_text, mask_code or token_text for text, mask_json for documents, or set_constant') -%}
    {%- endif -%}
    {%- set bounds = tdm._bounds_drawn(column, min, max) -%}
    {%- set original = tdm._value(column, value) -%}
    {%- set keys = [by] if by is string else by -%}
    {%- set row = 'coalesce(' ~ tdm.quoted(keys[0]) ~ "::text, '')" if keys | length == 1 else 'jsonb_build_array(' ~ tdm.quoted_list(keys) ~ ')::text' -%}
    {%- set digest = tdm.hmac(tdm.canonical(tdm.literal(column ~ ':') ~ ' || ' ~ row), domain) -%}
    {%- set moves = [] -%}
    {#- the least, the greatest, and two others -#}
    {%- for drawn in ['sha256(\'\')', 'sha256(\'x\')', "decode(repeat('00', 32), 'hex')"] -%}{%- do moves.append(tdm.ledger() ~ '.random_value(x, ' ~ drawn ~ ', ' ~ bounds | join(', ') ~ ')') -%}{%- endfor -%}
    {%- if bounds[1] != 'null' -%}{%- do moves.append(tdm.ledger() ~ ".random_value(x, sha256(''), " ~ bounds[1] ~ ', ' ~ bounds[1] ~ ')') -%}{%- endif -%}
    {{ tdm.ledger() }}.random_value({{ original }}, {{ digest }}, {{ bounds | join(', ') }}) {{ tdm.marker(column, 'random_value', {'domain': domain, 'space': '2', 'moves': moves if value is none else []}) }}
{%- endmacro %}

{#- The bounds as SQL: of numbers what the mask was told or numeric(p, s) leaves, else text that becomes the column's type. -#}
{% macro _bounds_drawn(column, min, max) -%}
    {%- if min is string or max is string -%}
        {{ return([tdm.literal(min) if min is not none else 'null', tdm.literal(max) if max is not none else 'null']) }}
    {%- endif -%}
    {%- if min is not none and max is not none and min > max -%}
        {%- do exceptions.raise_compiler_error((model.name if model is defined else '') ~ '.' ~ column ~ ': min of random_value is above max') -%}
    {%- endif -%}
    {%- set found = [] -%}
    {%- for bound in tdm._room(column, min, max).split(', ') -%}{%- do found.append('null' if 'Infinity' in bound else bound) -%}{%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
