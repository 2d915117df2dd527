{#- What the columns of a masked table say about an entity, as [{name, variant, sql, place, fixed}]: equal names with equal variants must
    say equal things. `variant` is SQL or none. Of equal things without a variant one at least has to be `fixed` for them to differ.
    A mask by a country or language of the row is compared among rows of the same one, where the masked table shows it; names also
    with those that no row decides on (fixed): one of them cannot be the person's. A mask by the letters of the original is
    compared where its own letters tell the list. -#}
{% macro _things(one) -%}
    {%- set found = [] -%}
    {%- set halves = {} -%}
    {%- for facts in one.masks -%}
        {%- set place = one.table.name ~ '.' ~ facts.column -%}
        {%- set of_row = facts.get('varies') -%}
        {%- set shown = tdm._shown(facts.column) -%}
        {%- for name, sql, variant in tdm._things_of(facts, shown) if of_row is none or of_row in one.table.kept or (of_row == '' and name in tdm._names_in_letters()) -%}
            {%- if of_row is none or name in ['house numbers', 'addresses'] -%}
                {%- set kept = none -%}
            {%- else -%}
                {%- set kept = "coalesce(" ~ tdm.quoted(of_row) ~ "::text, '')" if of_row else tdm._list_of_letters(shown) -%}
            {%- endif -%}
            {%- do found.append({'name': name, 'variant': [kept, variant] | reject('none') | join(" || ':' || ") or none, 'sql': sql, 'place': place, 'fixed': true}) -%}
            {%- if kept and name in tdm._names_of_people() -%}
                {%- do found.append({'name': name, 'variant': none, 'sql': sql, 'place': place, 'fixed': false}) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if facts.mask in ['mask_first_name', 'mask_last_name'] and tdm._is_spelled(facts) -%}{%- do halves.update({facts.mask: facts}) -%}{%- endif -%}
    {%- endfor -%}
    {%- if halves | length == 2 and halves.mask_first_name.locale == halves.mask_last_name.locale -%}
        {%- set given, family = halves.mask_first_name.column, halves.mask_last_name.column -%}
        {%- do found.append({
            'name': tdm._spelling(), 'variant': none, 'fixed': true, 'place': one.table.name ~ '.' ~ given ~ ' with ' ~ family,
            'sql': tdm._in_ascii("nullif(" ~ tdm._shown(given) ~ ", '') || nullif(" ~ tdm._shown(family) ~ ", '')"),
        }) -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{#- The same for one column, as [name, sql, variant]. What depends on the layout of the original as well is compared among values
    of one layout; shifts are compared among columns of one name: somebody may want birthdays to move further than logins. -#}
{% macro _things_of(facts, shown) -%}
    {%- set plain = {
        'mask_full_name': 'names', 'mask_first_name': 'given names', 'mask_last_name': 'family names', 'mask_company': 'companies', 'mask_job': 'jobs',
        'mask_house_number': 'house numbers', 'mask_city': 'cities', 'mask_region': 'regions',
    } -%}
    {%- set digits = "regexp_replace(" ~ shown ~ ", '[^0-9]', '', 'g')" -%}
    {%- set layout = "regexp_replace(regexp_replace(" ~ shown ~ ", '[0-9]', '0', 'g'), '[A-Za-z]', 'a', 'g')" -%}
    {%- set found = [] -%}
    {%- if facts.mask in plain -%}
        {%- do found.append([plain[facts.mask], shown, none]) -%}
    {%- endif -%}
    {%- if facts.mask == 'mask_full_name' and tdm._is_spelled(facts) -%}
        {%- do found.append([tdm._spelling(), tdm._in_ascii(shown), none]) -%}
    {%- elif facts.mask == 'mask_first_name' and facts.get('locale') -%}
        {%- do found.append(['sexes', "(select jsonb_object_agg(value, sex) from " ~ tdm._dictionary_rows('given_names', facts.locale) ~ ") ->> " ~ shown, none]) -%}
    {%- elif facts.mask in ['mask_email', 'mask_login'] -%}
        {%- do found.append(['addresses', tdm._digest_in(shown), none]) -%}
        {%- do found.append([tdm._spelling(), "nullif(replace(regexp_replace(" ~ shown ~ ", '[0-9a-f]{20}(@.*)?$', ''), '.', ''), 'u')", none]) -%}
    {%- elif facts.mask == 'mask_initials' -%}
        {%- do found.append(['initials', "replace(" ~ shown ~ ", '.', '')", none]) -%}
    {%- elif facts.mask == 'mask_sex' and facts.makes[0] != facts.makes[1] -%}
        {%- do found.append(['sexes', "case " ~ shown ~ " when " ~ facts.makes[0] ~ " then 'f' when " ~ facts.makes[1] ~ " then 'm' end", none]) -%}
    {%- elif facts.mask == 'mask_street' -%}
        {%- do found.append(['streets', "btrim(regexp_replace(" ~ shown ~ ", '[0-9]+(番地|号)?', ''), ' ,')", none]) -%}
        {%- do found.append(['house numbers', "substring(" ~ shown ~ " from '[0-9]+')", none]) -%}
    {%- elif facts.mask == 'mask_address' -%}
        {%- do found.append(['postal addresses', shown, "regexp_replace(" ~ shown ~ ", '[^,\\n]', '', 'g')"]) -%}
    {%- elif facts.mask == 'mask_postcode' -%}
        {%- do found.append(['postcodes', shown, layout]) -%}
    {%- elif facts.mask == 'mask_phone' -%}
        {#- as far as the calling code, which is the original's -#}
        {%- do found.append(['phone numbers', shown, layout ~ " || left(" ~ digits ~ ", case when " ~ digits ~ " like '00%' then 5 else 3 end)"]) -%}
    {%- elif facts.get('moved_by') -%}
        {%- do found.append(['shifts', "case when " ~ shown ~ " is not null then " ~ tdm.literal(facts.moved_by) ~ " end", tdm.literal(facts.column)]) -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{#- Whether a name reads in the order and in letters that it has in an e-mail too. -#}
{% macro _is_spelled(facts) -%}
    {{ return(facts.get('locale') and facts.locale not in ['hu', 'ja', 'ko', 'zh']) }}
{%- endmacro %}

{% macro _spelling() -%}
    {{ return('names in the letters of an e-mail') }}
{%- endmacro %}

{#- The list that a name was picked from by locale='script', as SQL: NULL where its letters are those of two lists (ru and uk, zh
    and ja). -#}
{% macro _list_of_letters(name) -%}
    {{ return("substring(coalesce(" ~ tdm._script(name) ~ ", 'latin') from '^(latin|el|he|ar|hi|th|ko)$')") }}
{%- endmacro %}

{#- What is written in the letters of its list; some jobs are not. -#}
{% macro _names_in_letters() -%}
    {{ return(['names', 'given names', 'family names', 'initials', 'companies']) }}
{%- endmacro %}

{#- What follows from who somebody is, wherever a row says that they live. -#}
{% macro _names_of_people() -%}
    {{ return(tdm._names_in_letters() + ['jobs', tdm._spelling()]) }}
{%- endmacro %}
