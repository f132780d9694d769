package io.rowmesh.testbed.ship;

import io.rowmesh.schema.stream.TlsFiles;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A certificate authority for tests, made with the JDK's own keytool. */
public final class TestingCertificates {

    private static final String PASSWORD = "testing";
    private static final String AUTHORITY = "authority";

    private final Path directory;

    private TestingCertificates(Path directory) {
        this.directory = directory;
    }

    /** Makes an authority whose files live in a directory of its own. */
    public static TestingCertificates create(Path directory) throws Exception {
        Files.createDirectories(directory);
        TestingCertificates certificates = new TestingCertificates(directory);
        certificates.keytool("-alias", AUTHORITY, "-dname", "CN=testing authority", "-ext", "bc:c=ca:true");
        return certificates;
    }

    /** A certificate for a region, signed by the authority. */
    public TlsFiles issue(String region) throws Exception {
        keytool("-alias", region, "-dname", "CN=" + region + ",O=rowmesh", "-signer", AUTHORITY);
        KeyStore store = load();
        return new TlsFiles(write(region + ".crt", "CERTIFICATE", store.getCertificate(region).getEncoded()),
                write(region + ".key", "PRIVATE KEY", store.getKey(region, PASSWORD.toCharArray()).getEncoded()), authority(store));
    }

    private Path authority(KeyStore store) throws GeneralSecurityException, IOException {
        Certificate certificate = store.getCertificate(AUTHORITY);
        return write("authority.crt", "CERTIFICATE", certificate.getEncoded());
    }

    private Path write(String name, String kind, byte[] content) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(directory.resolve(name), "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
    }

    private KeyStore load() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(directory.resolve("keys.p12"))) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2", "-storetype", "PKCS12",
                "-keystore", directory.resolve("keys.p12").toString(), "-storepass", PASSWORD));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IllegalStateException("keytool failed: " + output);
        }
    }
}
