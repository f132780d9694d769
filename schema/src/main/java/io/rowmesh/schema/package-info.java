/** The nouns every part of rowmesh shares: tables, row changes, transactions, versions, and their wire form. */
package io.rowmesh.schema;
