// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import org.junit.jupiter.api.Test;

final class OwnAddressTest {

    @Test
    void theAddressIsOneOfThisMachine() throws IOException {
        var own = InetAddress.getByName(OwnAddress.towards("127.0.0.1:8500"));
        assertThat(NetworkInterface.getByInetAddress(own)).isNotNull();
        assertThat(own.isAnyLocalAddress()).isFalse();
    }

    @Test
    void ofAnAgentOnThisMachineOthersHearAnAddressThatTheyCanReach() throws IOException {
        var others = NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress()
                        && address.getAddress().length == 4)
                .map(InetAddress::getHostAddress).toList();
        var own = OwnAddress.towards("127.0.0.1:8500");
        if (others.isEmpty()) {
            assertThat(own).isEqualTo("127.0.0.1");
        } else {
            assertThat(own).isIn(others);
        }
    }

    @Test
    void aNameThatNobodyKnowsIsAnError() {
        assertThatThrownBy(() -> OwnAddress.towards("nobody.invalid:8500")).isInstanceOf(IOException.class);
    }
}
