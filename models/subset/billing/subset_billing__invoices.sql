-- The kept rows of invoices.
{{ tdm.rows_of(source('billing', 'invoices'), key=['invoice_id'], kept=ref('kept_billing__invoices')) }}
