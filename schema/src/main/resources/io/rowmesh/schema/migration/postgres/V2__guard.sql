-- [jooq ignore start]
-- Whether a row, given by its xmin, is older than a change; null when nobody can know.
--   written, may_tie  the incoming change's commit timestamp, and the replication origins (their local numbers) that lose a
--                     tie against its own (convergence rule 2)
--   since             a row without a version was written before this
-- A row that the running transaction itself wrote has no timestamp yet and is always older: it is an earlier change of the
-- same source transaction. Its xmin is the running transaction's, from which age() counts, or, behind a savepoint, a later
-- one, whose age is negative.
create function rowmesh.compare_version(row_xmin xid, written timestamptz, may_tie oid[], since timestamptz) returns boolean
    language sql volatile
    return (select case
        when v."timestamp" is not null then v."timestamp" < written or (v."timestamp" = written and v.roident = any (may_tie))
        when pg_current_xact_id_if_assigned() is not null and age(row_xmin) <= 0 then true
        when written > since then true end
        from pg_xact_commit_timestamp_origin(row_xmin) v);

-- For repairs: what cannot be compared is left alone.
create function rowmesh.is_older(row_xmin xid, written timestamptz, may_tie oid[], since timestamptz) returns boolean
    language sql volatile
    return coalesce(rowmesh.compare_version(row_xmin, written, may_tie, since), false);

create function rowmesh.refuse_unknown_version() returns boolean language plpgsql as $body$
begin
    raise exception 'the stored row has no version (it was written before track_commit_timestamp was on) and the change is older than rowmesh here, so nobody can tell which is newer'
        using errcode = 'RM001', hint = 'Compare the row in both regions and settle it.';
end $body$;

-- The guard: may a change with this version overwrite the row? An error (the change is parked) when nobody can know.
create function rowmesh.may_overwrite(row_xmin xid, written timestamptz, may_tie oid[], since timestamptz) returns boolean
    language sql volatile
    return coalesce(rowmesh.compare_version(row_xmin, written, may_tie, since), rowmesh.refuse_unknown_version());
-- [jooq ignore stop]
