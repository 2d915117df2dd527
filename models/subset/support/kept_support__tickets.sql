-- Sampled rows of tickets, and those that kept rows of messages point at.
{{ tdm.kept_keys(
    source('support', 'tickets'),
    key=['ticket_id'],
    sampled=ref('sampled_support__tickets'),
    referenced_by=[
        tdm.reference(ref('subset_support__messages'), ['ticket_id']),
    ],
) }}
