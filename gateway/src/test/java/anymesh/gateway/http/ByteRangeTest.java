// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of a file of ten bytes. */
class ByteRangeTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"bytes=0-0|0|1", "bytes=2-4|2|3", "bytes=5-|5|5", "bytes=-3|7|3",
        "bytes=-20|0|10", "bytes=8-99|8|2", "bytes= 0-9 |0|10"})
    void aPartIsThatPart(String header, long from, long length) throws Exception {
        assertThat(ByteRange.of(header, 10)).contains(new ByteRange(from, length));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bytes", "bytes=-", "bytes=4-2", "bytes=0-1,3-4", "items=0-1", "bytes=a-b",
        "bytes=0-99999999999999999999"})
    void whatMakesNoSenseIsForTheWhole(String header) throws Exception {
        assertThat(ByteRange.of(header, 10)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=10-", "bytes=10-12", "bytes=-0"})
    void whatTheFileHasNothingOfIsRefused(String header) {
        assertThatThrownBy(() -> ByteRange.of(header, 10)).isInstanceOf(ByteRange.NotThere.class);
    }
}
