-- Rows of invoices that belong to sampled rows of accounts.
{{ tdm.owned_keys(
    source('billing', 'invoices'),
    key=['invoice_id'],
    owned_by=[
        tdm.owner(ref('sampled_billing__accounts'), ['account_id']),
    ],
    carry=['invoice_no'],
) }}
