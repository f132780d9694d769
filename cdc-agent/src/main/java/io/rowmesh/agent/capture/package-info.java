/** From the local database's log to whole transactions in the change log; the only place that knows Debezium. */
package io.rowmesh.agent.capture;
