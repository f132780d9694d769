-- A later credible write of a pending key settles it, as a touch does; but not where a tombstone of the withheld write stood for a while:
-- changes that began after that later write may have been dropped against it.
alter table rowmesh.pending_touch add column only_by_touch boolean not null default false;
