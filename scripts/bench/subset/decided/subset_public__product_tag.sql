-- Tags belong to no customer, and nothing that is kept points at them.
{{ tdm.no_rows(source('public', 'product_tag')) }}
