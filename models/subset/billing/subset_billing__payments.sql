-- The kept rows of payments.
{{ tdm.rows_of(source('billing', 'payments'), key=['payment_id'], kept=ref('sampled_billing__payments')) }}
