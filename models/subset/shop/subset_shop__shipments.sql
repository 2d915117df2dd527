-- The kept rows of shipments.
{{ tdm.rows_of(source('shop', 'shipments'), key=['shipment_id'], kept=ref('kept_shop__shipments')) }}
