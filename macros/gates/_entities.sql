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
            {%- set handle = {'kind': ['row of', other.through, other.to, other.by[0], other.domain, tojson(other.get('then'), sort_keys=true), tdm._key_of(one.table, column)] | join(' '), 'sql': tdm._shown(column)} -%}
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
    {%- set there = entity.get('then') or {'through': none, 'by': entity.by} -%}
    {{ return(entity.through == one.table.subset and [there.through, there.get('on'), there.by[0]] == [one.entity.through, one.entity.get('on'), one.entity.by[0]]) }}
{%- endmacro %}

{#- The relation in which an entity is known by its columns: its own table's subset, or that of the last row that it points at. -#}
{% macro _known_in(one) -%}
    {%- set state = namespace(step=one.entity) -%}
    {%- for _ in range(20) if state.step.get('then') -%}{%- set state.step = state.step.then -%}{%- endfor -%}
    {{ return(state.step.through or one.table.subset) }}
{%- endmacro %}

{#- One entity that is known in two ways, so that its masks cannot agree, as messages: by the same column in two key spaces, and
    by a key that points at a table which knows its rows by something else. -#}
{% macro _split_entities(entities) -%}
    {%- set problems = [] -%}
    {%- set direct = {} -%}
    {%- for one in entities if not one.entity.through -%}{%- do direct.update({one.table.subset ~ ' ' ~ one.masks[0].of: one}) -%}{%- endfor -%}
    {%- for other in entities -%}
        {%- set known_in = tdm._known_in(other) -%}
        {%- for one in entities if not one.entity.through and one.table.subset == known_in and one.entity.by[0] == other.entity.by[0] and other.entity.domain != one.entity.domain and other.entity.through -%}
            {%- do problems.append([
                other.table.name ~ ': its ' ~ other.masks[0].of ~ ' is known by ' ~ one.entity.by[0] ~ ' of ' ~ one.table.name ~ ' in domain ' ~ other.entity.domain ~ ', but there in domain '
                ~ one.entity.domain ~ ", so that one entity has two names. Give both the same domain: entity_of(…, domain='" ~ one.entity.domain ~ "')"
            ]) -%}
        {%- endfor -%}
        {%- for edge in tdm._keys_from(known_in) if edge.columns == [other.entity.by[0]] -%}
            {%- set one = direct.get(tdm._subset_of(edge.to) ~ ' ' ~ other.masks[0].of) -%}
            {%- if one and one.entity.by[0] != (edge.get('to_columns') or edge.columns)[0] -%}
                {%- do problems.append([
                    other.table.name ~ ': its ' ~ other.masks[0].of ~ ' is known by ' ~ other.entity.by[0] ~ ', which points at ' ~ one.table.name ~ '; there it is known by ' ~ one.entity.by[0]
                    ~ ", so that one entity has two names. Write tdm.entity_of(ref('" ~ tdm._model_of(one.table.subset) ~ "'), on='" ~ other.entity.by[0] ~ "', by='" ~ one.entity.by[0]
                    ~ "')" ~ (' as `by` of the entity_of there' if other.entity.through else ' there') ~ '; where somebody else is meant, give the entity another name than ' ~ other.masks[0].of
                ]) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}

{#- The foreign keys of the table that a subset model has the rows of. -#}
{% macro _keys_from(subset) -%}
    {%- for node in graph.nodes.values() if node.get('relation_name') == subset and node.sources -%}
        {%- for source in tdm.project_sources() if [source.source_name, source.name] == node.sources[0] | list -%}
            {{ return((tdm.meta_of(source).get('references') or []) | selectattr('name', 'defined') | selectattr('columns', 'defined') | rejectattr('expression', 'defined') | rejectattr('where', 'defined') | list) }}
        {%- endfor -%}
    {%- endfor -%}
    {{ return([]) }}
{%- endmacro %}

{#- The name of the model that makes a relation. -#}
{% macro _model_of(relation) -%}
    {%- for node in graph.nodes.values() if node.get('relation_name') == relation -%}{{ return(node.name) }}{%- endfor -%}
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
