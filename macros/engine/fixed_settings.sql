{#- A statement of PL/pgSQL: until the transaction ends, the text of a value depends on nothing that a role, a database or an
    environment may have set. Masks, samples and digests are functions of that text. -#}
{% macro fixed_settings() -%}
    perform set_config(name, setting, true)
    from (
        values
        ('DateStyle', 'ISO, YMD'), ('IntervalStyle', 'postgres'), ('TimeZone', 'UTC'), ('bytea_output', 'hex'),
        ('extra_float_digits', '1'), ('lc_monetary', 'C'), ('xmlbinary', 'base64'), ('standard_conforming_strings', 'on'),
        -- compiling costs more than it saves here: seconds a statement on wide tables
        ('jit', 'off'),
        -- a hash that does not fit is written to disk and read again
        ('work_mem', greatest(pg_size_bytes(current_setting('work_mem')) / 1024, 65536) || 'kB')
    ) as fixed (name, setting);
{%- endmacro %}
