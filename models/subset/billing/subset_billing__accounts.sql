-- Sampled rows of accounts, and those that kept rows of invoices and payment_methods point at.
{{ tdm.rows_of(
    source('billing', 'accounts'),
    key=['account_id'],
    kept=ref('sampled_billing__accounts'),
    referenced_by=[
        tdm.reference(ref('subset_billing__invoices'), ['account_id']),
        tdm.reference(ref('subset_billing__payment_methods'), ['account_id']),
    ],
) }}
