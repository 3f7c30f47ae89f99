// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One pass over an ONNX protobuf; the numbers of fields are those of {@code onnx.proto}. What it doesn't know, and all weights, it skips. */
final class OnnxScan {
    final List<OnnxFile.Value> inputs = new ArrayList<>();
    final List<OnnxFile.Value> outputs = new ArrayList<>();
    final Set<String> initializers = new HashSet<>();
    final Set<String> operators = new HashSet<>();
    final Set<String> functions = new HashSet<>();
    final Map<String, Long> opsets = new HashMap<>();
    final List<OnnxFile.External> external = new ArrayList<>();
    final Map<Integer, Long> weights = new HashMap<>();
    final Set<Integer> quantizedBits = new HashSet<>();
    private final CodedInputStream in;
    private final ProtoReader reader;

    OnnxScan(CodedInputStream in) {
        this.in = in;
        this.reader = new ProtoReader(in);
    }

    void model() throws IOException {
        reader.fields((field, tag) -> {
            switch (field) {
                case 7 -> reader.message(() -> graph(true));
                case 8 -> reader.message(this::opset);
                case 20 -> reader.message(this::training);
                case 25 -> reader.message(this::function);
                default -> in.skipField(tag);
            }
        });
    }

    private void opset() throws IOException {
        var domain = new String[]{""};
        var version = new long[1];
        reader.fields((field, tag) -> {
            switch (field) {
                case 1 -> domain[0] = in.readStringRequireUtf8();
                case 2 -> version[0] = in.readInt64();
                default -> in.skipField(tag);
            }
        });
        opsets.merge(plain(domain[0]), version[0], Math::max);
    }

    private void training() throws IOException {
        reader.fields((field, tag) -> {
            switch (field) {
                case 1, 2 -> reader.message(() -> graph(false));
                default -> in.skipField(tag);
            }
        });
    }

    private void graph(boolean isMain) throws IOException {
        reader.fields((field, tag) -> {
            switch (field) {
                case 1 -> reader.message(this::node);
                case 5 -> reader.message(() -> tensor(isMain));
                case 11, 12 -> {
                    var value = new OnnxFile.Value[1];
                    reader.message(() -> value[0] = value());
                    if (isMain) {
                        (field == 11 ? inputs : outputs).add(value[0]);
                    }
                }
                case 15 -> reader.message(() -> sparse(isMain));
                default -> in.skipField(tag);
            }
        });
    }

    private void function() throws IOException {
        var name = new String[]{"", ""};
        reader.fields((field, tag) -> {
            switch (field) {
                case 1 -> name[1] = in.readStringRequireUtf8();
                case 7 -> reader.message(this::node);
                case 9 -> reader.message(this::opset);
                case 10 -> name[0] = in.readStringRequireUtf8();
                case 11 -> reader.message(this::attribute);
                default -> in.skipField(tag);
            }
        });
        functions.add(plain(name[0]) + ":" + name[1]);
    }

    private void node() throws IOException {
        var name = new String[]{"", ""};
        reader.fields((field, tag) -> {
            switch (field) {
                case 4 -> name[1] = in.readStringRequireUtf8();
                case 5 -> reader.message(this::attribute);
                case 7 -> name[0] = in.readStringRequireUtf8();
                default -> in.skipField(tag);
            }
        });
        operators.add(plain(name[0]) + ":" + name[1]);
    }

    private void attribute() throws IOException {
        var name = new String[]{""};
        var number = new long[1];
        reader.fields((field, tag) -> {
            switch (field) {
                case 1 -> name[0] = in.readStringRequireUtf8();
                case 3 -> number[0] = in.readInt64();
                case 5, 10 -> reader.message(() -> tensor(false));
                case 6, 11 -> reader.message(() -> graph(false));
                case 22, 23 -> reader.message(() -> sparse(false));
                default -> in.skipField(tag);
            }
        });
        if ((name[0].equals("bits") || name[0].equals("expert_weight_bits")) && number[0] > 0 && number[0] < 32) {
            quantizedBits.add((int) number[0]);
        }
    }

