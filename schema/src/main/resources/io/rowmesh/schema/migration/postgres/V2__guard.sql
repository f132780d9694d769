-- [jooq ignore start]
-- The guard: may a change with this version overwrite the row whose xmin is given?
--   written, may_tie  the incoming change's commit timestamp, and the replication origins (their local numbers) that are
--                     not above its own in the order of regions, its own included: they lose a tie (convergence rule 2)
--   since             rows without a version are older than this
-- A row that the running transaction itself wrote has no timestamp yet and is always overwritten: it is an earlier change
-- of the same source transaction. Its xmin is the running transaction's or, after a savepoint, one taken since.
create function rowmesh.may_overwrite(row_xmin xid, written timestamptz, may_tie oid[], since timestamptz) returns boolean
    language sql volatile
    return (select case
        when v."timestamp" is not null then v."timestamp" < written or (v."timestamp" = written and v.roident = any (may_tie))
        when pg_current_xact_id_if_assigned() is not null
             and age(row_xmin) between 0 and age(pg_current_xact_id_if_assigned()::xid) then true
        else written > since end
        from pg_xact_commit_timestamp_origin(row_xmin) v);
-- [jooq ignore stop]
