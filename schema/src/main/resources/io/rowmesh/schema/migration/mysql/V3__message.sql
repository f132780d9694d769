-- What a transaction of the node says to those who read the log: as PostgreSQL's logical messages, but a row, which is written and deleted by
-- the same transaction. Prefixes: rowmesh.touch (which keys are touched), rowmesh.row (a row that is stated anew, since an update that changes
-- nothing is not in the log).
create table rowmesh.message (
    number  bigint      not null auto_increment primary key,
    prefix  varchar(63) character set ascii collate ascii_bin not null,
    content longtext    not null
) engine = InnoDB default character set utf8mb4 collate utf8mb4_bin;
