// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.gateway.database.Database;
import anymesh.gateway.jobs.StoredMedium;
import anymesh.gateway.jobs.Whose;
import anymesh.kit.server.Futures;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows of files in either database. */
abstract class FileStoreContract {
    final Vertx vertx = Vertx.vertx();
    private Database database;
    private FileStore files;

    abstract Database open();

    @BeforeEach
    void start() {
        database = open();
        files = new FileStore(database);
    }

    @AfterEach
    void end() {
        if (database != null) {
            database.close();
        }
        Futures.join(vertx.close());
    }

    private StoredFile insert(String owner, FilePurpose purpose, @Nullable Duration keepFor) {
        return Futures.join(files.insert(new NewFile(NewFile.newId(purpose), owner, purpose, "a.png",
                "image/png", keepFor), 7));
    }

    private List<StoredFile> list(Whose whose) {
        return Futures.join(files.list(whose, Optional.empty(), Optional.empty(), 10, true)).items();
    }

    @Test
    void aFileIsItsOwnersUntilItIsDeleted() {
        var file = insert("shop", FilePurpose.USER_DATA, null);
        assertThat(file.expiresAt()).isNull();
        assertThat(file.medium()).isEqualTo(new StoredMedium(file.id() + "/file", "image/png", 7));
        assertThat(Futures.join(files.get(file.id(), Whose.of("shop")))).contains(file);
        assertThat(Futures.join(files.get(file.id(), Whose.of("lab")))).isEmpty();
        assertThat(list(Whose.of("shop"))).containsExactly(file);
        assertThat(list(Whose.of("lab"))).isEmpty();
        assertThat(list(Whose.everybodys())).containsExactly(file);
        assertThat(Futures.join(files.delete(file.id(), Whose.of("lab")))).isEmpty();
        assertThat(Futures.join(files.filesOf(List.of(file.id(), "video_1")))).containsExactly(file.medium().name());
        assertThat(Futures.join(files.delete(file.id(), Whose.of("shop")))).contains(file);
        assertThat(Futures.join(files.filesOf(List.of(file.id())))).isEmpty();
    }

    @Test
    void whatIsHandedOutIsInNobodysList() {
        var file = insert("shop", FilePurpose.HANDED_OUT, Duration.ofHours(1));
        assertThat(list(Whose.of("shop"))).isEmpty();
        assertThat(Futures.join(files.delete(file.id(), Whose.of("shop")))).isEmpty();
        assertThat(Futures.join(files.get(file.id(), Whose.everybodys()))).contains(file);
    }

    @Test
    void afterItsTimeAFileIsNotSeenAndThenRemoved() {
        var stays = insert("shop", FilePurpose.VISION, Duration.ofHours(1));
        var goes = insert("shop", FilePurpose.VISION, Duration.ofMillis(1));
        await().until(() -> Futures.join(files.get(goes.id(), Whose.everybodys())).isEmpty());
        assertThat(list(Whose.everybodys())).containsExactly(stays);
        assertThat(Futures.join(files.deleteExpired())).containsExactly(goes.medium());
        assertThat(Futures.join(files.filesOf(List.of(goes.id(), stays.id())))).containsExactly(stays.medium().name());
    }
}
