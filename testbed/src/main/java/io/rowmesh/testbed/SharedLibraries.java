package io.rowmesh.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Shared libraries that a program needs and the machine lacks, fetched without being root. */
final class SharedLibraries {

    private static final String SCRIPT = "shared-library.sh";

    private SharedLibraries() {
    }

    /** The names of those that the dynamic linker does not find for a program. */
    static List<String> missing(Path program) throws IOException {
        Output ldd = run(List.of("ldd", program.toString()), InputStream.nullInputStream());
        return ldd.text.lines().filter(line -> line.endsWith("=> not found")).map(line -> line.strip().split(" ")[0]).toList();
    }

    /**
     * Puts a library into a directory, from one of the packages of Debian or Ubuntu that may hold it.
     *
     * @throws IllegalStateException when it cannot be had, with what a person can do
     */
    static void fetch(String library, List<String> packages, Path into) throws IOException {
        if (packages.isEmpty()) {
            throw missing(library, library, "");
        }
        List<String> command = new ArrayList<>(List.of("bash", "-s", "--", library, into.toString()));
        command.addAll(packages);
        try (InputStream script = SharedLibraries.class.getResourceAsStream(SCRIPT)) {
            Output fetched = run(command, script);
            if (fetched.status != 0) {
                throw missing(library, String.join(" or ", packages), fetched.text.strip());
            }
        }
    }

    private static IllegalStateException missing(String library, String packages, String why) {
        return new IllegalStateException("This machine lacks " + library + ", which MySQL needs: install it (" + packages
                + " on Debian and Ubuntu) and try again; it could not be fetched. " + why);
    }

    private record Output(int status, String text) {
    }

    private static Output run(List<String> command, InputStream input) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        try (var output = process.getInputStream()) {
            try (var stdin = process.getOutputStream()) {
                input.transferTo(stdin);
            }
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            return new Output(process.waitFor(), text);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroy();
            throw new IOException("interrupted while running " + command.get(0), e);
        }
    }
}
