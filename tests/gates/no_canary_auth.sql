-- No planted string stands in any cell.
{{ tdm.no_canary([
    ref('masked_auth__api_keys'),
    ref('masked_auth__login_attempts'),
    ref('masked_auth__sessions'),
    ref('masked_auth__settings'),
    ref('masked_auth__users'),
]) }}
