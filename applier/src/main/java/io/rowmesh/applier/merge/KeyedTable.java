package io.rowmesh.applier.merge;

import io.rowmesh.rules.RowRule;
import io.rowmesh.rules.TableRules;
import io.rowmesh.rules.columns.ColumnMerge;
import io.rowmesh.rules.keystate.Decided;
import io.rowmesh.rules.keystate.KeyMachine;
import io.rowmesh.rules.keystate.KeyRule;
import io.rowmesh.rules.keystate.Kept;
import io.rowmesh.rules.keystate.Write;
import io.rowmesh.rules.siblings.Choosers;
import io.rowmesh.rules.siblings.SiblingRule;
import io.rowmesh.schema.Seen;

import java.util.List;

/** The machine of one table's rule, with states as the texts that the database keeps. */
public final class KeyedTable<S> {

    private final KeyRule<S> rule;
    private final KeyMachine<S> machine;

    private KeyedTable(KeyRule<S> rule) {
        this.rule = rule;
        this.machine = new KeyMachine<>(rule);
    }

    /** Whether a rule keeps a state of each key. */
    public static boolean keeps(TableRules rules) {
        return rules.row() == RowRule.COLUMN_MERGE || rules.choosesSiblings();
    }

    public static KeyedTable<?> of(TableRules rules) {
        return rules.row() == RowRule.COLUMN_MERGE ? new KeyedTable<>(new ColumnMerge(rules.groups()))
                : new KeyedTable<>(new SiblingRule(Choosers.of(rules), rules.row() == RowRule.PARK));
    }

    /** A change from another region. */
    public Decided<String> apply(FoundKey found, Write write) {
        return text(machine.apply(found.stored(), kept(found.kept()), state(found.table()), write));
    }

    /** Changes of local transactions, captured; whole when the last of these transactions is. */
    public Decided<String> capture(FoundKey found, List<Write> writes, boolean whole) {
        return text(machine.capture(found.stored(), kept(found.kept()), state(found.table()), writes, whole));
    }

    /** A row that was left as it was. */
    public Decided<String> settle(FoundKey found) {
        return text(machine.settle(found.stored(), kept(found.kept())));
    }

    public boolean droppable(FoundKey found, Seen seenByAll) {
        return machine.droppable(found.stored(), kept(found.kept()), seenByAll);
    }

    /** Whether the state of the whole table may be dropped. */
    public boolean stable(String table, Seen seenByAll) {
        return rule.stable(rule.decode(table), seenByAll);
    }

    /** The state of the whole table with one more truncate. */
    public String truncated(String table, Write truncate) {
        return rule.encode(rule.join(table == null ? rule.none() : rule.decode(table), truncate));
    }

    private S state(String text) {
        return text == null ? null : rule.decode(text);
    }

    private Kept<S> kept(Kept<String> kept) {
        return kept == null ? null : new Kept<>(rule.decode(kept.state()), kept.captured(), kept.waiting(), kept.withheld());
    }

    private Decided<String> text(Decided<S> decided) {
        Kept<S> kept = decided.kept();
        return new Decided<>(new Kept<>(rule.encode(kept.state()), kept.captured(), kept.waiting(), kept.withheld(),
                rule.unresolved(kept.state())), decided.show(), decided.met());
    }
}
