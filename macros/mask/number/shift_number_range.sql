{#- A range or multirange of numbers (int4range, int8range, numrange and multiranges of these) moved by up to ± `by` for its
    entity: both ends alike, so that its length stays. Open ends, the empty range and brackets stay, and so does a range that
    would leave its type.
    domain  what tells this column's shift from that of the entity's others: its own name unless given, so that columns of
            one name move alike everywhere -#}
{% macro shift_number_range(column, of, by=1000, domain=none, value=none) -%}
    {%- set label = domain if domain is not none else column -%}
    {{ tdm.ledger() }}.shift_numbers({{ tdm._value(column, value) }}, round({{ tdm._steps(column, of, label, label) }} * {{ tdm._number(by, positive=true) }} / 10000, scale({{ tdm._number(by) }}))) {{ tdm.marker(column, 'shift_number_range', {'reversible': true, 'of': of}) }}
{%- endmacro %}
