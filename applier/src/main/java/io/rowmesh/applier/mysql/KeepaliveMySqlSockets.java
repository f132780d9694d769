package io.rowmesh.applier.mysql;

import com.mysql.cj.conf.PropertySet;
import com.mysql.cj.protocol.StandardSocketFactory;
import io.rowmesh.applier.write.KeepaliveSockets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;

/** {@link KeepaliveSockets} for MySQL's driver, which makes it by name. */
public final class KeepaliveMySqlSockets extends StandardSocketFactory {

    @Override
    protected Socket createSocket(PropertySet properties) {
        try {
            return new KeepaliveSockets().createSocket();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
