package io.rowmesh.agent.binlog;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A set of transactions in MySQL's notation, {@code uuid:1-5:7,uuid:tag:1-3}. Not safe for several threads. */
public final class GtidSet {

    /** First and last number, both of the set. */
    private record Range(long first, long last) {
    }

    /** By server's identifier with the tag, if there is one; ranges ascending, with gaps between. */
    private final Map<String, List<Range>> ranges = new TreeMap<>();

    /** @throws BinlogException when the text is none */
    public static GtidSet parse(String text) {
        GtidSet set = new GtidSet();
        for (String part : text.replaceAll("\\s", "").split(",")) {
            if (!part.isEmpty()) {
                set.addAll(part);
            }
        }
        return set;
    }

    /** MySQL writes a tag once, before its numbers: a part that does not begin with a digit changes the tag. */
    private void addAll(String part) {
        String[] words = part.toLowerCase(Locale.ROOT).split(":");
        String source = words[0];
        for (int i = 1; i < words.length; i++) {
            if (Character.isDigit(words[i].charAt(0))) {
                addRange(source, words[i], part);
            } else {
                source = words[0] + ":" + words[i];
            }
        }
    }

    private void addRange(String source, String range, String part) {
        try {
            int dash = range.indexOf('-');
            long first = Long.parseLong(dash < 0 ? range : range.substring(0, dash));
            add(source, first, dash < 0 ? first : Long.parseLong(range.substring(dash + 1)));
        } catch (NumberFormatException e) {
            throw BinlogException.lasting("\"" + part + "\" is no set of GTIDs");
        }
    }

    /** @param source the server's identifier, with {@code :tag} if there is one */
    public void add(String source, long number) {
        add(source, number, number);
    }

    private void add(String source, long first, long last) {
        List<Range> of = ranges.computeIfAbsent(source, s -> new ArrayList<>());
        int from = of.size();
        while (from > 0 && of.get(from - 1).last() >= first - 1) {
            from--;
        }
        int to = from;
        long newFirst = first;
        long newLast = last;
        while (to < of.size() && of.get(to).first() <= last + 1) {
            newFirst = Math.min(newFirst, of.get(to).first());
            newLast = Math.max(newLast, of.get(to).last());
            to++;
        }
        of.subList(from, to).clear();
        of.add(from, new Range(newFirst, newLast));
    }

    /** Whether all of another set is in this one. */
    public boolean contains(GtidSet other) {
        return other.ranges.entrySet().stream().allMatch(entry -> containsAll(entry.getKey(), entry.getValue()));
    }

    private boolean containsAll(String source, List<Range> wanted) {
        List<Range> of = ranges.getOrDefault(source, List.of());
        return wanted.stream().allMatch(w -> of.stream().anyMatch(r -> r.first() <= w.first() && r.last() >= w.last()));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GtidSet set && ranges.equals(set.ranges);
    }

    @Override
    public int hashCode() {
        return ranges.hashCode();
    }

    /** A part for each server and tag, which MySQL reads as well as its own shorter form. */
    @Override
    public String toString() {
        return ranges.entrySet().stream().map(e -> e.getKey() + e.getValue().stream().map(GtidSet::text).collect(Collectors.joining()))
                .collect(Collectors.joining(","));
    }

    private static String text(Range range) {
        return range.first() == range.last() ? ":" + range.first() : ":" + range.first() + "-" + range.last();
    }
}
