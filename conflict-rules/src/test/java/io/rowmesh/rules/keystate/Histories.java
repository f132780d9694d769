package io.rowmesh.rules.keystate;

import io.rowmesh.schema.Row;
import io.rowmesh.schema.RowChange;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** Random histories of a {@link KeyModel}. */
final class Histories {

    private Histories() {
    }

    static <S> void run(KeyModel<S> model, Random random, int events) {
        if (random.nextInt(4) == 0) {
            model.standBefore("1", "a0", "b0", "c0");
        }
        for (int event = 0; event < events; event++) {
            if (random.nextInt(25) == 0) {
                calm(model);
            }
            step(model, random);
        }
    }

    /** All is delivered and every region tells of it, so that states can be dropped here or there. */
    private static <S> void calm(KeyModel<S> model) {
        model.drain();
        model.regions.forEach(region -> region.commit(1, row -> List.of()));
        model.drain();
    }

    private static <S> void step(KeyModel<S> model, Random random) {
        KeyModel<S>.Region region = model.regions.get(random.nextInt(model.regions.size()));
        switch (random.nextInt(16)) {
            case 0, 1, 2 -> region.commit(1 + random.nextInt(3), work(random));
            case 3 -> region.appear();
            case 4, 5, 6 -> region.capture(random.nextInt(3) == 0);
            case 7, 8 -> region.ship();
            case 9 -> region.beginAnew();
            case 10 -> region.commit(1, row -> List.of());
            case 11 -> region.round();
            default -> {
                KeyModel<S>.Region origin = model.regions.get(random.nextInt(model.regions.size()));
                KeyModel.Transaction next = origin == region ? null : region.nextFrom(origin);
                if (next != null) {
                    region.apply(next);
                }
            }
        }
    }

    private static Function<Row, List<RowChange>> work(Random random) {
        int length = random.nextInt(4) == 0 ? 3 : 1;
        return row -> {
            List<RowChange> changes = new ArrayList<>();
            Row now = row;
            for (int i = 0; i < length; i++) {
                RowChange change = change(random, now);
                changes.add(change);
                now = change.kind() == RowChange.Kind.DELETE || change.kind() == RowChange.Kind.TRUNCATE ? null : RowChange.keyImage(change);
            }
            return changes;
        };
    }

    private static RowChange change(Random random, Row row) {
        if (random.nextInt(20) == 0) {
            return new RowChange.Truncate(KeyModel.T);
        }
        if (row == null) {
            return new RowChange.Insert(KeyModel.T, new Row("1", value(random), value(random), value(random)));
        }
        if (random.nextInt(4) == 0) {
            return new RowChange.Delete(KeyModel.T, row);
        }
        // Now and then to what it was: that sets nothing.
        int column = 1 + random.nextInt(3);
        return new RowChange.Update(KeyModel.T, row, random.nextInt(8) == 0 ? row : row.with(column, value(random)));
    }

    private static String value(Random random) {
        if (random.nextInt(6) == 0) {
            // A region's name: where the column is a home.
            return "abcd".substring(random.nextInt(4)).substring(0, 1);
        }
        return random.nextInt(10) == 0 ? null : "abc".charAt(random.nextInt(3)) + ":" + random.nextInt(100_000);
    }
}
