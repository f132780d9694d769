/** Receiving: dials an origin and takes its transactions in order, checked, no faster than they are applied. */
package io.rowmesh.applier.receive;
