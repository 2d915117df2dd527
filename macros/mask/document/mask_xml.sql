{#- An XML document with every text and every attribute replaced that nobody has listed: default deny. Elements, the names of
    attributes and namespaces stay; comments, processing instructions, the XML declaration and the DOCTYPE go. Strings become
    hexadecimal text of their length, addresses the person's masked address. CDATA becomes plain text.
    Paths are a part of XPath: /order/item/@sku, /order/*/text(), //price; names as they are written, prefixes included; no
    conditions. A path to an element means all that is in it.
    keep    paths that stay
    masks   path → SQL that makes the text to put there, once for every text or attribute at that path -#}
{% macro mask_xml(column, keep=[], masks={}, domain='person', value=none) -%}
    {%- set paths = [] -%}
    {%- set given = {} -%}
    {%- for path in keep -%}{%- do paths.append(tdm._xpath(column, path)) -%}{%- endfor -%}
    {%- for path, mask in masks.items() -%}{%- do given.update({tdm._xpath(column, path): mask}) -%}{%- endfor -%}
    {{ tdm._masked_document(column, 'mask_xml', 'mask_xml', tdm._text(column, value), paths, given, domain, 'xml or text or varchar or bpchar') }}
{%- endmacro %}

{#- A path of ours as a regular expression over what mask_xml calls a text's or attribute's place. -#}
{% macro _xpath(column, path) -%}
    {%- set step = '(?://?[^]/@*\\[()=\'" ]+|//?\\*)' -%}
    {%- if not modules.re.fullmatch(step ~ '*(?://?@[^]/@*\\[()=\'" ]+|//?@\\*|/text\\(\\))?', path) or not path -%}
        {%- do exceptions.raise_compiler_error(column ~ ": mask_xml cannot read the path '" ~ path ~ "'. It reads names, * and @, one after / or //, and text() at the end: /order/item/@sku") -%}
    {%- endif -%}
    {%- set plain = modules.re.sub('([-.+?^${}|\\\\()])', '\\\\\\1', path) -%}
    {{ return('^' ~ plain.replace('//', '\x00').replace('*', '[^/@]+').replace('\x00', '(?:/[^/]+)*/') ~ '(?:/|$)') }}
{%- endmacro %}
