/**
 * The life of a key of which more than its row is kept: when its state is joined, when the row may be written anew from it, and
 * when it may be dropped. The state itself is a rule's: column-merge or siblings. No I/O, no clock.
 */
package io.rowmesh.rules.keystate;
