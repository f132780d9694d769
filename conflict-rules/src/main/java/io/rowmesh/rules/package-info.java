/** Pure decisions: what a change does to what is stored, and what a conflict is called. No I/O, no clock. */
package io.rowmesh.rules;
