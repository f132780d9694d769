/**
 * Rows are written anew before a transaction of theirs can be mistaken for another one that got its number after 2^32 transactions
 * (H53, docs/decisions/0011-aged-rows.md). Owns {@code rowmesh.aged_rows}.
 */
package io.rowmesh.applier.aged;
