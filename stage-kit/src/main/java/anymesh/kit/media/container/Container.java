// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

/** A kind of file that is made of parts, of which each says how long it is. */
interface Container {

    /** Whether a file begins as those of this kind do. */
    boolean is(Bytes file);

    /**
     * Where the last part that was begun ends, by what it says: behind the file's end, if that is cut off. What follows the
     * parts that are known, tags or padding, is not judged, and a part that does not know its length ends with the file.
     */
    long end(Bytes file);

    /** A whole file with the lengths that it has, where its decoder minds that it does not know them. */
    default byte[] honest(byte[] file) {
        return file;
    }
}
