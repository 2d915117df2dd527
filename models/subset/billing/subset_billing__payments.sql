-- The kept rows of payments.
{{ tdm.rows_of(source('billing', 'payments'), key=['payment_id'], kept=ref('kept_billing__payments')) }}
