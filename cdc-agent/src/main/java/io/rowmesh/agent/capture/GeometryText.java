package io.rowmesh.agent.capture;

import org.postgresql.geometric.PGbox;
import org.postgresql.geometric.PGcircle;
import org.postgresql.geometric.PGline;
import org.postgresql.geometric.PGlseg;
import org.postgresql.geometric.PGpath;
import org.postgresql.geometric.PGpoint;
import org.postgresql.geometric.PGpolygon;
import org.postgresql.util.PGobject;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Geometric values as PostgreSQL prints them. */
final class GeometryText {

    private GeometryText() {
    }

    /** @throws IllegalArgumentException when the value is of no geometric type */
    static String of(PGobject value) {
        if (value instanceof PGpoint p) {
            return point(p);
        }
        if (value instanceof PGbox box) {
            return points(box.point);
        }
        if (value instanceof PGlseg lseg) {
            return '[' + points(lseg.point) + ']';
        }
        if (value instanceof PGpath path) {
            return (path.isOpen() ? '[' : '(') + points(path.points) + (path.isOpen() ? ']' : ')');
        }
        if (value instanceof PGpolygon polygon) {
            return '(' + points(polygon.points) + ')';
        }
        if (value instanceof PGline line) {
            return '{' + FloatText.of(line.a) + ',' + FloatText.of(line.b) + ',' + FloatText.of(line.c) + '}';
        }
        if (value instanceof PGcircle circle) {
            return '<' + point(circle.center) + ',' + FloatText.of(circle.radius) + '>';
        }
        throw new IllegalArgumentException("a value of an unknown kind of type " + value.getType());
    }

    private static String points(PGpoint[] points) {
        return Arrays.stream(points).map(GeometryText::point).collect(Collectors.joining(","));
    }

    private static String point(PGpoint point) {
        return '(' + FloatText.of(point.x) + ',' + FloatText.of(point.y) + ')';
    }
}
