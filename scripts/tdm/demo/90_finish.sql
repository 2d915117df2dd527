-- Last: take the generator away, look at the result once.

drop schema demo_gen cascade;

-- Each service's tables are analyzed, not what else lives in the database.
do $$
declare
    relation regclass;
begin
    for relation in
        select oid::regclass from pg_class
        where relnamespace in ('auth'::regnamespace, 'catalog'::regnamespace, 'shop'::regnamespace,
            'billing'::regnamespace, 'support'::regnamespace)
            and relkind in ('r', 'p', 'm') and not relispartition
        order by oid
    loop
        execute format('analyze %s', relation);
    end loop;
end
$$;
