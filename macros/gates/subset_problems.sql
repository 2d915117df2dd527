{#- What is wrong with the names in the subset: columns that a table does not declare, edges that no table declares, references
    to unknown tables. A list of messages with file and nearest name; found in the project alone, before any query. -#}
{% macro subset_problems() -%}
    {%- set problems = [] -%}
    {%- set not_carried = [] -%}
    {%- set tables = {} -%}
    {%- for source in tdm.project_sources() -%}{%- do tables.update({source.source_name ~ '.' ~ source.name: source}) -%}{%- endfor -%}
    {%- for name, source in tables.items() -%}
        {%- do problems.extend(tdm._misspelled_settings(source.original_file_path ~ ': ' ~ name, tdm.meta_of(source), ['key', 'references', 'inherited', 'scope', 'reason'])) -%}
        {%- for column in tdm.meta_of(source).get('key') or [] if source.columns and column not in source.columns -%}
            {%- do problems.append(source.original_file_path ~ ': the key of ' ~ name ~ ' names ' ~ column ~ ', which is not declared' ~ tdm._did_you_mean(column, source.columns.keys())) -%}
        {%- endfor -%}
        {%- for column in source.columns.values() -%}
            {%- do problems.extend(tdm._misspelled_settings(source.original_file_path ~ ': ' ~ name ~ '.' ~ column.name, tdm.meta_of(column), ['class', 'keep', 'partly', 'when', 'accept_type', 'generated'])) -%}
        {%- endfor -%}
        {%- for edge in tdm.meta_of(source).get('references') or [] -%}
            {%- do problems.extend(tdm._problems_of_reference(name, source, edge, tables)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if problems -%}{{ return(problems) }}{%- endif -%}
    {%- for node in graph.nodes.values() | sort(attribute='unique_id') if node.package_name == project_name and 'tdm_uses' in tdm.meta_of(node) -%}
        {%- set uses = tdm.meta_of(node).tdm_uses -%}
        {%- for place in range(uses['columns'] | length) -%}
            {%- set name = node.sources[place] | join('.') -%}
            {%- for column in uses['columns'][place] if name in tables and column not in tables[name].columns -%}
                {%- do problems.append(node.original_file_path ~ ': ' ~ name ~ ' has no column ' ~ column ~ tdm._did_you_mean(column, tables[name].columns.keys())) -%}
            {%- endfor -%}
            {%- for edge in uses.get('pointed_at_by', [[]] * (place + 1))[place] -%}
                {%- set known = tdm._references_to(tables, name) -%}
                {%- if not tdm._is_declared(edge, known) -%}
                    {%- do problems.append(node.original_file_path ~ ': ' ~ tdm._no_such_edge('no table declares a reference to ' ~ name ~ ' by ', edge, known)) -%}
                {%- elif tdm._on_one_line(edge.where) not in tdm._conditions_declared(edge, known) -%}
                    {%- do problems.append(node.original_file_path ~ ': ' ~ tdm._another_condition(edge, tdm._conditions_declared(edge, known))) -%}
                {%- endif -%}
            {%- endfor -%}
            {%- for edge in uses.get('owned_by', [[]] * (place + 1))[place] if name in tables -%}
                {%- set own = tdm._edges_at(tables, name) -%}
                {%- if not tdm._is_declared(edge, own) -%}
                    {%- do problems.append(node.original_file_path ~ ': ' ~ tdm._no_such_edge(name ~ ' declares no reference by ', edge, own)) -%}
                {%- elif not tdm._narrows_one_of(tdm._on_one_line(edge.where), tdm._conditions_declared(edge, own)) -%}
                    {%- do problems.append(node.original_file_path ~ ': ' ~ tdm._another_condition(edge, tdm._conditions_declared(edge, own))) -%}
                {%- elif uses.keeps != 'ends' -%}
                    {%- do not_carried.extend(tdm._not_carried(node, edge)) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {#- one misspelled key makes every edge of its table lack a column -#}
    {{ return(problems or not_carried or tdm._references_not_kept(tables)) }}
{%- endmacro %}

{#- Columns of the owner that an edge joins, and that no model of an owner holds. Nothing is known of tables that are no models of
    ours; those with rows hold every column. -#}
{% macro _not_carried(node, edge) -%}
    {%- set owners = [] -%}
    {%- set has_references = (tdm.meta_of(node).tdm_uses.get('pointed_at_by') or []) | sum(start=[]) -%}
    {%- for id in node.depends_on.nodes if id in graph.nodes and graph.nodes[id].name != 'source_columns' -%}
        {%- set uses = tdm.meta_of(graph.nodes[id]).get('tdm_uses') or {} -%}
        {%- if 'holds' in uses -%}
            {%- if not edge.to | reject('in', uses.holds) | list -%}{{ return([]) }}{%- endif -%}
            {%- do owners.append(graph.nodes[id].original_file_path) -%}
        {%- elif not uses or not has_references -%}
            {{ return([]) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return([
        node.original_file_path ~ ': the edge ' ~ tdm._edge_text(edge) ~ ' joins columns that the model of its owner does not hold. Name them there, under carry: ' ~ owners | join(' or ')
    ] if owners else []) }}
{%- endmacro %}

{#- Settings under meta that look like one of ours. Others are somebody else's: meta is not ours alone. -#}
{% macro _misspelled_settings(say, meta, ours) -%}
    {%- set problems = [] -%}
    {%- for setting in meta if setting not in ours and tdm.nearest(setting, ours) -%}
        {%- do problems.append(say ~ ' has the setting ' ~ setting ~ '. Did you mean ' ~ tdm.nearest(setting, ours) ~ '?') -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}

{#- A reference in the sources: its table, its columns and their number. -#}
{% macro _problems_of_reference(name, source, edge, tables) -%}
    {%- set say = source.original_file_path ~ ': ' ~ name -%}
    {%- set problems = [] -%}
    {%- for setting in edge if setting not in ['name', 'columns', 'expression', 'to', 'to_columns', 'where'] -%}
        {%- do problems.append(say ~ ' has a reference with ' ~ setting ~ ', which is no setting' ~ (tdm._did_you_mean(setting, ['name', 'columns', 'expression', 'to', 'to_columns', 'where']) or '. There are name, columns, expression, to, to_columns, where')) -%}
    {%- endfor -%}
    {%- if 'to' not in edge or not edge.get('columns') -%}
        {{ return(problems + [say ~ ' has a reference without `to` or `columns`: the table that it points at, and the columns that do']) }}
    {%- endif -%}
    {%- if edge.to not in tables -%}
        {{ return(problems + [say ~ ' has a reference to ' ~ edge.to ~ ', which is not declared' ~ tdm._did_you_mean(edge.to, tables.keys())]) }}
    {%- endif -%}
    {%- for table, columns in [[name, edge.get('columns') or []], [edge.to, edge.get('to_columns') or edge.get('columns') or []]] -%}
        {%- for column in columns if tables[table].columns and column not in tables[table].columns -%}
            {%- do problems.append(say ~ ' has a reference over ' ~ table ~ '.' ~ column ~ ', which is not declared' ~ tdm._did_you_mean(column, tables[table].columns.keys())) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if (edge.get('expression') or edge.get('columns') or []) | length != (edge.get('to_columns') or edge.get('columns') or []) | length -%}
        {%- do problems.append(say ~ ' has a reference to ' ~ edge.to ~ ' with another number of columns than it has targets') -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}

{#- Every declared reference to a table, as {columns, to, expression, where}. -#}
{% macro _references_to(tables, name) -%}
    {%- set found = [] -%}
    {%- for source in tables.values() -%}
        {%- for edge in tdm.meta_of(source).get('references') or [] if edge.to == name -%}{%- do found.append(tdm._edge_of(edge)) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Along what a table's rows can be owned: its own references, and those to it, the other way round; what those demand is
    demanded of the owner's rows. -#}
{% macro _edges_at(tables, name) -%}
    {%- set found = [] -%}
    {%- for edge in tdm.meta_of(tables[name]).get('references') or [] -%}{%- do found.append(tdm._edge_of(edge)) -%}{%- endfor -%}
    {%- for edge in tdm._references_to(tables, name) -%}
        {%- do found.append({'columns': edge.to, 'to': edge['columns'], 'expression': none, 'where': none}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- A reference of the sources, as the subset names it. -#}
{% macro _edge_of(edge) -%}
    {{ return({
        'columns': edge.columns, 'to': edge.get('to_columns') or edge.columns,
        'expression': tdm._one_line_each(edge.get('expression')), 'where': tdm.one_line_texts(edge.get('where')),
    }) }}
{%- endmacro %}

{% macro _is_declared(edge, declared) -%}
    {{ return(tdm._conditions_declared(edge, declared) != []) }}
{%- endmacro %}

{#- What the references declared with an edge's columns or expression demand of the referencing row; none: nothing. -#}
{% macro _conditions_declared(edge, declared) -%}
    {%- set found = [] -%}
    {%- for known in declared if known.to == edge.to and (known.expression == edge.expression if edge.expression else known['columns'] == edge['columns']) -%}
        {%- do found.append(tdm._on_one_line(known.where)) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- SQL to be compared, not to be run. -#}
{% macro _on_one_line(sql) -%}
    {{ return(sql.split() | join(' ') if sql else none) }}
{%- endmacro %}

{#- Whether a condition is a declared one, or that `and` more: fewer rows may come along, but no others. With an `or` in it, the
    declared one must stand in parentheses. -#}
{% macro _narrows_one_of(where, declared) -%}
    {%- set terms = ' and ' ~ (where or '') ~ ' and ' -%}
    {%- for known in declared if known is none or known == where or (' and (' ~ known ~ ') and ') in terms -%}{{ return(true) }}{%- endfor -%}
    {%- for known in declared if (' and ' ~ known ~ ' and ') in terms and ' or ' not in terms -%}{{ return(true) }}{%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{% macro _another_condition(edge, declared) -%}
    {%- set expected = [] -%}
    {%- for known in declared -%}{%- do expected.append('where="' ~ known ~ '"' if known else 'no where') -%}{%- endfor -%}
    {{ return('the edge ' ~ tdm._edge_text(edge) ~ ' has ' ~ ('where="' ~ edge.where ~ '"' if edge.where else 'no where') ~ ', but the sources declare it with ' ~ expected | unique | join(' or ') ~ '. Write the same here') }}
{%- endmacro %}

{% macro _no_such_edge(what, edge, declared) -%}
    {%- set known = [] -%}
    {%- for other in declared -%}{%- do known.append(tdm._edge_text(other)) -%}{%- endfor -%}
    {%- set written = tdm._edge_text(edge) -%}
    {{ return(what ~ written ~ (tdm._did_you_mean(written, known) or '. Declare it in the sources, or leave it out')) }}
{%- endmacro %}

{% macro _edge_text(edge) -%}
    {{ return('(' ~ (edge.expression or edge['columns']) | join(', ') ~ ') → (' ~ edge.to | join(', ') ~ ')') }}
{%- endmacro %}

{% macro _did_you_mean(name, names) -%}
    {%- set near = tdm.nearest(name, names) -%}
    {{ return('. Did you mean ' ~ near ~ '?' if near else '') }}
{%- endmacro %}

{#- SQL in the subset that PostgreSQL shall plan before anything is built: [where it stands, query]. -#}
{% macro subset_queries() -%}
    {%- set queries = [] -%}
    {%- for source in tdm.project_sources() if tdm.meta_of(source).get('scope') != 'out' -%}
        {%- set name = source.source_name ~ '.' ~ source.name -%}
        {%- for edge in tdm.references_of(source) if not edge.name -%}
            {%- set query -%}
                select from (
                    select {{ tdm._referencing(edge) }} from {{ source.relation_name }} as x{{ ' where ' ~ edge.where if edge.where }}
                ) as pointed_at
                inner join {{ edge.to_relation }} as target on {{ tdm._matches(edge.to_columns, 'target', 'pointed_at') }}
            {%- endset -%}
            {%- do queries.append([source.original_file_path ~ ': ' ~ name ~ ': the reference to ' ~ edge.to, query]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values() | sort(attribute='unique_id') if node.package_name == project_name and 'tdm_uses' in tdm.meta_of(node) -%}
        {%- for expression in tdm.meta_of(node).tdm_uses.get('expressions') or [] -%}
            {%- for source in tdm.project_sources() if node.sources and [source.source_name, source.name] == node.sources[0] | list and expression not in source.columns -%}
                {%- do queries.append([node.original_file_path, 'select ' ~ expression ~ ' from ' ~ source.relation_name ~ ' as x']) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(queries) }}
{%- endmacro %}
