package io.rowmesh.node.cli;

import io.rowmesh.node.config.ConfigFile;
import io.rowmesh.node.config.Database;
import io.rowmesh.node.config.Secret;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

import java.util.Optional;

/** Another role than the node's own, for what takes an administrator. */
final class AdminOptions {

    @Option(names = "--admin-url", paramLabel = "URL", description = "Connect there, as postgresql://host:port/database or mysql://host:port/database (default: the configuration's).")
    private String url;

    @Option(names = "--admin-user", paramLabel = "ROLE", description = "Connect as this role (default: the node's own).")
    private String user;

    @Option(names = "--admin-password-env", paramLabel = "NAME", description = "The environment variable that holds this role's password.")
    private String passwordEnvironment;

    Database database(Database configured, CommandLine command) {
        if (user != null && user.contains("'")) {
            throw new ParameterException(command, "--admin-user: a role with an apostrophe in its name cannot run the migrations");
        }
        Database database = url == null ? configured : at(configured, command);
        return user == null ? database : database.as(user, password(command));
    }

    private Database at(Database configured, CommandLine command) {
        try {
            return ConfigFile.databaseAt(url, configured);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, "--admin-url: " + e.getMessage());
        }
    }

    private Optional<Secret> password(CommandLine command) {
        if (passwordEnvironment == null) {
            return Optional.empty();
        }
        String password = System.getenv(passwordEnvironment);
        if (password == null) {
            throw new ParameterException(command, "--admin-password-env: the environment variable " + passwordEnvironment + " is not set");
        }
        return Optional.of(new Secret(password));
    }
}
