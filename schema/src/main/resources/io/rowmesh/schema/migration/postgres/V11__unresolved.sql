-- How many writes of a key wait for a person to choose among them (the rule park), and a number by which people name the key.
alter table rowmesh.key_state add column unresolved int not null default 0;
alter table rowmesh.key_state add column key_id bigint generated always as identity;
create index key_state_unresolved on rowmesh.key_state (key_id) where unresolved > 0;
