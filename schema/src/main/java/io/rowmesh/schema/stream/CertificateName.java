package io.rowmesh.schema.stream;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Whose certificate it is. */
public final class CertificateName {

    private CertificateName() {
    }

    /** The common name of a certificate's subject; empty when it has none, or more than one. */
    public static String of(Certificate certificate) {
        if (!(certificate instanceof X509Certificate x509)) {
            return "";
        }
        try {
            var names = new LdapName(x509.getSubjectX500Principal().getName()).getRdns().stream()
                    .filter(rdn -> rdn.getType().equalsIgnoreCase("CN")).map(Rdn::getValue).toList();
            return names.size() == 1 && names.get(0) instanceof String name ? name : "";
        } catch (InvalidNameException e) {
            return "";
        }
    }
}
