/** The demo: two regions of a small shop that both take writes, on real servers. */
package io.rowmesh.testbed.demo;
