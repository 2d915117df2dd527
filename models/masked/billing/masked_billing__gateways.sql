-- billing.gateways: one line per column; what is not listed does not leave.
select
    gateway_id,
    name,
    {{ tdm.mask_url('endpoint') }} as endpoint,
    {{ tdm.mask_json('credentials') }} as credentials,
    {{ tdm.mask_secret('webhook_secret', domain='gateways_webhook_secret') }} as webhook_secret,
    enabled
from {{ ref('subset_billing__gateways') }}
