package io.rowmesh.testbed;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The arrows of docs/architecture.md, checked. */
class ArchitectureTest {

    private static final Pattern FILE = Pattern.compile("`((?:agent|applier)/[a-z]+/)?([A-Z][A-Za-z]+)`");

    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.rowmesh");
    }

    @Test
    void debeziumStaysInTheCapture() {
        noClasses().that().resideOutsideOfPackage("io.rowmesh.agent.capture..")
                .should().dependOnClassesThat().resideInAnyPackage("io.debezium..", "org.apache.kafka..").check(classes);
    }

    @Test
    void theClientOfMySqlsLogStaysInItsReading() {
        noClasses().that().resideOutsideOfPackage("io.rowmesh.agent.binlog..")
                .should().dependOnClassesThat().resideInAPackage("com.github.shyiko..").check(classes);
    }

    @Test
    void rocksdbStaysInTheChangeLogAndGrpcInTheStreams() {
        noClasses().that().resideOutsideOfPackages("io.rowmesh.agent.log..", "io.rowmesh.agent.versions..")
                .should().dependOnClassesThat().resideInAPackage("org.rocksdb..").check(classes);
        noClasses().that().resideOutsideOfPackages("io.rowmesh.agent.ship..", "io.rowmesh.applier.receive..", "io.rowmesh.schema..",
                "io.rowmesh.node.cli..").should().dependOnClassesThat().resideInAPackage("io.grpc..").check(classes);
    }

    @Test
    void decisionsArePure() {
        noClasses().that().resideInAPackage("io.rowmesh.rules..")
                .should().dependOnClassesThat().resideInAnyPackage("java.sql..", "java.io..", "java.net..", "java.time..", "org.jooq..")
                .check(classes);
    }

    @Test
    void conversionsOfValuesArePure() {
        noClasses().that().resideInAPackage("io.rowmesh.schema.types..")
                .should().dependOnClassesThat().resideInAnyPackage("java.sql..", "java.net..", "org.jooq..", "org.slf4j..").check(classes);
    }

    @Test
    void theHalvesOfANodeDoNotKnowEachOther() {
        noClasses().that().resideInAPackage("io.rowmesh.agent..").should().dependOnClassesThat().resideInAPackage("io.rowmesh.applier..").check(classes);
        noClasses().that().resideInAPackage("io.rowmesh.applier..").should().dependOnClassesThat().resideInAPackage("io.rowmesh.agent..").check(classes);
    }

    /** Every file that "the life of a row change" names exists, so that the page stays true. */
    @Test
    void theLifeOfARowChangeNamesFilesThatExist() throws IOException {
        Path root = Path.of("").toAbsolutePath().getParent();
        String page = Files.readString(root.resolve("docs/architecture.md"));
        String life = page.substring(page.indexOf("## The life of a row change"), page.indexOf("## Control tables"));
        List<String> sources;
        try (Stream<Path> files = Files.walk(root)) {
            sources = files.map(p -> root.relativize(p).toString()).filter(p -> p.endsWith(".java") && p.contains("src/main")).toList();
        }
        Matcher names = FILE.matcher(life);
        while (names.find()) {
            String end = "/" + (names.group(1) == null ? "" : names.group(1)) + names.group(2) + ".java";
            assertTrue(sources.stream().anyMatch(s -> ("/" + s).endsWith(end)), "the page names " + end);
        }
    }
}
