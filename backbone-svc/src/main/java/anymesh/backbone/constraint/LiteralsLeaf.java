// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/** One of several texts. Its states are the nodes of their prefix tree. */
final class LiteralsLeaf implements Leaf {
    private static final class Node {
        private final TreeMap<Integer, Integer> next = new TreeMap<>();
        private boolean isEnd;
    }

    private final List<Node> nodes = new ArrayList<>();

    LiteralsLeaf(Collection<String> texts) {
        nodes.add(new Node());
        texts.forEach(text -> add(text.getBytes(StandardCharsets.UTF_8)));
    }

    private LiteralsLeaf(byte[] bytes) {
        nodes.add(new Node());
        add(bytes);
    }

    /** These bytes, which need not be text; none are none. */
    static LiteralsLeaf ofBytes(byte[] bytes) {
        return new LiteralsLeaf(bytes);
    }

    private void add(byte[] bytes) {
        int at = 0;
        for (byte octet : bytes) {
            at = nodes.get(at).next.computeIfAbsent(octet & 0xFF, _ -> {
                nodes.add(new Node());
                return nodes.size() - 1;
            });
        }
        nodes.get(at).isEnd = true;
    }

    @Override
    public int step(int state, int octet) {
        return nodes.get(state).next.getOrDefault(octet, NOWHERE);
    }

    @Override
    public boolean accepts(int state) {
        return nodes.get(state).isEnd;
    }

    @Override
    public boolean continues(int state) {
        return !nodes.get(state).next.isEmpty();
    }
}
