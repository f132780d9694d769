package io.rowmesh.node.prepare;

import java.util.List;

/** The node does not start, because its database lacks something. */
public final class LackingException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public LackingException(List<Finding> lacking) {
        super("the database lacks " + lacking.size() + " things; 'rowmesh prepare' prints the SQL for them:\n"
                + FindingsText.list(lacking).stripTrailing());
    }
}
