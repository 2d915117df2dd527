-- Both ends of every reference are treated alike.
{{ tdm.references_agree('shop', [
    ref('masked_auth__users'),
    ref('masked_catalog__countries'),
    ref('masked_catalog__currencies'),
    ref('masked_catalog__products'),
    ref('masked_shop__addresses'),
    ref('masked_shop__carts'),
    ref('masked_shop__customer_audit'),
    ref('masked_shop__customers'),
    ref('masked_shop__events'),
    ref('masked_shop__order_lines'),
    ref('masked_shop__orders'),
    ref('masked_shop__reviews'),
    ref('masked_shop__shipment_lines'),
    ref('masked_shop__shipments'),
]) }}
