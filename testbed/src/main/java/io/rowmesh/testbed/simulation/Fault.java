package io.rowmesh.testbed.simulation;

/** Small deliberate faults. The simulation must find each of them when it is switched on alone. */
public enum Fault {
    NO_TOMBSTONE("deletes leave no tombstone"),
    TIE_BY_APPLYING_NODE("equal timestamps are decided for the region that applies"),
    TOMBSTONES_DROPPED_WHEN_ACKNOWLEDGED("tombstones go when all regions have acknowledged the delete"),
    TOMBSTONES_DROPPED_BEFORE_CAPTURE(Rules.LONG_COMMITS, "tombstones go without waiting for the own capture"),
    SKEW_WAIT_AT_EQUAL("the wait for the clock ends at the change's timestamp, not past it"),
    NO_SKEW_WAIT("no wait for the clock"),
    NO_SECOND_LOOK_OF_LANE("a lane's delete that found no row does not look again"),
    NO_SECOND_LOOK_OF_CAPTURE("a captured local write below a newer tombstone stays"),
    NO_SECOND_LOOK_AT_ALL("neither of the two"),
    LOOK_BEFORE_VISIBLE("the capture looks before the local write is visible"),
    NO_KEY_LOCK("lanes and repairs do not lock keys"),
    LOCK_FREED_WHILE_COMMIT_UNKNOWN("a broken connection frees the locks of a commit that may still take place"),
    NO_REASSERTION("a local delete records its tombstone but deletes no older row"),
    NO_TOMBSTONE_OF_LOCAL_DELETE("local deletes are shipped without a tombstone of their own"),
    EQUAL_OF_SAME_ORIGIN_LOSES("< instead of <= for one origin's equal timestamps"),
    SAME_ORIGIN_ALWAYS_WINS(Rules.CLOCK_STEPS, "changes of one origin apply in log order whatever their timestamps"),
    PROGRESS_BEFORE_DATA("progress is committed before the rows"),
    PROGRESS_AFTER_DATA("progress is committed after the rows"),
    RESUME_BY_ORIGIN_POSITION("resumes by the replication origin's position, which aborts advance"),
    READ_THEN_WRITE("the guard is judged before the row is locked"),
    SHIPPED_BEFORE_TOMBSTONE("a local delete is shipped before its tombstone is recorded"),
    SHIPPED_BEFORE_SYNC(Rules.COUNTER_CLOCK_STEPS, "transactions are shipped that are not yet durable in the change log"),
    CONFIRMED_BEFORE_SYNC("the slot moves past what is not yet durable in the change log"),
    ORIGIN_TAG_LOST_ON_SECOND_CHUNK("only the first chunk of an applied transaction carries the origin"),
    HEARTBEAT_OVERTAKES_DELETE("a heartbeat overtakes transactions that wait for their tombstones"),
    DUPLICATES_APPLIED("what comes twice is applied twice"),
    UPDATE_WITHOUT_ROW_DROPPED("an update that finds no row is dropped"),
    TRUNCATE_WITHOUT_TOMBSTONE("a truncate leaves no tombstone of the table"),
    TRUNCATE_WITHOUT_TABLE_LOCK("a truncate does not wait for writers of the table"),
    KEY_CHANGE_WITHOUT_DELETE("a key change is shipped without the delete of the old key"),
    ACKNOWLEDGED_BEFORE_FLUSH("transactions are acknowledged before they are durable"),
    VERSION_OF_APPLYING_REGION("applied rows carry the applying region's own commit timestamp"),
    DELETES_UNCONDITIONAL("deletes are applied whatever the row's version"),
    NOT_CAUSAL(Rules.COUNTERS, "transactions that decide by what was seen are applied before what they had seen"),
    SEEN_TOLD_BY_TIMESTAMP(Rules.LONG_COMMITS_OF_COUNTERS, "what was seen of a region is told by the newest commit timestamp that was applied"),
    SEEN_OVERSTATED(Rules.COUNTERS, "what was seen is told one too high"),
    SEEN_UNDERSTATED(Rules.COUNTERS, "what was seen is told one too low"),
    COUNTER_IMAGE_WRITTEN(Rules.COUNTERS, "a counter's update writes its own image instead of adding"),
    COUNTER_DELTA_TWICE(Rules.COUNTERS, "what a merged write adds is added twice"),
    COUNTER_MAX_BY_LAST_WRITE(Rules.COUNTERS, "a max takes the incoming value"),
    COUNTER_VERSION_NOT_KEPT(Rules.COUNTERS, "the true version of a merged row is not kept"),
    COUNTER_VERSION_OUTLIVES_ROW(Rules.COUNTERS, "the version kept for a row outlives its delete in the same transaction"),
    COUNTER_DELETE_KNOWN_AT_CAPTURE(Rules.COUNTERS, "a local delete is known only once the capture has met it"),
    COUNTER_DELETES_ASKED_BEFORE_HELD(Rules.COUNTERS, "deletes are judged by the statement that locks the row, not by one after it"),
    COUNTER_DELETE_WAITS_FOR_NO_INSERT(Rules.COUNTERS, "a delete that finds no row does not wait for an insert under way"),
    COUNTER_UPDATE_WAITS_FOR_NO_INSERT(Rules.LONG_COMMITS_OF_COUNTERS, "an update that finds no row does not wait for an insert under way"),
    COUNTER_UPDATE_UPSERTED(Rules.COUNTERS, "an update whose row was deleted puts its own image there"),
    COUNTER_DELETE_BY_VERSION(Rules.COUNTERS, "a delete leaves a row that is newer"),
    COUNTER_DELETES_DROPPED_WHEN_ACKNOWLEDGED(Rules.COUNTERS, "deletes of keys are forgotten when all regions have acknowledged them"),
    LOCAL_WRITE_NOT_JOINED(Rules.COLUMN_MERGE, "a captured local write is not joined into the state that is kept of its key"),
    SHOWN_OVER_LATER_WRITE(Rules.COLUMN_MERGE, "the capture writes a row from its state although a later local write stands there"),
    ALL_TAKEN_FOR_CAPTURED(Rules.COLUMN_MERGE, "a lane writes over local writes that are not captured yet"),
    DEAD_ROW_FORGETS_COLUMNS(Rules.COLUMN_MERGE, "of a deleted row no columns are kept"),
    STATE_NOT_DURABLE(Rules.COLUMN_MERGE, "a local write is shipped before its part of the state is durable"),
    STATES_DROPPED_WHEN_ACKNOWLEDGED(Rules.COLUMN_MERGE, "states go when all regions have acknowledged their writes"),
    STATES_DROPPED_BEFORE_ORIGINS_CAPTURE(Rules.COLUMN_MERGE, "states go before their writes are settled in the region that wrote them"),
    STATES_DROPPED_BEFORE_CAPTURE(Rules.COLUMN_MERGE, "states go, and rows count as captured, without waiting for the own capture"),
    SIBLINGS_PAIRWISE(Rules.SIBLINGS, "of two siblings the loser is forgotten at once, instead of kept in the set"),
    SIBLINGS_NOT_CAUSAL(Rules.SIBLINGS, NOT_CAUSAL),
    SIBLINGS_SEEN_OVERSTATED(Rules.SIBLINGS, SEEN_OVERSTATED),
    SIBLINGS_SEEN_UNDERSTATED(Rules.SIBLINGS, SEEN_UNDERSTATED),
    SIBLINGS_LOCAL_WRITE_NOT_JOINED(Rules.SIBLINGS, LOCAL_WRITE_NOT_JOINED),
    SIBLINGS_DROPPED_WHEN_ACKNOWLEDGED(Rules.SIBLINGS, STATES_DROPPED_WHEN_ACKNOWLEDGED),
    SIBLINGS_DROPPED_BEFORE_CAPTURE(Rules.SIBLINGS, STATES_DROPPED_BEFORE_CAPTURE),
    SIBLINGS_STATE_NOT_DURABLE(Rules.SIBLINGS, STATE_NOT_DURABLE),
    REWRITE_NOT_NOTICED(Rules.REWRITES, "the rows of a rewritten table count as written by the rewrite"),
    REPAIR_OF_FORGOTTEN_ROWS(Rules.REWRITES, "repairs delete rewritten rows of whose versions nothing is kept any more"),
    REWRITTEN_FORGOTTEN_AT_ONCE(Rules.REWRITES, "nothing is kept of the versions of rewritten rows"),
    INCREDIBLE_SHIPPED(Rules.CLOCK_STEPS, "transactions are shipped whatever their timestamps"),
    BEGUN_CHANGES_NOT_NOTED(Rules.CLOCK_STEPS, "what lanes apply or drop does not count when a local timestamp is judged"),
    PENDING_SAYS_WHAT_CHANGED(Rules.COLUMN_CLOCK_STEPS, "an update of a row of which earlier writes were not shipped says only what it changed"),
    WITHDRAWN_SETTLED_BY_WRITE(Rules.LONG_COMMITS_AND_STEPS, "a key whose tombstone was taken back is settled by a later write"),
    TOUCH_OF_UNCHANGED_ROW_ONLY(Rules.CLOCK_STEPS, "a key is touched only while its row is the one that was withheld"),
    TOUCH_BEFORE_VISIBLE(Rules.LONG_COMMITS_AND_STEPS, "a touch does not wait until the withheld transaction is visible"),
    TOUCH_WHATEVER_ITS_TIMESTAMP(Rules.CLOCK_STEPS, "a touch does not wait until the clock is past what was applied and shipped"),
    RACED_TOUCH_SHIPPED(Rules.LONG_COMMITS_AND_STEPS, "a touch that found no row is shipped whatever came between"),
    OWN_DELETES_TAKE_LATER_ROWS(Rules.LONG_COMMITS_AND_STEPS, "a local delete takes rows that users wrote after it, with timestamps below its own"),
    UNIQUE_LOSERS_FORGOTTEN(Rules.UNIQUE, "of two rows with one unique value the older is forgotten, not hidden"),
    UNIQUE_CAPTURE_DOES_NOT_LOOK(Rules.UNIQUE, "what a local delete or update had hidden is not looked for when it is captured"),
    UNIQUE_HIDDEN_IGNORED(Rules.UNIQUE, "a change is not compared with the hidden row of its key"),
    UNIQUE_VERSION_NOT_KEPT(Rules.UNIQUE, "a row that is shown again has the version of who shows it"),
    UNIQUE_WHATEVER_ROW_REMOVED(Rules.UNIQUE, "a row is hidden or removed whoever has written it since it was looked at"),
    UNIQUE_DELETES_NOT_REASSERTED(Rules.UNIQUE, "rows below a delete that was captured, or looked at again, stay"),
    UNIQUE_TOUCHED_NOT_LOOKED_AT(Rules.UNIQUE_CLOCK_STEPS, "what a key that waited for its touch had hidden is not looked for once it was touched"),
    UNIQUE_LOST_MOVES_NOT_REPEATED(Rules.UNIQUE, "moves that a crash of the database undid are not done again"),
    VERSIONS_BEFORE_LOCK(Rules.MYSQL, "in MySQL: versions are asked before the rows are locked"),
    VERSIONS_NOT_AWAITED(Rules.MYSQL, "in MySQL: nobody waits until the log's reader is past the end of the log"),
    LOG_END_BEFORE_LOCK(Rules.MYSQL, "in MySQL: where the log ends is asked before the rows are locked"),
    OVERTAKEN_INSERT_WRITES_OVER(Rules.MYSQL, "in MySQL: an insert that meets a row which came after the lock writes over it"),
    TOMBSTONES_NOT_ASKED(Rules.MYSQL, "in MySQL: an insert does not look for tombstones of its key"),
    READER_KEEPS_DELETED(Rules.MYSQL, "in MySQL: the log's reader keeps the version of a row that was deleted"),
    READER_TAKES_COMMIT_FOR_VERSION(Rules.MIXED, "in MySQL: the log's reader takes an applied row for one of the commit that wrote it"),
    READER_RESTARTS_AHEAD(Rules.MYSQL, "in MySQL: the log's reader goes on behind what it has kept"),
    READER_MISSES_TOUCHES(Rules.MIXED_CLOCK_STEPS, "in MySQL: the log's reader does not take a touch for a write of its row"),
    TOUCHED_TABLE_NOT_LOCKED(Rules.MIXED_CLOCK_STEPS, "in MySQL: the touch of a truncate restates rows without locking the table"),
    MYSQL_NO_SKEW_WAIT(Rules.MYSQL, NO_SKEW_WAIT),
    MYSQL_NO_KEY_LOCK(Rules.MYSQL, NO_KEY_LOCK),
    HISTORY_BY_SNAPSHOT("the history tells of the row that a statement's snapshot shows, not of the one that was overwritten"),
    HISTORY_WITHOUT_DELETED("the history leaves out what a newer delete refuses"),
    HISTORY_WITHOUT_REPAIRS("the history leaves out what second looks and re-assertion delete"),
    HISTORY_WITHOUT_TRUNCATES("the history leaves out what a truncate deletes"),
    HISTORY_AFTER_COMMIT("the history is written by a transaction of its own, after the change's"),
    HISTORY_OF_SEEN("the history names a conflict although the change had seen what it met"),
    HISTORY_OF_LATE("the history names a conflict although what stands had seen the change, which came late"),
    COUNTER_HISTORY_WITHOUT_TRUNCATES(Rules.COUNTERS, "the history leaves out counters that a truncate deletes"),
    COUNTER_HISTORY_WITHOUT_DELETED(Rules.COUNTERS, HISTORY_WITHOUT_DELETED),
    COUNTER_HISTORY_WITHOUT_MERGED(Rules.COUNTERS, "the history leaves out counters into which a write was merged that had not seen them"),
    HISTORY_WITHOUT_CAPTURED(Rules.COLUMN_MERGE, "the history leaves out what captured local writes meet"),
    HISTORY_WITHOUT_OLDER_COLUMNS(Rules.COLUMN_MERGE, "the history leaves out columns of a change that are older than what stands"),
    UNIQUE_HISTORY_WITHOUT_DELETED(Rules.UNIQUE, HISTORY_WITHOUT_DELETED),
    UNIQUE_HISTORY_WITHOUT_REPAIRS(Rules.UNIQUE, "the history leaves out what the capture's repairs meet"),
    UNIQUE_HISTORY_WITHOUT_TRUNCATES(Rules.UNIQUE, "the history leaves out what another region's truncate meets"),
    HISTORY_WITHOUT_CAPTURED_SIBLINGS(Rules.SIBLINGS, HISTORY_WITHOUT_CAPTURED),
    HISTORY_WITHOUT_REPLACED(Rules.SIBLINGS, "the history leaves out what was shown before a write took its place"),
    HISTORY_WITHOUT_REFUSED_SIBLINGS(Rules.SIBLINGS, HISTORY_WITHOUT_OLDER_COLUMNS);

