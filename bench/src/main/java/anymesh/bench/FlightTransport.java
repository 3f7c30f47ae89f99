// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Arrow Flight at its best for this: one DoExchange stream a lane, opened once, with zero-copy writes. A new exchange a
 * call, the nearer likeness of a unary call, is slower.
 */
@SuppressWarnings("try")
final class FlightTransport implements EchoTransport {
    private final RootAllocator root = new RootAllocator();
    private final BufferAllocator serverMemory = root.newChildAllocator("server", 0, Long.MAX_VALUE);
    private final BufferAllocator clientMemory = root.newChildAllocator("client", 0, Long.MAX_VALUE);
    private final FlightServer server;
    private final FlightClient client;

    FlightTransport() throws Exception {
        server = FlightServer.builder(serverMemory, Location.forGrpcInsecure("127.0.0.1", 0), new Echo()).build()
                .start();
        client = FlightClient.builder(clientMemory, Location.forGrpcInsecure("127.0.0.1", server.getPort())).build();
    }

    @Override
    public String name() {
        return "Arrow Flight";
    }

    @Override
    public Lane open(Payload payload) {
        return new FlightLane(payload);
    }

    @Override
    public void close() throws Exception {
        client.close();
        server.shutdown();
        server.awaitTermination(10, TimeUnit.SECONDS);
        server.close();
        clientMemory.close();
        serverMemory.close();
        root.close();
    }

    private static ArrowBuf data(VectorSchemaRoot batch) {
        return ((FixedSizeListVector) batch.getVector(0)).getDataVector().getDataBuffer();
    }

    private static VectorSchemaRoot allocate(BufferAllocator memory, Payload payload) {
        Field item = new Field("item",
                FieldType.notNullable(new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)),
                null);
        Field column = new Field("embedding",
                FieldType.notNullable(new ArrowType.FixedSizeList(payload.columns())), List.of(item));
        VectorSchemaRoot batch = VectorSchemaRoot.create(new Schema(List.of(column)), memory);
        FixedSizeListVector list = (FixedSizeListVector) batch.getVector(0);
        list.setInitialCapacity(payload.rows());
        list.allocateNew();
        FieldVector items = list.getDataVector();
        ((Float4Vector) items).allocateNew(payload.rows() * payload.columns());
        for (int i = 0; i < payload.rows() * payload.columns(); i++) {
            ((Float4Vector) items).set(i, i);
        }
        items.setValueCount(payload.rows() * payload.columns());
        for (int i = 0; i < payload.rows(); i++) {
            list.setNotNull(i);
        }
        list.setValueCount(payload.rows());
        batch.setRowCount(payload.rows());
        return batch;
    }

    private final class FlightLane implements Lane {
        private final Payload payload;
        private final VectorSchemaRoot batch;
        private FlightClient.@Nullable ExchangeReaderWriter exchange;

        FlightLane(Payload payload) {
            this.payload = payload;
            this.batch = allocate(clientMemory, payload);
        }

        @Override
        public void call(long stamp) {
            ArrowBuf sent = data(batch);
            sent.setLong(0, stamp);
            sent.setLong(payload.bytes() - 8, ~stamp);
            FlightClient.ExchangeReaderWriter stream = exchange;
            if (stream == null) {
                stream = client.doExchange(FlightDescriptor.path("echo"));
                stream.getWriter().setUseZeroCopy(true);
                stream.getWriter().start(batch);
                exchange = stream;
            }
            stream.getWriter().putNext();
            if (!stream.getReader().next()) {
                throw new IllegalStateException("no answer");
            }
            ArrowBuf echo = data(stream.getReader().getRoot());
            EchoTransport.check(stamp, echo.getLong(0), echo.getLong(payload.bytes() - 8));
        }

        @Override
        public void close() throws Exception {
            FlightClient.ExchangeReaderWriter stream = exchange;
            if (stream != null) {
                stream.getWriter().completed();
                while (stream.getReader().next()) {
                    // the rest of the stream, to end it in order
                }
                stream.close();
            }
            batch.close();
        }
    }

    private static final class Echo extends NoOpFlightProducer {
        @Override
        public void doExchange(CallContext context, FlightStream reader, ServerStreamListener writer) {
            try (reader) {
                writer.setUseZeroCopy(true);
                boolean started = false;
                while (reader.next()) {
                    if (!started) {
                        writer.start(reader.getRoot());
                        started = true;
                    }
                    writer.putNext();
                }
                writer.completed();
            } catch (Exception e) {
                writer.error(e);
            }
        }
    }
}
