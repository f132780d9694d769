/** What both ends of a stream between regions must agree on: addresses, certificates, limits, compression. No connections. */
package io.rowmesh.schema.stream;
