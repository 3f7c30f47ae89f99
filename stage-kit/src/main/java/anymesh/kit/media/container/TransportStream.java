// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

/** MPEG-TS: packets of one size, each of which begins with the same byte. */
final class TransportStream implements Container {
    private static final int PACKET = 188;
    private static final int SYNC = 0x47;

    @Override
    public boolean is(Bytes file) {
        return file.length() > 3 * PACKET && file.u8(0) == SYNC && file.u8(PACKET) == SYNC
                && file.u8(2 * PACKET) == SYNC;
    }

    @Override
    public long end(Bytes file) {
        long packets = ((long) file.length() + PACKET - 1) / PACKET;
        boolean inStep = file.u8((packets - 1) * PACKET) == SYNC;
        return inStep ? packets * PACKET : file.length();
    }
}
