package io.rowmesh.node.cli;

import io.rowmesh.node.config.ConfigFile;
import io.rowmesh.node.config.NodeConfig;
import picocli.CommandLine.Option;

import java.nio.file.Path;

/** The option that nearly every command has. */
final class ConfigOption {

    @Option(names = {"-c", "--config"}, paramLabel = "FILE", defaultValue = "${env:ROWMESH_CONFIG:-rowmesh.yaml}",
            description = "The region's configuration (default: the environment variable ROWMESH_CONFIG, or else rowmesh.yaml).")
    private Path file;

    NodeConfig load() {
        return ConfigFile.load(file);
    }

    Path file() {
        return file;
    }
}
