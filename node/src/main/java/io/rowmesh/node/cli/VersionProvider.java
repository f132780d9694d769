package io.rowmesh.node.cli;

import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar. */
final class VersionProvider implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = VersionProvider.class.getPackage().getImplementationVersion();
        return new String[] {"rowmesh " + (version == null ? "(built from source, no version)" : version),
                "Java " + Runtime.version()};
    }
}
