{#- Whose names a mask picks: a code of a list, or SQL that says it row by row (code is none).
    locale  none: the default list of mixed Latin names; a language or country (de, de_DE, DE); 'script': by the letters of the
            original value; else SQL that makes such a code
    `by` is what the row decides it by -#}
{% macro _locale(original, locale) -%}
    {%- if locale is none -%}{{ return({'code': 'latin', 'sql': none}) }}{%- endif -%}
    {%- if locale == 'script' -%}{{ return({'code': none, 'sql': "coalesce(" ~ tdm._script(original) ~ ", 'latin')", 'by': ''}) }}{%- endif -%}
    {%- if modules.re.match('^[A-Za-z]{2}([-_][A-Za-z]{2})?$', locale) -%}
        {%- set known = tdm._codes('locale') -%}
        {%- if locale[:2] in known -%}{{ return({'code': known[locale[:2]], 'sql': none}) }}{%- endif -%}
    {%- endif -%}
    {{ return({'code': none, 'sql': "coalesce(" ~ tdm.ledger() ~ ".locale_of(" ~ tdm._code_in(locale) ~ "), 'latin')", 'by': locale}) }}
{%- endmacro %}

{#- Where a mask's places lie: a country as a constant, or SQL that says it row by row; invented places where nothing is known. -#}
{% macro _country(country) -%}
    {%- if country is none -%}{{ return({'code': 'latin', 'sql': none}) }}{%- endif -%}
    {%- if modules.re.match('^[A-Z]{2}$', country) -%}
        {%- set known = tdm._codes('country', tdm._dictionaries()['places'].sizes | list) -%}
        {%- if country not in known -%}
            {%- do exceptions.raise_compiler_error((model.name if model is defined else '') ~ ': there are no places for country ' ~ country ~ ', only for ' ~ tdm._dictionaries()['places'].sizes | reject('equalto', 'latin') | sort | join(', ') ~ '. Leave out country=') -%}
        {%- endif -%}
        {{ return({'code': known[country], 'sql': none}) }}
    {%- endif -%}
    {{ return({'code': none, 'sql': "coalesce(" ~ tdm.ledger() ~ ".place_of((" ~ country ~ ")::text), 'latin')", 'by': country}) }}
{%- endmacro %}

{#- The language or country that a locale's name begins with: de of de_AT, DEU of DEU. -#}
{% macro _code_in(locale) -%}
    {{ return("left((" ~ locale ~ ")::text, case length((" ~ locale ~ ")::text) when 3 then 3 else 2 end)") }}
{%- endmacro %}

{#- The language of a text by the script of its letters; NULL for Latin, for several scripts, and for those that no list has.
    Chinese characters alone are read as Chinese, with kana as Japanese. -#}
{% macro _script(text) -%}
    {%- set others = " .''\\u2019·-" -%}
    case
        when ascii({{ text }}) < 880 then null
        when ascii({{ text }}) < 1024 then case when {{ text }} ~ '^[\u0370-\u03ff{{ others }}]+$' then 'el' end
        when ascii({{ text }}) < 1328 then case when {{ text }} ~ '^[\u0400-\u052f{{ others }}]+$' then case when {{ text }} ~ '[\u0404\u0406\u0407\u0454\u0456\u0457\u0490\u0491]' then 'uk' else 'ru' end end
        when ascii({{ text }}) < 1536 then case when {{ text }} ~ '^[\u0590-\u05ff"{{ others }}]+$' then 'he' end
        when ascii({{ text }}) < 1792 then case when {{ text }} ~ '^[\u0600-\u06ff\u200c\u200d{{ others }}]+$' then 'ar' end
        when ascii({{ text }}) < 2432 then case when {{ text }} ~ '^[\u0900-\u097f\u200c\u200d{{ others }}]+$' then 'hi' end
        when ascii({{ text }}) < 3712 then case when {{ text }} ~ '^[\u0e00-\u0e7f{{ others }}]+$' then 'th' end
        when ascii({{ text }}) between 44032 and 55203 then case when {{ text }} ~ '^[\uac00-\ud7a3{{ others }}]+$' then 'ko' end
        when {{ text }} ~ '^[\u4e00-\u9fff{{ others }}]+$' then 'zh'
        when {{ text }} ~ '^[\u3005\u3040-\u30ff\u4e00-\u9fff\u3000{{ others }}]+$' then 'ja'
    end
{%- endmacro %}
