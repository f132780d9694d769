/** The command line: run, prepare, check, status and the rest. */
package io.rowmesh.node.cli;
