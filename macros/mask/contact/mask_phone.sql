{#- A number that reaches nobody, in the layout of the original. International numbers stay in their country, or get that of
    country=: they are of its range for fiction, else begin with 00, as no national number does. National ones are of the range
    for fiction of country=; where there is none, they are dialled into the calling code 999 (00999), which no country has, and
    short ones become 555-01xx.
    country  a country as a constant (DE), or SQL that makes its code
    unique   for columns under a unique index: digits are permuted within a country and layout; somebody may have the result -#}
{% macro mask_phone(column, of=none, domain='phone', country=none, unique=false, value=none) -%}
    {%- if unique and (of is not none or country is not none) -%}
        {%- do exceptions.raise_compiler_error((model.name if model is defined else '') ~ '.' ~ column ~ ': mask_phone is one to one by value only, and keeps the number\'s own country. Leave out of= and country=, or unique=true') -%}
    {%- endif -%}
    {%- set original = tdm._text(column, value) -%}
    {%- if unique -%}
    {{ tdm.ledger() }}.permuted_phone({{ original }}, {{ tdm.round_keys(domain) }}) {{ tdm.marker(column, 'mask_phone', {'version': 2, 'domain': domain, 'by_value': true, 'injective': true, 'reversible': true, 'max_length': 'same', 'space': '1e6', 'made_of': 'layout'}) }}
    {%- else -%}
    {%- set code = tdm._calling_code(country) -%}
    {{ tdm._unless_empty(original, tdm.ledger() ~ ".invented_phone(" ~ original ~ ", " ~ code ~ ", " ~ tdm._printed(original, of, domain, 'phone') ~ ")") }} {{ tdm.marker(column, 'mask_phone', {'version': 2, 'of': of, 'domain': domain, 'by_value': of is none, 'max_length': 'same', 'varies': none if country is none or modules.re.match('^[A-Z]{2}$', country) else country}) }}
    {%- endif -%}
{%- endmacro %}

{#- The calling code of a country, as SQL; NULL where it is not known. -#}
{% macro _calling_code(country) -%}
    {%- if country is none -%}{{ return('null') }}{%- endif -%}
    {%- if not modules.re.match('^[A-Z]{2}$', country) -%}{{ return(tdm.ledger() ~ ".calling_code((" ~ country ~ ")::text)") }}{%- endif -%}
    {%- if country not in tdm._countries() -%}
        {%- do exceptions.raise_compiler_error((model.name if model is defined else '') ~ ': no calling code is known for country ' ~ country ~ ', only for ' ~ tdm._countries() | sort | join(', ') ~ '. Leave out country=') -%}
    {%- endif -%}
    {{ return(tdm.literal(tdm._countries()[country].calling)) }}
{%- endmacro %}
