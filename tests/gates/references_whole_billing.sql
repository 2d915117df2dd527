-- Every masked row that points at something points at a masked row.
{{ tdm.references_whole('billing', [
    ref('masked_billing__accounts'),
    ref('masked_billing__gateways'),
    ref('masked_billing__invoices'),
    ref('masked_billing__payment_methods'),
    ref('masked_billing__payments'),
    ref('masked_billing__refunds'),
    ref('masked_shop__customers'),
    ref('masked_shop__order_lines'),
    ref('masked_shop__orders'),
]) }}
