{#- What the dictionaries hold, by name: the version that masks use, the digest of its rows (see
    dictionary_problems), and the number of entries by locale. Written by scripts/make_dictionaries.py. -#}
{% macro _dictionaries() -%}
    {{ return({
        'given_names': {'version': 2, 'digest': 'bc819c3f2eface43', 'sizes': {
            'latin': 1000, 'en': 400, 'de': 400, 'fr': 176, 'es': 400, 'it': 370, 'nl': 400, 'pl': 104, 'pt': 200,
            'sv': 400, 'da': 400, 'fi': 392, 'tr': 400, 'cs': 252, 'hu': 200, 'ro': 400, 'ru': 160, 'uk': 130,
            'el': 400, 'ja': 42, 'zh': 114, 'ko': 112, 'ar': 304, 'he': 400, 'hi': 272, 'th': 400,
        }},
        'family_names': {'version': 2, 'digest': 'c76a4d72367a742b', 'sizes': {
            'latin': 998, 'en': 198, 'de': 198, 'fr': 194, 'es': 198, 'it': 198, 'nl': 198, 'pl': 198, 'pt': 94,
            'sv': 198, 'da': 86, 'fi': 198, 'tr': 58, 'cs': 194, 'hu': 98, 'ro': 42, 'ru': 198, 'uk': 198,
            'el': 198, 'ja': 46, 'zh': 200, 'ko': 38, 'ar': 198, 'he': 198, 'hi': 98, 'th': 198,
        }},
        'street_names': {'version': 2, 'digest': '1974a94543f8b1fa', 'sizes': {
            'latin': 500, 'en': 50, 'de': 50, 'fr': 50, 'es': 50, 'it': 50, 'nl': 50, 'pl': 50, 'pt': 50,
            'sv': 50, 'da': 50, 'fi': 50, 'tr': 50, 'cs': 50, 'hu': 50, 'ro': 42, 'ru': 50, 'uk': 50,
            'el': 50, 'ja': 46, 'zh': 50, 'ko': 38, 'ar': 50, 'he': 50, 'hi': 50, 'th': 50,
        }},
        'places': {'version': 2, 'digest': 'ea9c744d3853a32d', 'sizes': {
            'latin': 500, 'US': 16, 'CA': 12, 'GB': 14, 'IE': 8, 'AU': 10, 'DE': 16, 'AT': 8, 'CH': 8,
            'FR': 14, 'BE': 8, 'NL': 12, 'ES': 12, 'MX': 8, 'IT': 12, 'PT': 8, 'BR': 10, 'PL': 10,
            'CZ': 8, 'HU': 8, 'RO': 8, 'SE': 10, 'DK': 8, 'NO': 8, 'FI': 8, 'TR': 10, 'RU': 10,
            'UA': 10, 'GR': 8, 'JP': 12, 'CN': 12, 'KR': 10, 'IN': 10, 'IL': 8, 'EG': 8, 'TH': 8,
        }},
        'companies': {'version': 2, 'digest': '372bc1e4790e82a7', 'sizes': {
            'latin': 500, 'en': 50, 'de': 50, 'fr': 50, 'es': 50, 'it': 50, 'nl': 50, 'pl': 50, 'pt': 50,
            'sv': 50, 'da': 50, 'fi': 50, 'tr': 50, 'cs': 50, 'hu': 50, 'ro': 42, 'ru': 50, 'uk': 50,
            'el': 50, 'ja': 46, 'zh': 50, 'ko': 38, 'ar': 50, 'he': 50, 'hi': 50, 'th': 50,
        }},
        'job_titles': {'version': 2, 'digest': 'd2f59eddcfe315a5', 'sizes': {
            'latin': 200, 'en': 50, 'de': 34, 'fr': 50, 'es': 50, 'it': 50, 'nl': 50, 'pl': 50, 'pt': 50,
            'sv': 50, 'da': 50, 'fi': 50, 'tr': 50, 'cs': 50, 'hu': 50, 'ro': 50, 'ru': 50, 'uk': 50,
            'el': 50, 'ja': 50, 'zh': 50, 'ko': 50, 'ar': 50, 'he': 50, 'hi': 50, 'th': 50,
        }},
    }) }}
{%- endmacro %}
