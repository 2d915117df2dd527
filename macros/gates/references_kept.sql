{#- Declared references that no model follows upwards: rows would point at rows that are not kept. A list of messages; found
    in the project alone, before any query. -#}
{% macro _references_not_kept(tables) -%}
    {%- set problems = [] -%}
    {%- set models = tdm._models_of_tables(tables) -%}
    {%- for name, source in tables.items() if name in models and tdm.meta_of(source).get('scope') != 'out' -%}
        {%- for edge in tdm.references_of(source) if edge.to in models -%}
            {%- set written = {'table': edge.to, 'columns': edge['columns'], 'to': edge.to_columns, 'expression': edge.expression} -%}
            {%- if not (
                models[name].keeps in ['none', 'ends'] or models[edge.to].keeps in ['all', 'none']
                or tdm._comes_along(models[name], written) or tdm._is_kept(models[edge.to], name, written)
            ) -%}
                {%- do problems.append(
                    source.original_file_path ~ ': ' ~ name ~ ' points at ' ~ edge.to ~ ' by ' ~ tdm._edge_text(written)
                    ~ ', but ' ~ models[edge.to].path ~ ' does not keep what it points at. Name it there under referenced_by'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}

{#- For each table what its subset models say: which edges own its rows and point at them, and from which tables. -#}
{% macro _models_of_tables(tables) -%}
    {%- set found = {} -%}
    {%- set rows_of = {} -%}
    {%- for node in graph.nodes.values() if node.name.startswith('subset_') and node.sources -%}
        {%- do rows_of.update({node.name: node.sources[0] | join('.')}) -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values() | sort(attribute='unique_id') if node.package_name == project_name and 'tdm_uses' in tdm.meta_of(node) -%}
        {%- set uses = tdm.meta_of(node).tdm_uses -%}
        {%- set own = node.sources | map('join', '.') | list -%}
        {%- set owners = [] -%}
        {%- for id in node.depends_on.nodes if id in graph.nodes -%}
            {%- do owners.extend(graph.nodes[id].sources | map('join', '.') | list) -%}
        {%- endfor -%}
        {#- a model names one subset_ model a reference, in their order -#}
        {%- set referencing = node.refs | map(attribute='name') | select('in', rows_of) | list -%}
        {%- set outside = (uses.get('pointed_at_by') or []) | sum(start=[]) | rejectattr('inside') | list -%}
        {%- set seen = namespace(references=0) -%}
        {%- for place in range(uses['columns'] | length) if node.sources[place] | join('.') in tables -%}
            {%- set table = found.setdefault(node.sources[place] | join('.'), {'keeps': '', 'owned': [], 'pointed_at': [], 'path': ''}) -%}
            {%- set pointed_at = uses.get('pointed_at_by', [[]] * (place + 1))[place] -%}
            {%- do table.update({'keeps': uses.keeps or table.keeps, 'path': (table.path if table.pointed_at else '') or node.original_file_path}) -%}
            {%- for edge in uses.get('owned_by', [[]] * (place + 1))[place] -%}{%- do table.owned.append(dict(edge, owners=owners)) -%}{%- endfor -%}
            {%- for edge in pointed_at -%}
                {%- do table.pointed_at.append(dict(edge, pointing=own if edge.inside else [rows_of[referencing[seen.references]]] if referencing | length == outside | length else owners)) -%}
                {%- set seen.references = seen.references + (0 if edge.inside else 1) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- All rows of a table come along an edge: what it points at is sampled. Not so along an expression, which may be an array: a row
    comes along one element and points at the others too. -#}
{% macro _comes_along(table, edge) -%}
    {{ return(
        table.keeps == '' and not table.pointed_at and table.owned | length == 1 and not edge.expression
        and edge.table in table.owned[0].owners and tdm._is_declared(edge, table.owned)
    ) }}
{%- endmacro %}

{% macro _is_kept(table, pointing, edge) -%}
    {%- for known in table.pointed_at if pointing in known.pointing and tdm._is_declared(edge, [known]) -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}
