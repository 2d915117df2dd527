{#- A number moved by up to ± percent, or by up to ± amount, for the entity (of) or for the value. Its scale stays, and so does
    its sign: zero stays zero. What would leave the column's room (its type's, numeric(p, s) as the sources declare it, or min
    and max) moves the other way, and stops at the bound if that leaves it too. NaN and infinity stay.
    keep_sign   false: it may cross zero
    domain      the key space; with of, what tells this column's noise from that of the entity's others: its own name unless
                given, so that columns of one name move alike everywhere -#}
{% macro add_noise(column, percent=10, of=none, domain=none, amount=none, min=none, max=none, keep_sign=true, value=none) -%}
    {%- set original = tdm._value(column, value) -%}
    {%- set most = 'x::numeric * ' ~ tdm._number(percent) ~ ' / 100' if amount is none else tdm._number(amount) -%}
    {%- set bounds = tdm._room(column, min, max) ~ ', ' ~ ('true' if keep_sign else 'false') -%}
    {%- set space = domain if domain is not none else 'noise' if of is none else column -%}
    {%- set steps = tdm._steps(original, of, space, space) -%}
    {{ tdm.ledger() }}.add_noise({{ original }}, {{ original ~ '::numeric * ' if amount is none }}{{ steps }} * {{ 'trim_scale(' ~ tdm._number(percent if amount is none else amount) ~ (' / 1000000)' if amount is none else ' / 10000)') }}, {{ bounds }}) {{ tdm.marker(column, 'add_noise', {'version': 2, 'of': of, 'domain': space if of is none else none, 'by_value': of is none, 'moves': [tdm.ledger() ~ '.add_noise(x, ' ~ most ~ ', ' ~ bounds ~ ')', tdm.ledger() ~ '.add_noise(x, -(' ~ most ~ '), ' ~ bounds ~ ')']}) }}
{%- endmacro %}
