-- The kept rows of accounts.
{{ tdm.rows_of(source('billing', 'accounts'), key=['account_id'], kept=ref('kept_billing__accounts')) }}
