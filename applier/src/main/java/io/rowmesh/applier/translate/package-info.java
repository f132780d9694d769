/** Changes of another kind of database become changes of the local tables before anything is decided about them (docs/types.md). */
package io.rowmesh.applier.translate;
