{#- 32 bytes that decide a number: by value, the same for every spelling of it; by the entity, a digest of their own. -#}
{% macro _number_digest(original, of, domain, decides=none) -%}
    {%- if of is not none -%}
        {{ return("sha256(" ~ tdm.quoted(of) ~ " || convert_to(" ~ tdm.literal('id:' ~ domain) ~ ", 'UTF8'))") }}
    {%- endif -%}
    {%- set compact = tdm.ledger() ~ ".compact(" ~ original ~ ")" -%}
    {%- set part = "substring(" ~ compact ~ " from " ~ tdm.literal(decides) ~ ")" if decides else "nullif(" ~ compact ~ ", '')" -%}
    {{ return(tdm.hmac("coalesce(" ~ part ~ ", " ~ tdm.canonical(original) ~ ")", domain)) }}
{%- endmacro %}

{#- The forms of a scheme: from the table, else from a macro of the project. -#}
{% macro _scheme_forms(column, scheme) -%}
    {%- set known = tdm._national_id_schemes() -%}
    {%- set own = context.get('national_id_' ~ scheme) -%}
    {%- if scheme in known -%}{{ return(known[scheme]) }}{%- endif -%}
    {%- if own is none -%}
        {%- do exceptions.raise_compiler_error(column ~ ": mask_national_id knows no scheme '" ~ scheme ~ "'. It knows " ~ known | sort | join(', ') ~ ', and macros of this project that are called national_id_<scheme>') -%}
    {%- endif -%}
    {{ return(own()) }}
{%- endmacro %}

{#- A form as SQL: the symbols of each place, what it looks like, what it must not be, and how it ends. By value everything of
    the same layout looks like it, and a number that is never issued is made. -#}
{% macro _form(form, unique) -%}
    {%- set issued = tdm._places(form.shape) -%}
    {%- set nobody = form.nobody is defined and not unique -%}
    {%- set places = tdm._places(form.nobody) if nobody else issued -%}
    {%- set layout = [] -%}
    {%- set state = namespace(size=1) -%}
    {%- for symbols in issued -%}
        {%- do layout.append('[0-9A-Z]' if symbols[0] < 'A' <= symbols[-1] else '[0-9]' if symbols[0] < 'A' else '[A-Z]') -%}
    {%- endfor -%}
    {%- for symbols in places -%}
        {#- one to one, a letter stays a letter and a digit a digit -#}
        {%- set digits = modules.re.sub('[A-Z]', '', symbols) | length -%}
        {%- set state.size = state.size * ([digits, symbols | length - digits] | max if unique else symbols | length) -%}
    {%- endfor -%}
    {%- if state.size >= 2 ** 60 or places | length != issued | length -%}
        {%- do exceptions.raise_compiler_error('mask_national_id: ' ~ form ~ ' has too many numbers, or its nobody is of another length than its shape') -%}
    {%- endif -%}
    {{ return({
        'looks_like': (form.shape if unique else layout | join('')) ~ form.get('ending', ''),
        'symbols': "'{" ~ places | join(',') ~ "}'::text[]",
        'unlike': '^$' if nobody else form.get('unlike', '^$'),
        'steps': tdm._text_array(form.get('steps', [])),
        'space': '1e' ~ (state.size | string | length - 1), 'made_of': 'layout' if nobody else none,
    }) }}
{%- endmacro %}

{#- The symbols of each place of a shape: '[A-C][0-9]{2}x' → ABC, 0123456789, 0123456789, x. -#}
{% macro _places(shape) -%}
    {%- set all = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ' -%}
    {%- set places = [] -%}
    {%- for group, times, single in modules.re.findall('\\[([^\\]]+)\\](?:\\{([0-9]+)\\})?|([0-9A-Z])', shape) -%}
        {%- set symbols = [] -%}
        {%- for first, last in modules.re.findall('([0-9A-Z])(?:-([0-9A-Z]))?', group or single) -%}
            {%- do symbols.append(all[all.index(first):all.index(last or first) + 1]) -%}
        {%- endfor -%}
        {%- for i in range((times or 1) | int) -%}{%- do places.append(symbols | join('')) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(places) }}
{%- endmacro %}

{#- A list of texts as an SQL array. -#}
{% macro _text_array(texts) -%}
    {%- set quoted = [] -%}
    {%- for text in texts -%}{%- do quoted.append(tdm.literal(text)) -%}{%- endfor -%}
    {{ return('array[' ~ quoted | join(', ') ~ ']::text[]') }}
{%- endmacro %}
