{#- From −10000 to 10000, for the entity or the value: what noise is made of. An entity's columns must not all move alike, or
    one known number gives away the rest: each label has a digest of its own, which is never printed. -#}
{% macro _steps(original, of, label, domain) -%}
    {%- set digest = tdm._digest(original, none, domain) -%}
    {%- if of is not none -%}
        {%- set digest = 'sha256(' ~ tdm.quoted(of) ~ ' || convert_to(' ~ tdm.literal('number:' ~ label) ~ ", 'UTF8'))" -%}
    {%- endif -%}
    ({{ tdm.slice(digest, 25) }} % 20001 - 10000)
{%- endmacro %}

{#- What the column has room for, as two SQL numbers: what the mask was told, else what numeric(p, s) leaves. That stands in
    the sources: SQL does not know it inside an expression. What integers and floats hold is known on the server. -#}
{% macro _room(column, low, high) -%}
    {%- set room = namespace(low=low, high=high) -%}
    {%- if execute and model is defined -%}
        {%- for source in tdm.project_sources() if model.name == 'masked_' ~ source.source_name ~ '__' ~ source.name -%}
            {%- for declared in source.columns.values() if declared.name == column -%}
                {%- set found = modules.re.fullmatch('(?:numeric|decimal)\\(\\s*([0-9]+)\\s*(?:,\\s*([0-9]+)\\s*)?\\)', declared.data_type or '') -%}
                {%- if found and found.group(1) | int >= found.group(2) | int(0) -%}
                    {%- set places = found.group(2) | int(0) -%}
                    {%- set whole = found.group(1) | int - places -%}
                    {%- set most = ('9' * whole or '0') ~ ('.' ~ '9' * places if places else '') -%}
                    {%- if room.low is none -%}{%- set room.low = '-' ~ most -%}{%- endif -%}
                    {%- if room.high is none -%}{%- set room.high = most -%}{%- endif -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(tdm._number(room.low, "'-Infinity'") ~ ', ' ~ tdm._number(room.high, "'Infinity'")) }}
{%- endmacro %}

{#- A number of a macro's argument as SQL; `absent` is what stands for none. -#}
{% macro _number(number, absent=none, positive=false) -%}
    {%- if number is none and absent is not none -%}{{ return(absent ~ '::numeric') }}{%- endif -%}
    {%- if not modules.re.fullmatch('-?[0-9]+([.][0-9]+)?', number | string) or (positive and not number | float > 0) -%}
        {%- do exceptions.raise_compiler_error('expected a number' ~ (' above 0' if positive else '') ~ ' but received: ' ~ number) -%}
    {%- endif -%}
    {{ return('(' ~ number ~ ')::numeric' if (number | string).startswith('-') else number ~ '::numeric') }}
{%- endmacro %}
