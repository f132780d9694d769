/**
 * Which local transactions may be shipped with the timestamps they have, and what is touched instead (convergence rules 6 and
 * 7). Everything here follows the order of the local log. No I/O, no clock: what a clock said is a parameter.
 */
package io.rowmesh.rules.credible;
