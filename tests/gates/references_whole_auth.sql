-- Every masked row that points at something points at a masked row.
{{ tdm.references_whole('auth', [
    ref('masked_auth__api_keys'),
    ref('masked_auth__login_attempts'),
    ref('masked_auth__sessions'),
    ref('masked_auth__settings'),
    ref('masked_auth__users'),
]) }}
