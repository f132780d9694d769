/**
 * All regions in one thread, from one seed: histories in which anything may happen between any two steps, over the classes
 * that production runs ({@code ApplyTransaction}, {@code LocalRepairs}, {@code KeyLocks}, {@code TombstoneIndex},
 * {@code SeenMatrix}).
 *
 * <p>The parts: {@link io.rowmesh.testbed.simulation.World} holds the regions, the clock and the choice of who moves next;
 * a {@link io.rowmesh.testbed.simulation.Region} is a {@link io.rowmesh.testbed.simulation.Database} (tables, log, snapshots,
 * locks as PostgreSQL has them, or as MySQL: {@code Database.mySql}) and the node beside it; an {@link io.rowmesh.testbed.simulation.Actor} takes one small step a
 * call (lanes, capture, users' sessions, heartbeats, tombstone collector, and what goes wrong from outside).
 *
 * <p>To add something: a kind of table is a further shape in {@code World.shapes}, with its operations in {@code LocalSession}
 * and its expectation in {@code Oracle}; what its rule needs of a database goes into {@code Target} and here into
 * {@code MemoryTarget} (what MySQL does differently is in {@code MemoryLockedRows}, {@code MemoryVersions} and, of users, in
 * {@code LocalSession}); a kind of trouble is an arm in {@code Trouble}; how often each happens is drawn in {@code Profile}; a
 * planted fault is a constant in {@code Fault}, asked for with {@code world.planted} where it is to bite; what must hold after
 * every event throws {@code Broken}. A step that would have to wait throws {@code Blocked} and is taken again later: it must
 * not have changed anything before.
 */
package io.rowmesh.testbed.simulation;
