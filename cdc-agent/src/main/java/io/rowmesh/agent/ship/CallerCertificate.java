package io.rowmesh.agent.ship;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.rowmesh.schema.stream.CertificateName;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Hands the name in the caller's certificate to the service. */
final class CallerCertificate implements ServerInterceptor {

    private static final Context.Key<String> NAME = Context.keyWithDefault("certificate name", "");

    /** The name in the present caller's certificate; empty without TLS. */
    static String name() {
        return NAME.get();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        Context context = Context.current().withValue(NAME, session == null ? "" : nameIn(session));
        return Contexts.interceptCall(context, call, headers, next);
    }

    private static String nameIn(SSLSession session) {
        try {
            return CertificateName.of(session.getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            // No certificate, no name: no region is called that.
            return "";
        }
    }
}
