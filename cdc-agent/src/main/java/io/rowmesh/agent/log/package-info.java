/** The change log: a region's captured transactions on disk, in order, until every other region has them. */
package io.rowmesh.agent.log;
