/** The versions of MySQL's rows, which stand in its log and not in the rows: read from there, kept beside the change log. */
package io.rowmesh.agent.versions;
