-- Rows of messages that belong to sampled rows of tickets.
{{ tdm.owned_rows(
    source('support', 'messages'),
    owned_by=[
        tdm.owner(ref('sampled_support__tickets'), ['ticket_id']),
    ],
) }}
