/** Torture: random writers and random faults on real databases, then a comparison with what an order-free oracle expects. */
package io.rowmesh.testbed.torture;
