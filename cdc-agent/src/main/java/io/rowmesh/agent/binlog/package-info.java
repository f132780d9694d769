/** MySQL's binary log as a stream of transactions with exact values. The client that reads it is known nowhere else. */
package io.rowmesh.agent.binlog;
