/** Shipping: serves the change log to the regions that subscribe, each at its own sequence. */
package io.rowmesh.agent.ship;
