package io.rowmesh.testbed.simulation;

import org.junit.jupiter.api.Test;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A truncate is withheld, as the clock was set back; a user inserts a row while the truncate is touched. Such a touch is shipped as a truncate
 * and the rows that it found: a row that it did not find, with a timestamp below its own, would be lost everywhere but at home.
 */
class TouchedTruncateTest {

    private static final int MANY = 60;

    private World world;
    private Region region;

    @Test
    void aRowThatComesMeanwhileWaitsForTheTouch() {
        touchWhileAUserInserts(null);
        new Oracle(world).check();
        for (Region each : world.regions) {
            assertNotNull(each.database.committed(each.database.tables[1].slots[1]), each.name);
        }
    }

    @Test
    void regionsDifferWhereTheTouchDoesNotLockTheTable() {
        touchWhileAUserInserts(Fault.TOUCHED_TABLE_NOT_LOCKED);
        assertTrue(assertThrows(Broken.class, () -> new Oracle(world).check()).getMessage().contains("should be deleted"));
    }

    private void touchWhileAUserInserts(Fault planted) {
        Profile profile = new Profile.Draft().regions(2).keys(2).statements(1).mix(1, 0, 0, 0, 0, 0).delay(1).unbatched(1_000).stall(1)
                .tables(Profile.ONLY_ROWS).steps(1).mySql(3).done();
        world = new World(new FixedChoices(), profile, planted, null);
        region = world.regions[0];
        region.database.skew = 4_000;
        step(user(LocalSession.INSERT, 0));
        settle(List.of());
        region.database.skew = -500;
        step(user(LocalSession.TRUNCATE, 0));
        capture();
        assertEquals(1, region.pendingTable.size());
        region.database.skew = 0;
        world.now += 1_000;
        assertTrue(region.toucher.step() && region.toucher.step(), "it is begun, and the rows are restated");
        LocalSession user = user(LocalSession.INSERT, 1);
        step(user);
        world.now += 10;
        region.toucher.step();
        capture();
        settle(List.of(user));
    }

    private LocalSession user(int kind, int key) {
        return LocalSession.scripted(region, List.of(new int[] {kind, key, 0}));
    }

    private static void step(Actor actor) {
        for (int i = 0; i < MANY; i++) {
            actor.step();
        }
    }

    private void capture() {
        for (int i = 0; i < MANY; i++) {
            region.database.flush();
            region.reader.step();
            region.capture.step();
        }
    }

    private void settle(List<Actor> users) {
        while (!world.isQuiet() || !users.stream().allMatch(Actor::isQuiet)) {
            world.now++;
            users.forEach(Actor::step);
            world.actors().forEach(Actor::step);
        }
    }
}
