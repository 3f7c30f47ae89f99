// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressTest {
    /** The first and the last of each block, and some that services are at. */
    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
        "100.100.100.200", "127.0.0.1", "127.255.255.255", "169.254.0.0", "169.254.169.254", "169.254.255.255",
        "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.192", "192.0.0.255", "192.0.2.1", "192.88.99.1",
        "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.1", "203.0.113.255", "224.0.0.1",
        "239.255.255.255", "240.0.0.0", "255.255.255.255", "168.63.129.16",
        "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::ffff:0:10.0.0.1",
        "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::8.8.8.8", "100::1", "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1",
        "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:0a00:1::1",
        "2002:e000:1::", "3ffe::", "3fff::1", "3fff:fff:ffff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254",
        "fdff:ffff::1", "fe80::1", "febf::1", "fec0::1", "ff00::1", "ff02::1", "ff0e::1"})
    void whatIsNotOfTheInternetAtLargeIsRefused(String address) throws UnknownHostException {
        assertThat(PublicAddress.of(InetAddress.getByName(address))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0.0.0", "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255",
        "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
        "192.0.1.0", "192.0.3.0", "192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
        "198.20.0.0", "198.51.99.255", "203.0.114.0", "223.255.255.255", "93.184.216.34", "168.63.129.17",
        "2001:200::1", "2001:4860:4860::8888", "2002:808:808::1", "2400::1", "2606:2800:21f::1", "2a00::1",
        "2001:db9::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"})
    void allElseIsTaken(String address) throws UnknownHostException {
        var parsed = InetAddress.getByName(address);
        assertThat(PublicAddress.of(parsed)).get().extracting(PublicAddress::address).isEqualTo(parsed);
    }

    @Test
    void onlyTheAddressIsKept() throws UnknownHostException {
        var named = InetAddress.getByAddress("localhost", new byte[]{8, 8, 8, 8});
        assertThat(PublicAddress.of(named).orElseThrow().address()).hasToString("/8.8.8.8");
    }
}
