{#- The few functions that masks call, where a loop is needed that SQL has no words for (macros/functions). They know no key:
    it is an argument. All are immutable and parallel safe, NULL gives NULL;
    breaks apart, which no mask calls. -#}
{% macro helper_functions() %}
{{ tdm._permutations_functions(tdm.ledger()) }};
{{ tdm._check_digits_functions(tdm.ledger()) }};
{{ tdm._identifiers_functions(tdm.ledger()) }};
{{ tdm._documents_functions(tdm.ledger()) }};
{{ tdm._redaction_functions(tdm.ledger()) }};
{{ tdm._spelling_functions(tdm.ledger()) }};
{{ tdm._ciphers_functions(tdm.ledger()) }};
{{ tdm._networks_functions(tdm.ledger()) }};
{{ tdm._devices_functions(tdm.ledger()) }};
{{ tdm._numbers_functions(tdm.ledger()) }};
{{ tdm._draws_functions(tdm.ledger()) }};
{{ tdm._times_functions(tdm.ledger()) }};
{{ tdm._proofs_functions(tdm.ledger()) }};
{{ tdm._people_functions(tdm.ledger()) }};
{{ tdm._phones_functions(tdm.ledger()) }}
{%- endmacro %}
