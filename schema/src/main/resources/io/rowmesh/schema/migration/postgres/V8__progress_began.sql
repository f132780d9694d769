-- Where the local log stood when the transaction began to be applied (LSN as a number): local commits that end before it came
-- before, so that after a restart a local commit is compared with what was applied before it and nothing else. 0: not known.
alter table rowmesh.progress add column began bigint not null default 0;
