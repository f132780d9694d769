/** Real databases, faults and loads to try rowmesh with, and the demo. Nothing depends on it. */
package io.rowmesh.testbed;
