{#- A common browser's user agent, from a short list that does not change with the times. So few there are that none tells
    devices apart.
    keep_family     Edge, Opera, Firefox, Chrome, Safari, bots, and all others stay what they are -#}
{% macro mask_user_agent(column, of=none, domain='user_agent', keep_family=false, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set digest = tdm.field_digest(of, 'user agent') if of is not none else tdm._digest(original, none, domain) -%}
    {%- set masked = tdm.ledger() ~ ".invented_agent(" ~ original ~ ", " ~ digest ~ ", " ~ ('true' if keep_family else 'false') ~ ")" -%}
    {{ tdm._unless_empty(original, masked) }} {{ tdm.marker(column, 'mask_user_agent', {'of': of, 'domain': domain, 'by_value': of is none, 'max_length': 139, 'space': '15', 'made_of': 'words'}) }}
{%- endmacro %}
