-- Both ends of every reference are treated alike.
{{ tdm.references_agree('support', [
    ref('masked_auth__users'),
    ref('masked_billing__invoices'),
    ref('masked_catalog__products'),
    ref('masked_shop__customers'),
    ref('masked_shop__orders'),
    ref('masked_shop__shipments'),
    ref('masked_support__messages'),
    ref('masked_support__subscribers'),
    ref('masked_support__tickets'),
    ref('masked_support__user'),
]) }}
