-- The kept rows of payment_methods.
{{ tdm.rows_of(source('billing', 'payment_methods'), key=['payment_method_id'], kept=ref('kept_billing__payment_methods')) }}
