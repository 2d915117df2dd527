{#- A file without anything in it in place of each file of the same kind: PNG, JPEG, GIF or WebP of one white pixel, a PDF of one
    white page, by the first bytes of the original. A file of any other kind becomes empty.
    kind    'png', 'jpeg', 'gif', 'webp' or 'pdf': this one for all files -#}
{% macro mask_image(column, kind=none, value=none) -%}
    {%- set original = tdm._value(column, value) -%}
    {%- set files = tdm._blank_files() -%}
    {%- if kind is not none and kind not in files -%}
        {%- do exceptions.raise_compiler_error(column ~ ": mask_image knows no kind '" ~ kind ~ "'. It knows " ~ files.keys() | join(', ')) -%}
    {%- endif -%}
    case
        when octet_length({{ original }}) = 0 then {{ original }}
        {%- if kind is not none %}
        when {{ original }} is not null then {{ files[kind] }}
        {%- else %}
        when substring({{ original }} from 1 for 8) = '\x89504e470d0a1a0a' then {{ files.png }}
        when substring({{ original }} from 1 for 3) = '\xffd8ff' then {{ files.jpeg }}
        when substring({{ original }} from 1 for 6) in ('GIF87a'::bytea, 'GIF89a'::bytea) then {{ files.gif }}
        when substring({{ original }} from 1 for 4) = 'RIFF'::bytea and substring({{ original }} from 9 for 4) = 'WEBP'::bytea then {{ files.webp }}
        {#- what stands before a PDF's first line is allowed and common #}
        when position('%PDF-'::bytea in substring({{ original }} from 1 for 1024)) > 0 then {{ files.pdf }}
        when {{ original }} is not null then ''::bytea
        {%- endif %}
    end {{ tdm.marker(column, 'mask_image', {'keyed': false}) }}
{%- endmacro %}

{#- The smallest usual files of one white pixel, or of one page of A4. -#}
{% macro _blank_files() -%}
    {{ return({
        'png': "decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mP4DwABAQEAHLCMmQAAAABJRU5ErkJggg==', 'base64')",
        'jpeg': "decode('/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/"
            ~ "wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAB//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AQH//2Q==', 'base64')",
        'gif': "decode('R0lGODdhAQABAIAAAP///wAAACwAAAAAAQABAAAIBAABBAQAOw==', 'base64')",
        'webp': "decode('UklGRh4AAABXRUJQVlA4TBEAAAAvAAAAAAfQ//73v/+BiOh/AAA=', 'base64')",
        'pdf': "decode('JVBERi0xLjQKMSAwIG9iago8PC9UeXBlL0NhdGFsb2cvUGFnZXMgMiAwIFI+PgplbmRvYmoKMiAwIG9iago8PC9UeXBlL1BhZ2VzL0tpZHNbMyAwIFJdL0NvdW50"
            ~ "IDE+PgplbmRvYmoKMyAwIG9iago8PC9UeXBlL1BhZ2UvUGFyZW50IDIgMCBSL1Jlc291cmNlczw8Pj4vTWVkaWFCb3hbMCAwIDU5NSA4NDJdPj4KZW5kb2JqCnhy"
            ~ "ZWYKMCA0CjAwMDAwMDAwMDAgNjU1MzUgZiAKMDAwMDAwMDAwOSAwMDAwMCBuIAowMDAwMDAwMDU0IDAwMDAwIG4gCjAwMDAwMDAxMDUgMDAwMDAgbiAKdHJhaWxl"
            ~ "cgo8PC9TaXplIDQvUm9vdCAxIDAgUj4+CnN0YXJ0eHJlZgoxODQKJSVFT0YK', 'base64')",
    }) }}
{%- endmacro %}
