-- Every local transaction below this number (64 bits) has ended, and the capture has met those of its tables: a row that such a
-- transaction wrote is known, also when no state is kept of its key. It only rises.
create table rowmesh.captured_before (
    only_row boolean primary key,
    xid      bigint  not null
);
insert into rowmesh.captured_before values (true, 0);
