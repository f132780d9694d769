package io.rowmesh.node.config;

import java.util.Arrays;
import java.util.Locale;

/** What a node does with a table. */
public enum TableMode {
    /** Local changes are shipped, and those of other regions applied. */
    ACTIVE_ACTIVE(true, true),
    /** Local changes are shipped; nothing is applied. */
    SEND_ONLY(true, false),
    /** Changes of other regions are applied; local ones stay here. */
    RECEIVE_ONLY(false, true),
    /** Not looked at. */
    OFF(false, false);

    private final boolean sends;
    private final boolean receives;

    TableMode(boolean sends, boolean receives) {
        this.sends = sends;
        this.receives = receives;
    }

    /** Whether local changes of the table are captured and shipped. */
    public boolean sends() {
        return sends;
    }

    /** Whether changes of other regions are applied to the table. */
    public boolean receives() {
        return receives;
    }

    /** As written in the configuration, such as {@code active-active}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static TableMode parse(String text) {
        return Arrays.stream(values()).filter(mode -> mode.text().equals(text)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not a mode: " + text));
    }
}
