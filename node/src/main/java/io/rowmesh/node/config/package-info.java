/** The configuration file of a node: from YAML to records, with every problem named at its line. */
package io.rowmesh.node.config;
