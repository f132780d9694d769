package io.rowmesh.testbed.simulation;

/** What goes wrong from outside: links, connections, machines and databases fail, and come back later. */
final class Trouble implements Actor {

    private final World world;

    Trouble(World world) {
        this.world = world;
    }

    @Override
    public boolean step() {
        Choices choices = world.choices;
        for (Region region : world.regions) {
            background(region);
        }
        if (!world.healed && world.clocksStep() && choices.perMille(world.profile.steps())) {
            step(world.regions[choices.next(world.regions.length)].database);
            return true;
        }
        if (world.healed || !choices.perMille(world.profile.trouble())) {
            return false;
        }
        Region victim = world.regions[choices.next(world.regions.length)];
        Lane lane = victim.lanes.get(choices.next(victim.lanes.size()));
        switch (choices.next(7)) {
            case 0 -> lane.cut(choices.next(50));
            case 1 -> lane.cut(choices.next(1_000));
            case 2 -> lane.repeatNext();
            case 3 -> lane.disconnect("its database connection broke");
            case 4 -> {
                if (victim.up) {
                    trace(victim, "node dies");
                    victim.crashNode(choices.next(choices.perMille(200) ? 2_000 : 60));
                }
            }
            case 5 -> {
                trace(victim, "database crashes");
                victim.database.crash();
            }
            default -> victim.capture.stop();
        }
        return true;
    }

    /** A clock is set: a little forth or back, or wrong beyond all measure, until it is set right. */
    private void step(Database database) {
        Choices choices = world.choices;
        int size = choices.perMille(500) ? 10 : 400;
        switch (choices.next(4)) {
            case 0 -> database.skew = Math.min(1_000, database.skew + choices.next(size));
            case 1, 2 -> database.skew = Math.max(-1_000, database.skew - choices.next(size));
            default -> database.jump = database.jump == 0 ? 4 * Region.MAX_SKEW_MICROS : 0;
        }
        trace(world.regions[database.region], "its clock is " + (database.skew + database.jump) + " ahead");
    }

    private void background(Region region) {
        Choices choices = world.choices;
        if (region.database.flushed < region.database.log.size() && choices.perMille(150)) {
            region.database.flush();
        }
        if (!region.database.orphans.isEmpty() && choices.perMille(200)) {
            DbTransaction orphan = region.database.orphans.remove(0);
            if (orphan.inProgress()) {
                region.database.makeVisible(orphan);
            }
        }
        if (!region.up && world.now >= region.downUntil) {
            trace(region, "node starts");
            region.start();
        }
    }

    private void trace(Region region, String what) {
        if (world.trace != null) {
            world.trace(region.name + " " + what);
        }
    }

    @Override
    public boolean isQuiet() {
        for (Region region : world.regions) {
            if (!region.up || !region.database.orphans.isEmpty() || region.database.flushed < region.database.log.size()) {
                return false;
            }
        }
        return true;
    }
}
