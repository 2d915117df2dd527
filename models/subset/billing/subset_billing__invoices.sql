-- Sampled rows of invoices, and those that kept rows of payments and support.tickets point at.
{{ tdm.rows_of(
    source('billing', 'invoices'),
    key=['invoice_id'],
    kept=ref('sampled_billing__invoices'),
    referenced_by=[
        tdm.reference(ref('subset_billing__payments'), ['invoice_no']),
        tdm.reference(ref('subset_support__tickets'), ['subject_id'], to=['invoice_no'], where="x.subject_type = 'invoice'"),
    ],
) }}
