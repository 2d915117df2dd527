{#- A mask only where a condition over the row's original values holds, or is NULL: what nobody knows is masked.
        {{ tdm.mask_when('email', "kind = 'private'", tdm.mask_email('email', of='person')) }} as email,
    condition   SQL over columns of this table; {value} stands for the column itself
    mask        what is made where it holds
    otherwise   another mask for the other rows; none: they keep their value
    rule        for keys: what both ends call the condition, where it does not read alike at both (the referencing table
                asks the row that it points at, say). Without it both ends must have the same text, such as '{value} < 1000' -#}
{% macro mask_when(column, condition, mask, otherwise=none, rule=none) -%}
    {%- set original = tdm.quoted(column) -%}
    {%- set type = tdm._declared_type(column) -%}
    {%- set cast = '::' ~ type if type else '' -%}
    {%- set facts = tdm._inner_facts(column, 'mask_when', mask) -%}
    {%- set other = tdm._inner_facts(column, 'otherwise= of mask_when', otherwise) if otherwise is not none else none -%}
    case when ({{ condition | replace('{value}', original) }}) is not false then ({{ tdm._inner(mask) }}){{ cast }} else {{ '(' ~ tdm._inner(otherwise) ~ ')' ~ cast if otherwise is not none else original }} end {{ tdm.marker(column, 'mask_when', tdm._facts_of_both(facts, other, rule or condition)) }}
{%- endmacro %}

{#- What holds for a mask and for what the other rows get: another mask, or (none) their own value.
    One to one: HMACs meet other values by chance alone; a permutation's results are all among the values that there may be,
    so it and anything else make equal things of different ones. -#}
{% macro _facts_of_both(one, other, condition) -%}
    {%- set both = {
        'when': condition, 'made_by': [one.mask, other.mask if other else 'kept'], 'of': one.get('of') or (other or {}).get('of'),
        'domain': one.get('domain') or (other or {}).get('domain'), 'by_value': one.get('by_value', false) or (other or {}).get('by_value', false),
        'keyed': one.keyed or (other or {}).get('keyed', false), 'reversible': one.reversible or (other or {}).get('reversible', false),
        'nulls': 'made' if 'made' in [one.nulls, (other or {}).get('nulls')] else 'kept',
        'injective': one.injective if not one.reversible and (other is none or (one.injective is true and other.injective is true and not other.reversible)) else false,
        'max_length': one.max_length if other is none or one.max_length == other.max_length else none,
    } -%}
    {%- if other is not none and one.max_length is integer and other.max_length is integer -%}
        {%- do both.update({'max_length': [one.max_length, other.max_length] | max}) -%}
    {%- endif -%}
    {%- if other is none or 'original' in [one.get('holds'), other.get('holds')] -%}{%- do both.update({'holds': 'original'}) -%}{%- endif -%}
    {%- if other is none -%}{%- do both.update({'keeps': 'some'}) -%}{%- endif -%}
    {%- set longest = [one.get('grows_to') or 0, (other or {}).get('grows_to') or 0] | max -%}
    {%- do both.update({'grows_to': longest} if longest else {}) -%}
    {%- set fields = (one.get('fields') or []) + ((other or {}).get('fields') or []) -%}
    {%- do both.update({'fields': fields} if fields else {}) -%}
    {%- do both.update(tdm._chance([one] + ([other] if other else []))) -%}
    {{ return(both) }}
{%- endmacro %}
