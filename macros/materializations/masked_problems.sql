{#- Why a masked model must not run: one row a reason, found in the markers, the catalog and the statistics, before a row is
    read. Reads the probe view tdm_masked. -#}
{% macro masked_problems(source, sql) -%}
{%- set masks = [] -%}
{%- set fields = [] -%}
{%- set entities = [] -%}
{%- set markers = tdm.markers(sql) -%}
{%- set last = {} -%}
{%- for facts in markers -%}{%- do last.update({facts.get('column'): loop.index}) -%}{%- endfor -%}
{%- for facts in markers -%}
    {%- if 'column' in facts -%}
        {%- do masks.append([
            facts.column, facts.mask, facts.injective, facts.nulls, tdm._may_be_long(facts), facts.get('of'), facts.get('by_value', false),
            facts.get('holds'), facts.keyed, facts.reversible, facts.get('derived', false), facts.get('any_case', false), facts.get('keeps'),
            tojson(facts.get('makes', [])), tojson(facts.get('moves', [])), last[facts.column] == loop.index, facts.get('needs'), facts.get('reads'), facts.get('any_text', false),
        ]) -%}
        {%- for made in facts.get('fields') or [] -%}{%- do fields.append([facts.column, tojson(made.path), made.mask, made.max_length, made.any_text]) -%}{%- endfor -%}
    {%- elif 'entity' in facts -%}
        {%- do entities.append([facts.entity, facts.by]) -%}
    {%- endif -%}
{%- endfor -%}
{%- set referencing = [] -%}
{%- for edge in tdm.meta_of(source).get('references') or [] -%}{%- do referencing.extend(edge.columns) -%}{%- endfor -%}
{%- set declared = [] -%}
{%- for column in source.columns.values() -%}
    {%- do declared.append([column.name, tdm.meta_of(column).get('class'), tdm.meta_of(column).get('keep'), tdm.meta_of(column).get('partly'), tdm.meta_of(column).get('when')]) -%}
{%- endfor -%}
{%- set bare = [] -%}
{%- for line in sql.split('\n') -%}
    {%- set match = modules.re.match('^\\s*(?:select\\s+)?(?:[a-z_]+\\.)?("(?:[^"]|"")+"|[a-z_][a-z0-9_]*),?\\s*(?:--.*)?$', line) -%}
    {%- if match -%}
        {%- set found = match.group(1) -%}
        {%- do bare.append([found[1:-1] | replace('""', '"') if found[0] == '"' else found]) -%}
    {%- endif -%}
{%- endfor -%}
with recursive

source as (
    select {{ tdm.literal(tdm.quoted(source.schema) ~ '.' ~ tdm.quoted(source.identifier)) }}::regclass::oid as oid
),

columns_of_source as (
    select a.*, declared.class, declared.keep, declared.partly, declared.holds_when
    from pg_attribute as a
    inner join source on a.attrelid = source.oid
    left join (
        {{ tdm.rows_as_values(declared, ['column_name', 'class', 'keep', 'partly', 'holds_when']) | indent(8) }}
    ) as declared on a.attname = declared.column_name
    where a.attnum > 0 and not a.attisdropped
),

output as (
    select attname, atttypid, attnum from pg_attribute where attrelid = 'pg_temp.tdm_masked'::regclass and attnum > 0
),

stated_masks as (
    {{ tdm.rows_as_values(masks, ['column_name', 'mask', 'injective', 'nulls', 'max_length', 'of', 'by_value', 'holds', 'keyed', 'reversible', 'derived', 'any_case', 'keeps', 'makes', 'moves', 'whole', 'needs', 'reads', 'any_text']) | indent(4) }}
),

masked_fields as (
    {{ tdm.rows_as_values(fields, ['column_name', 'path', 'mask', 'max_length', 'any_text']) | indent(4) }}
),

entities as (
    {{ tdm.rows_as_values(entities, ['entity', 'by']) | indent(4) }}
),

bare_names as (
    {{ tdm.rows_as_values(bare, ['column_name']) | indent(4) }}
),

base_types as (
    -- what a column is made of, behind domains
    select a.attname, a.atttypid as oid
    from columns_of_source as a
    union all
    select base_types.attname, pg_type.typbasetype
    from base_types
    inner join pg_type on pg_type.oid = base_types.oid and pg_type.typtype = 'd'
),

{{ tdm._types_of_source() }},

{{ tdm._indexes_of_source() }},

-- a mask by entity is as unique as the key of the entity is in this table, or as the column where that is the key
masks as (
    select
        stated_masks.*, entities.by as entity_by,
        coalesce(entities.by = stated_masks.column_name or entities.by in (select attname from unique_parts where alone), false) as of_unique
    from stated_masks
    left join entities on stated_masks.of = entities.entity
),

subset_statistics as (
    select
        pg_stats.attname, pg_stats.n_distinct, pg_class.reltuples * (1 - pg_stats.null_frac) as filled,
        pg_stats.most_common_vals::text::text[] || pg_stats.histogram_bounds::text::text[] as originals
    from pg_stats
    inner join pg_class on pg_class.relname = pg_stats.tablename
    inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid and pg_namespace.nspname = pg_stats.schemaname
    where pg_class.oid = to_regclass({{ tdm.literal(tdm.subset_relation_of(source)) }})
),

problems (column_name, problem) as (
    select output.attname, 'production has no such column. Take it out, or correct its name'
    from output
    where output.attname not in (select attname from columns_of_source)

    union all
    select output.attname, 'production generates this column from others. Take it out; it is computed again when the dump is loaded'
    from output
    inner join columns_of_source using (attname)
    where attgenerated <> ''

    union all
    select masks.column_name, masks.mask || ' treats it, but the model has no output column of that name'
    from masks
    where masks.column_name not in (select attname from output)

    union all
    select output.attname, 'an expression without a mask. Write the bare name to keep the column, or use tdm.mask_sql'
    from output
    where
        output.attname in (select attname from columns_of_source)
        and output.attname not in (select column_name from masks)
        and output.attname not in (select column_name from bare_names)

    union all
    select output.attname, 'is of class ' || class || ', but kept. Mask it, leave it out, or state a reason in the sources: meta: {class: ' || class || ', keep: "…"}'
    from output
    inner join columns_of_source using (attname)
    where
        class in ('direct', 'credential', 'sensitive', 'free_text') and keep is null
        and output.attname not in (select column_name from masks)

    union all
    {{ tdm._problems_of_indexes() }}

    union all
    {{ tdm._problems_of_checks() }}

    union all
    {{ tdm._problems_of_fields() }}

    union all
    {{ tdm._problems_of_policy() }}

    union all
    select masks.column_name, masks.mask || ' reads ' || masks.reads || ', but production has ' || format_type(pg_type.oid, null) || ' there. Use the mask of that type'
    from masks
    inner join base_types on masks.column_name = base_types.attname
    inner join pg_type on pg_type.oid = base_types.oid and pg_type.typtype <> 'd'
    where pg_type.typname <> all(string_to_array(masks.reads, ' or '))

    union all
    select
        masks.column_name,
        masks.mask || ' needs the extension pgcrypto, which this database did not have when key_vault was built. Create it (create extension pgcrypto) and build key_vault again, or use a mask that needs nothing: mask_digits or mask_code instead of mask_ff1, mask_network without prf'
    from masks
    where masks.needs = 'pgcrypto' and to_regprocedure({{ tdm.literal(tdm.ledger() ~ '.aes(bytea, bytea, text)') }}) is null

    union all
    select
        masks.column_name,
        'is of class ' || class || ', but mask_when keeps it in some rows. Give it otherwise= another mask, or state in the sources in which rows it identifies: meta: {class: '
        || class || ', when: "…"}, or a reason: keep: "…"'
    from masks
    inner join columns_of_source as a on masks.column_name = a.attname
    where masks.keeps = 'some' and class in ('direct', 'credential', 'sensitive', 'free_text') and a.keep is null and a.holds_when is null

    union all
    select a.attname, 'holds the numbers of large objects, which no dump of ours carries: they would point at nothing. Use tdm.set_null, or tdm.set_constant(…, ''0'') where NULL is forbidden. If they are numbers of something else, state it in the sources: meta: {keep: "…"}'
    from columns_of_source as a
    inner join output on output.attname = a.attname
    where
        a.keep is null and a.attname not in (select column_name from masks where keeps is distinct from 'some')
        and exists (
            select from base_types
            inner join pg_type on pg_type.oid = base_types.oid
            where
                base_types.attname = a.attname
                and (pg_type.typname = 'lo' or (pg_type.oid = 'oid'::regtype and exists (select from pg_largeobject_metadata)))
        )

    union all
    select masks.column_name, masks.mask || ' makes NULL, but production forbids it. Use another mask'
    from masks
    inner join columns_of_source as a on masks.column_name = a.attname
    where
        masks.nulls = 'made'
        and (a.attnotnull or exists (select from pg_type where pg_type.oid = a.atttypid and typnotnull))

    union all
    select a.attname, 'production forbids NULL and gives no default, but the model leaves the column out. Mask it instead'
    from columns_of_source as a
    where a.attname not in (select attname from output) and a.attnotnull and not a.atthasdef and a.attidentity = '' and a.attgenerated = ''

    union all
    select
        masks.column_name,
        masks.mask || ' makes up to ' || masks.max_length || ' characters, but production has room for ' || (plain_types.typmod - 4)
        || '. Give the mask a length, or use another'
    from masks
    -- behind domains too, and of an array's elements: PostgreSQL would cut off the rest without a word
    inner join plain_types on masks.column_name = plain_types.attname
    where
        plain_types.type_oid in ('varchar'::regtype, 'bpchar'::regtype) and plain_types.typmod > 4
        and masks.max_length ~ '^[0-9]+$'
        and masks.max_length::int > plain_types.typmod - 4

    union all
    select
        masks.column_name,
        masks.mask || ' gives equal values equal masks, but there are only ' || n_distinct::int || ' different values: counting how often each occurs undoes it. Keep, generalise or drop the column'
    from masks
    inner join subset_statistics on masks.column_name = subset_statistics.attname
    inner join columns_of_source as a on masks.column_name = a.attname
    where
        -- a reference has its target's mask, and its target's values are many
        masks.by_value = 'True' and a.class <> 'technical' and masks.column_name not in ({% for column in referencing %}{{ tdm.literal(column) }}, {% endfor %}'')
        and n_distinct > 0 and n_distinct < 100 and filled > 10 * n_distinct
)

select distinct {{ tdm.literal(source.source_name ~ '.' ~ source.name ~ '.') }} || column_name || ': ' || problem as message
from problems
order by 1
{%- endmacro %}

{#- The name of the subset relation of a source, as text. -#}
{% macro subset_relation_of(source) -%}
    {%- for node in graph.nodes.values() if node.name == 'subset_' ~ source.source_name ~ '__' ~ source.name -%}
        {{ return(node.relation_name) }}
    {%- endfor -%}
    {{ return('') }}
{%- endmacro %}
