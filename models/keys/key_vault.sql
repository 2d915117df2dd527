-- The key of this environment. Creates what is missing, nothing else; shows the key's id, never the key.
{{ config(materialized='vault') }}

select environment, key_id
from tdm_vault.environments
where environment = {{ tdm.literal(target.name) }}
