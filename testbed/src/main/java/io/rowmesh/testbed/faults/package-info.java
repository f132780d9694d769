/** Faults on purpose: links that break, hang and delay. */
package io.rowmesh.testbed.faults;
