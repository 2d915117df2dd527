{#- What the masked tables say about entities, read from the ledger: [{relation, handles, things}] of those that can be compared.
    A column counts where one mask, and no condition, decides what stands in it. -#}
{% macro _tables_with_entities(tables) -%}
    {%- set treated = tdm._treated_tables(tables) -%}
    {%- set entities = [] -%}
    {%- for table in treated.values() -%}
        {%- for name in table.masks.values() | selectattr('entity', 'defined') | map(attribute='of') | unique -%}
            {%- set masks = table.masks.values() | selectattr('entity', 'defined') | selectattr('of', 'equalto', name) | list -%}
            {%- set entity = masks[0].entity -%}
            {#- by its value an e-mail is the same, where the entity is known by it -#}
            {%- set own = table.masks.get(entity.by[0]) -%}
            {%- if own and own.mask == 'mask_email' and own.by_value and own.domain == entity.domain and entity.by | length == 1 and not entity.through -%}
                {%- do masks.append(own) -%}
            {%- endif -%}
            {%- do entities.append({'table': table, 'entity': entity, 'masks': masks}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set found = [] -%}
    {%- for one in entities -%}
        {%- set handles = tdm._handles(one, entities, treated) -%}
        {%- set things = tdm._things(one) -%}
        {%- if handles and things -%}{%- do found.append({'relation': one.table.relation, 'handles': handles, 'things': things}) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- By source table: its masked relation, its subset, its columns that are kept, and the facts of those that one mask decides. -#}
{% macro _treated_tables(tables) -%}
    {%- set found = {} -%}
    {%- if execute and run_query("select to_regclass(" ~ tdm.literal(tdm.ledger() ~ '.treatments') ~ ")").columns[0].values()[0] -%}
        {%- set relations = [] -%}
        {%- for relation in tables -%}{%- do relations.append([relation | string]) -%}{%- endfor -%}
        {%- set query -%}
            select tables.relation, treatments.source_table, treatments.column_name, treatments.treatment, treatments.facts::text as facts
            from ({{ tdm.rows_as_values(relations, ['relation']) }}) as tables
            inner join {{ tdm.ledger() }}.treatments on treatments.relation = to_regclass(tables.relation)::oid
            where treatments.treatment <> 'dropped'
            order by 2, 3
        {%- endset -%}
        {%- for row in run_query(query).rows -%}
            {%- if row['source_table'] not in found -%}
                {%- do found.update({row['source_table']: {'name': row['source_table'], 'relation': row['relation'], 'subset': tdm._subset_of(row['source_table']), 'kept': [], 'masks': {}}}) -%}
            {%- endif -%}
            {%- set table = found[row['source_table']] -%}
            {%- set facts = fromjson(row['facts']) if row['facts'] else [] -%}
            {%- if row['treatment'] == 'kept' -%}
                {%- do table.kept.append(row['column_name']) -%}
            {%- elif facts | length == 1 and 'when' not in facts[0] -%}
                {%- do table.masks.update({row['column_name']: facts[0]}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{#- The relation of a table's subset model, as text. -#}
{% macro _subset_of(table) -%}
    {%- for node in graph.nodes.values() if node.name == 'subset_' ~ table | replace('.', '__', 1) -%}
        {{ return(node.relation_name) }}
    {%- endfor -%}
    {{ return('') }}
{%- endmacro %}

{#- By what a masked row shows whose it is, as [{kind, sql}]; equal values of one kind are one entity:
    * the digest at the end of its masked e-mail or login; of an e-mail masked by value too, where the entity is known by it
    * the masked key that it is known by
    * the masked key of the row that it is known through (entity_of), in that table and in those that point there
    one         {table, entity, masks}
    entities    all of these -#}
{% macro _handles(one, entities, treated) -%}
    {%- set found = [] -%}
    {%- set by = one.entity.by -%}
    {%- for facts in one.masks if facts.mask in ['mask_email', 'mask_login'] -%}
        {%- do found.append({'kind': 'address', 'sql': "substring(" ~ tdm._shown(facts.column) ~ " from '([0-9a-f]{20})(?:@.*)?$')"}) -%}
    {%- endfor -%}
    {%- set key = one.table.masks.get(by[0]) if not one.entity.through and by | length == 1 else none -%}
    {%- if key and key.injective is true and key.mask != 'mask_email' -%}
        {%- do found.append({'kind': ['key', one.entity.domain, key.mask, key.domain, key.version] | join(' '), 'sql': tdm._shown(by[0])}) -%}
    {%- endif -%}
    {%- if one.entity.through -%}
        {%- do found.append({'kind': tdm._row_kind(one.entity), 'sql': tdm._shown(one.entity.on)}) -%}
    {%- endif -%}
    {%- for other in entities | map(attribute='entity') if other.through == one.table.subset and not one.entity.through and [other.domain, other.by[0]] == [one.entity.domain, by[0]] -%}
        {%- do found.append({'kind': tdm._row_kind(other), 'sql': tdm._shown(other.to)}) -%}
    {%- endfor -%}
    {{ return(found | unique(attribute='sql') | list) }}
{%- endmacro %}

{% macro _row_kind(entity) -%}
    {{ return('row ' ~ entity.through ~ ' ' ~ entity.to ~ ' ' ~ entity.by[0]) }}
{%- endmacro %}

{#- A column of a masked table as text that compares alike in every database. -#}
{% macro _shown(column) -%}
    {{ return('(' ~ tdm.quoted(column) ~ '::text collate "C")') }}
{%- endmacro %}
