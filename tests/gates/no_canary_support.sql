-- No planted string stands in any cell.
{{ tdm.no_canary([
    ref('masked_support__messages'),
    ref('masked_support__subscribers'),
    ref('masked_support__tickets'),
    ref('masked_support__user'),
]) }}
