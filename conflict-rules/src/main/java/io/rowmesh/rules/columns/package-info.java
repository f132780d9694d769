/** Column-merge as a pure machine (convergence rule 12): each column, or group of columns, its own last-write-wins. No I/O, no clock. */
package io.rowmesh.rules.columns;
