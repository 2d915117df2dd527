{#- What masked tables say about entities: [{relation, handles, things}] of those that can be compared. -#}
{% macro _what_is_said(entities) -%}
    {%- set found = [] -%}
    {%- for one in entities -%}
        {%- set handles = tdm._handles(one, entities) -%}
        {%- set things = tdm._things(one) -%}
        {%- if handles and things -%}{%- do found.append({'relation': one.table.relation, 'handles': handles, 'things': things}) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- The entities of every masked table, as the ledger has them: [{table, entity, masks}]. A column counts where one mask, and no condition, decides what stands
    in it. -#}
{% macro _entities_in(tables) -%}
    {%- set entities = [] -%}
    {%- for table in tdm._treated_tables(tables).values() -%}
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
    {{ return(entities) }}
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
{% macro _handles(one, entities) -%}
    {%- set found = [] -%}
    {%- set by = one.entity.by -%}
    {%- set addresses = [] -%}
    {%- for facts in one.masks if facts.mask in ['mask_email', 'mask_login'] -%}{%- do addresses.append(tdm._digest_in(tdm._shown(facts.column))) -%}{%- endfor -%}
    {%- if addresses -%}
        {%- do found.append({'kind': 'address', 'sql': 'coalesce(' ~ addresses | join(', ') ~ ')'}) -%}
    {%- endif -%}
    {%- set key = tdm._key_of(one.table, by[0]) if not one.entity.through and by | length == 1 else none -%}
    {%- if key and key != 'kept' and not key.startswith('mask_email ') -%}
        {%- do found.append({'kind': 'key of ' ~ one.entity.domain ~ ': ' ~ key, 'sql': tdm._shown(by[0])}) -%}
    {%- endif -%}
    {%- for other in entities | map(attribute='entity') if other.through -%}
        {%- set column = other.on if other == one.entity else other.to if tdm._is_its_row(other, one) and other.domain == one.entity.domain else none -%}
        {%- if column and tdm._key_of(one.table, column) -%}
            {%- set handle = {'kind': ['row of', other.through, other.to, other.by[0], other.domain, tdm._key_of(one.table, column)] | join(' '), 'sql': tdm._shown(column)} -%}
            {%- if handle not in found -%}{%- do found.append(handle) -%}{%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- What a masked e-mail or login ends with: 80 bits of the entity's digest. -#}
{% macro _digest_in(address) -%}
    {{ return("substring(" ~ address ~ " from '([0-9a-f]{20})(?:@.*)?$')") }}
{%- endmacro %}

{#- Whether an entity that is known through a row is the one that this row's own table knows. -#}
{% macro _is_its_row(entity, one) -%}
    {{ return(entity.through == one.table.subset and not one.entity.through and entity.by[0] == one.entity.by[0]) }}
{%- endmacro %}

{#- Entities that are known by the same column of the same row, but in two key spaces, as messages: their masks cannot agree. -#}
{% macro _split_entities(entities) -%}
    {%- set problems = [] -%}
    {%- for one in entities -%}
        {%- for other in entities if tdm._is_its_row(other.entity, one) and other.entity.domain != one.entity.domain -%}
            {%- do problems.append([
                other.table.name ~ ': its ' ~ other.masks[0].of ~ ' is known by ' ~ one.entity.by[0] ~ ' of ' ~ one.table.name ~ ' in domain ' ~ other.entity.domain ~ ', but there in domain '
                ~ one.entity.domain ~ ", so that one entity has two names. Give both the same domain: entity_of(…, domain='" ~ one.entity.domain ~ "')"
            ]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}

{#- How a column that can stand for a key was treated, in words; none where its values do not tell rows apart any more. -#}
{% macro _key_of(table, column) -%}
    {%- if column in table.kept -%}{{ return('kept') }}{%- endif -%}
    {%- set facts = table.masks.get(column) -%}
    {%- if facts and facts.injective is true and facts.domain -%}{{ return([facts.mask, facts.domain, facts.version] | join(' ')) }}{%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#- A column of a masked table as text that compares alike in every database. -#}
{% macro _shown(column) -%}
    {{ return('(' ~ tdm.quoted(column) ~ '::text collate "C")') }}
{%- endmacro %}