    private final String description;
    private final Rules rules;
    private final Fault same;

    /** One that shows under last-write-wins. */
    Fault(String description) {
        this(Rules.LAST_WRITE_WINS, description);
    }

    Fault(Rules rules, String description) {
        this.rules = rules;
        this.description = description;
        this.same = this;
    }

    /** The same one, looked for in other tables. */
    Fault(Rules rules, Fault same) {
        this.rules = rules;
        this.description = same.description;
        this.same = same;
    }

    /** Where the search for it is. */
    public enum Search {
        /** In histories of one seed after the other. */
        SEEDS,
        /** In the schedules of a small scope: the window is too narrow for random histories. */
        WINDOW,
        /** In a test that leads to it step by step: it is too narrow for both. */
        STEPS,
        /** Nothing breaks: what is switched off is covered by something else as well (docs/proof.md). */
        COVERED
    }

    public Search search() {
        return switch (this) {
            case NO_SECOND_LOOK_OF_CAPTURE, NO_SECOND_LOOK_AT_ALL, LOOK_BEFORE_VISIBLE -> Search.WINDOW;
            case NO_SECOND_LOOK_OF_LANE, TRUNCATE_WITHOUT_TABLE_LOCK, SAME_ORIGIN_ALWAYS_WINS, WITHDRAWN_SETTLED_BY_WRITE,
                UNIQUE_LOST_MOVES_NOT_REPEATED -> Search.COVERED;
            case TOUCHED_TABLE_NOT_LOCKED -> Search.STEPS;
            default -> Search.SEEDS;
        };
    }

    /** The one that the simulation's code asks for. */
    Fault planted() {
        return same;
    }

    /** The histories in which it shows. */
    public Rules rules() {
        return rules;
    }

    public String description() {
        return description;
    }
}
