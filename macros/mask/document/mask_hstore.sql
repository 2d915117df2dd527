{#- An hstore with every value replaced that nobody has listed, as mask_json does: default deny. Keys stay, but for keys that
    look like an address.
    keep    keys whose values stay
    masks   key → SQL that makes what is put there: {'mail': tdm.mask_email('attributes', value="attributes -> 'mail'")} -#}
{% macro mask_hstore(column, keep=[], masks={}, domain='person', value=none) -%}
    {%- set paths = [] -%}
    {%- set given = {} -%}
    {%- for key in keep -%}{%- do paths.append(tdm._as_path(key)) -%}{%- endfor -%}
    {%- for key, mask in masks.items() -%}{%- do given.update({tdm._as_path(key): mask}) -%}{%- endfor -%}
    {#- a cast finds its function wherever the extension stands -#}
    {{ tdm._masked_document(column, 'mask_hstore', 'mask_pairs', tdm._value(column, value) ~ '::jsonb', paths, given, domain, 'hstore') }}
{%- endmacro %}

{#- A key as mask_json's functions write it in paths. -#}
{% macro _as_path(key) -%}
    {{ return(modules.re.sub('([.*\\\\])', '\\\\\\1', key)) }}
{%- endmacro %}
