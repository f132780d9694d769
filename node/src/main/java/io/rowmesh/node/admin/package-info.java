/** What a running node tells: health, readiness, status and metrics over HTTP. */
package io.rowmesh.node.admin;
