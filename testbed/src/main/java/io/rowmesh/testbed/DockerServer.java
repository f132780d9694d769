package io.rowmesh.testbed;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports.Binding;
import org.testcontainers.postgresql.PostgreSQLContainer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A server in a container, by Testcontainers. Its port on loopback stays the same when it is started again. */
final class DockerServer implements DatabaseServer {

    private static final int INSIDE = 5432;

    private final PostgreSQLContainer container;
    private boolean created;

    DockerServer(String major, int port, Map<String, String> settings) {
        List<String> command = new ArrayList<>(List.of("postgres"));
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        container = new PostgreSQLContainer(System.getProperty("rowmesh.docker-image", "postgres:" + major))
                .withDatabaseName("postgres").withUsername("postgres").withEnv("POSTGRES_HOST_AUTH_METHOD", "trust")
                .withCommand(command.toArray(String[]::new))
                .withCreateContainerCmdModifier(create -> create.withHostConfig(HostConfig.newHostConfig().withPortBindings(
                        new PortBinding(Binding.bindIpAndPort("127.0.0.1", port), new ExposedPort(INSIDE)))));
    }

    @Override
    public void start() {
        if (created) {
            docker().startContainerCmd(container.getContainerId()).exec();
        } else {
            container.start();
            created = true;
        }
    }

    @Override
    public boolean alive() {
        return Boolean.TRUE.equals(docker().inspectContainerCmd(container.getContainerId()).exec().getState().getRunning());
    }

    @Override
    public void kill() {
        docker().killContainerCmd(container.getContainerId()).withSignal("KILL").exec();
        awaitEnd();
    }

    @Override
    public void stop() {
        docker().killContainerCmd(container.getContainerId()).withSignal("INT").exec();
        awaitEnd();
    }

    private void awaitEnd() {
        Wait.until(java.time.Duration.ofSeconds(30), () -> "the container does not end", () -> !alive());
    }

    @Override
    public String log() {
        return container.getLogs();
    }

    @Override
    public void close() {
        container.stop();
    }

    private DockerClient docker() {
        return container.getDockerClient();
    }
}
