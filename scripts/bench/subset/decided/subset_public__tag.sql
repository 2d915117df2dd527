-- No kept row points at a tag.
{{ tdm.no_rows(source('public', 'tag')) }}
