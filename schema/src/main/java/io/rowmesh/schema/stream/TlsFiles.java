package io.rowmesh.schema.stream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The files a node shows who it is with, and knows others by. All in PEM form.
 *
 * @param certificate the node's certificate (and what leads from it to the authority), its common name the region's id
 * @param key         the certificate's private key, PKCS#8, not encrypted
 * @param authority   certificates of those who sign the regions' certificates
 */
public record TlsFiles(Path certificate, Path key, Path authority) {

    /** @throws IllegalArgumentException naming the first file that cannot be read */
    public TlsFiles requireReadable() {
        for (Path file : new Path[] {certificate, key, authority}) {
            if (!Files.isReadable(file)) {
                throw new IllegalArgumentException("the TLS file " + file + " cannot be read; check its path and its owner");
            }
        }
        return this;
    }

    /**
     * Trusts who the authority signed, whatever the name: the caller compares names with region ids, which are not host names.
     *
     * @throws IllegalArgumentException when the authority file holds no certificates
     */
    public X509ExtendedTrustManager trustManager() {
        try (InputStream in = Files.newInputStream(authority)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            List<Certificate> certificates = new ArrayList<>(CertificateFactory.getInstance("X.509").generateCertificates(in));
            for (int i = 0; i < certificates.size(); i++) {
                store.setCertificateEntry("authority-" + i, certificates.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            TrustManager[] managers = factory.getTrustManagers();
            return (X509ExtendedTrustManager) managers[0];
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("the TLS file " + authority + " holds no usable certificates: " + e.getMessage(), e);
        }
    }
}
