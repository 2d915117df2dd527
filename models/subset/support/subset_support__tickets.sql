-- The kept rows of tickets.
{{ tdm.rows_of(source('support', 'tickets'), key=['ticket_id'], kept=ref('sampled_support__tickets')) }}
