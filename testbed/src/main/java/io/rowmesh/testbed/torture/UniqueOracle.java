package io.rowmesh.testbed.torture;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The newest write of each key; of the rows that these leave, in falling order of their versions, each that shares no value with one before. */
final class UniqueOracle implements Oracle {

    private final LastWriteOracle newest = new LastWriteOracle();

    @Override
    public void add(Write write) {
        newest.add(write);
    }

    @Override
    public Map<String, StoredRow> rows(String table) {
        Map<String, StoredRow> shown = new HashMap<>();
        Set<List<String>> taken = new HashSet<>();
        newest.rows(table).entrySet().stream().sorted((a, b) -> b.getValue().version().compareTo(a.getValue().version())).forEach(row -> {
            String[] values = row.getValue().image().split(",", -1);
            List<List<String>> own = List.of(List.of("name", values[1]), List.of("mail", values[2]));
            if (own.stream().filter(each -> !each.get(1).isEmpty()).noneMatch(taken::contains)) {
                taken.addAll(own);
                shown.put(row.getKey(), row.getValue());
            }
        });
        return shown;
    }
}
