-- No planted string stands in any cell.
{{ tdm.no_canary([
    ref('masked_billing__accounts'),
    ref('masked_billing__gateways'),
    ref('masked_billing__invoices'),
    ref('masked_billing__payment_methods'),
    ref('masked_billing__payments'),
    ref('masked_billing__refunds'),
]) }}