    private void sparse(boolean isMain) throws IOException {
        reader.fields((field, tag) -> {
            switch (field) {
                case 1, 2 -> reader.message(() -> tensor(isMain));
                default -> in.skipField(tag);
            }
        });
    }

    private void tensor(boolean isMain) throws IOException {
        var entries = new HashMap<String, List<String>>();
        var type = new int[1];
        var numbers = new long[]{1};
        reader.fields((field, tag) -> {
            switch (field) {
                case 1 -> dimensions(tag, numbers);
                case 2 -> type[0] = in.readInt32();
                case 8 -> {
                    var name = in.readStringRequireUtf8();
                    if (isMain) {
                        initializers.add(name);
                    }
                }
                case 13 -> reader.message(() -> entry(entries));
                default -> in.skipField(tag);
            }
        });
        weights.merge(type[0], numbers[0], Long::sum);
        // Whether the data are said to be external (field 14) is not asked: what names a file may be read from it. Of a key that
        // stands there twice, readers may take either.
        for (var location : entries.getOrDefault("location", List.of())) {
            external.add(new OnnxFile.External(location, number(entries, "offset"), number(entries, "length")));
        }
    }

    private void dimensions(int tag, long[] numbers) throws IOException {
        if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            reader.message(() -> {
                while (in.getBytesUntilLimit() > 0) {
                    numbers[0] *= in.readInt64();
                }
            });
        } else {
            numbers[0] *= in.readInt64();
        }
    }

    private static long number(Map<String, List<String>> entries, String key) throws IOException {
        long largest = 0;
        for (var text : entries.getOrDefault(key, List.of())) {
            try {
                long number = Long.parseLong(text);
                if (number < 0) {
                    throw new InvalidProtocolBufferException("%s %s of external data".formatted(key, text));
                }
                largest = Math.max(largest, number);
            } catch (NumberFormatException e) {
                throw new InvalidProtocolBufferException("%s '%s' of external data".formatted(key, text));
            }
        }
        return largest;
    }

    private void entry(Map<String, List<String>> into) throws IOException {
        var entry = new String[]{"", ""};
        reader.fields((field, tag) -> {
            switch (field) {
                case 1, 2 -> entry[field - 1] = in.readStringRequireUtf8();
                default -> in.skipField(tag);
            }
        });
        into.computeIfAbsent(entry[0], _ -> new ArrayList<>()).add(entry[1]);
    }

    private OnnxFile.Value value() throws IOException {
        var name = new String[]{""};
        var type = new int[1];
        var shape = new ArrayList<Long>();
        reader.fields((field, tag) -> {
            switch (field) {
                case 1 -> name[0] = in.readStringRequireUtf8();
                case 2 -> only(1, () -> reader.fields((part, partTag) -> {
                    switch (part) {
                        case 1 -> type[0] = in.readInt32();
                        case 2 -> only(1, () -> shape.add(axis()));
                        default -> in.skipField(partTag);
                    }
                }));
                default -> in.skipField(tag);
            }
        });
        return new OnnxFile.Value(name[0], type[0], shape);
    }

    private long axis() throws IOException {
        var size = new long[]{-1};
        reader.fields((field, tag) -> {
            if (field == 1) {
                size[0] = in.readInt64();
            } else {
                in.skipField(tag);
            }
        });
        return size[0];
    }

    /** A message of which one field, a message again, is of interest. */
    private void only(int wanted, ProtoReader.Body body) throws IOException {
        reader.message(() -> reader.fields((field, tag) -> {
            if (field == wanted) {
                reader.message(body);
            } else {
                in.skipField(tag);
            }
        }));
    }

    private static String plain(String domain) {
        return domain.equals("ai.onnx") ? "" : domain;
    }
}
