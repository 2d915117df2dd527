-- Both ends of every reference are treated alike.
{{ tdm.references_agree('auth', [
    ref('masked_auth__api_keys'),
    ref('masked_auth__login_attempts'),
    ref('masked_auth__sessions'),
    ref('masked_auth__settings'),
    ref('masked_auth__users'),
]) }}
