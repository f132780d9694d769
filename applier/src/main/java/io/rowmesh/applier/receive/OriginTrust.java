package io.rowmesh.applier.receive;

import io.rowmesh.schema.stream.CertificateName;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trusts one region: signed by the authority, and called what we dialled. Host names do not matter, regions move. */
final class OriginTrust extends X509ExtendedTrustManager {

    private final X509ExtendedTrustManager authority;
    private final String origin;

    OriginTrust(X509ExtendedTrustManager authority, String origin) {
        this.authority = authority;
        this.origin = origin;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        authority.checkServerTrusted(chain, authType);
        String name = CertificateName.of(chain[0]);
        if (!name.equals(origin)) {
            throw new CertificateException("its certificate names \"" + name + "\", not " + origin);
        }
    }

    /** Without the engine: with it, the JDK would compare host names. */
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("a subscriber is nobody's server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authority.getAcceptedIssuers();
    }
}
