package io.rowmesh.node.prepare;

import io.rowmesh.node.config.ConfigFile;
import io.rowmesh.node.config.NodeConfig;
import io.rowmesh.schema.TableId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;

class PrivateFindingsTest {

    @TempDir
    Path directory;

    @Test
    void aMistypedPrivateColumnAndAPrivateKeyAreToldOf() throws IOException {
        NodeConfig config = ConfigFile.load(Files.writeString(directory.resolve("eu.yaml"), """
                region: eu
                database: { url: "postgresql://127.0.0.1/app", user: rm }
                listen: { shipping: "127.0.0.1:1", admin: "127.0.0.1:2" }
                peers: [ { region: us, address: "127.0.0.1:9" } ]
                tables: [ { match: "public.*", mode: active-active } ]
                data-dir: data
                private: [ { match: "public.*", columns: [email, emial] } ]
                """));
        KeyedColumns people = new KeyedColumns(new TableId("public", "people"), List.of("id", "email"), List.of("id"));
        KeyedColumns logins = new KeyedColumns(new TableId("public", "logins"), List.of("email"), List.of("email"));
        assertEquals(List.of("the private column email of public.logins belongs to the key", "no table that matches public.* has the private column emial"),
                PrivateFindings.of(config, List.of(people, logins)).stream().map(Finding::what).sorted(java.util.Comparator.reverseOrder()).toList());
        assertEquals(List.of(), PrivateFindings.of(config, List.of(people)).stream().filter(Finding::lacking).toList());
    }
}
