// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import anymesh.kit.media.Packets.Run;
import anymesh.wire.error.InvalidInput;
import java.io.EOFException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * So many frames of a film, evenly spaced. Where the file lists its frames, they are found in its list, and of a long film only
 * those are unpacked that are wanted and that these lean on. Otherwise, or if one of them does not come out, all are unpacked
 * once to be counted and once to be picked.
 */
final class FilmReader {
    private static final Logger log = LoggerFactory.getLogger(FilmReader.class);
    /** Pixels of a whole film that are unpacked in well under the time of {@link Lane#SHORT}. */
    private static final long FEW_PIXELS = 30_000_000;
    /** Pixels that are unpacked in the time that the smallest frame takes. */
    private static final long A_FRAME = 16_384;
    /** Pixels that are unpacked in the time that a child takes to start. */
    private static final long A_CHILD = 20_000_000;
    /** To the brightness and the colours of a plain screen: what is as bright as paper becomes white, what is brighter hardly more. */
    private static final String TO_PLAIN_SCREEN = "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,"
            + "tonemap=mobius:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv444p";

    private final CallersFile file;
    private final MediaStream stream;

    private FilmReader(CallersFile file, MediaStream stream) {
        this.file = file;
        this.stream = stream;
    }

    /** What is wanted of frame ⌊i·n/count⌋ for each i below {@code count}, of the n that there are. */
    static <F> List<F> read(CallersFile file, int count, Function<VideoFrame, F> each) throws FfmpegFailed {
        return new FilmReader(file, file.probe().film(file.limits())).read(count, each);
    }

    private <F> List<F> read(int count, Function<VideoFrame, F> each) throws FfmpegFailed {
        var listed = stream.hasAFrameAPacket() ? stream.packets().inOrder() : new long[0];
        if (listed.length > 0) {
            try {
                return pick("pts", listed, count, this::runs, each);
            } catch (FfmpegFailed e) {
                if (e.isTooMuch()) {
                    throw e;
                }
                log.debug("all frames are unpacked, since those that are listed did not come out: {}", e.getMessage());
            }
        }
        var times = file.decode(lane(), stream, List.of(),
                List.of("-fps_mode", "passthrough", "-enc_time_base", "demux", "-f", "framecrc"), FrameTimes::read);
        if (times.length == 0) {
            throw new InvalidInput("the file holds no frame that can be read");
        }
        // Frames are counted from 0 again where their size changes, so their times are better, if they tell them apart.
        boolean apart = IntStream.range(1, times.length).allMatch(i -> times[i] > times[i - 1]);
        return pick(apart ? "pts" : "n", apart ? times : LongStream.range(0, times.length).toArray(), count,
                wanted -> List.of(stream.packets().all(wanted)), each);
    }

    /** The runs that the frames lie in, each for a decoder of its own, if that is much less work than to unpack all. */
    private List<Run> runs(long[] wanted) {
        var runs = stream.packets().runsFor(wanted);
        var all = stream.packets().all(wanted);
        long parts = runs.stream().mapToLong(run -> pixels(run) + A_CHILD).sum();
        return parts < pixels(all) / 2 ? runs : List.of(all);
    }

    /**
     * Each frame as often as it is wanted.
     *
     * @param by    what tells frames apart, by ffmpeg's name for it
     * @param marks of all frames, in order
     */
    private <F> List<F> pick(String by, long[] marks, int count, Function<long[], List<Run>> runs,
            Function<VideoFrame, F> each) throws FfmpegFailed {
        var wanted = LongStream.range(0, count).map(i -> marks[(int) (i * marks.length / count)]).toArray();
        var frames = new ArrayList<F>();
        long start = System.nanoTime();
        for (var run : runs.apply(Arrays.stream(wanted).distinct().toArray())) {
            if (System.nanoTime() - start > Lane.LONG.time().toNanos()) {
                throw FfmpegFailed.tooMuch();
            }
            frames.addAll(pick(by, run, each));
        }
        var picked = new ArrayList<F>();
        int next = -1;
        for (int i = 0; i < count; i++) {
            next += i == 0 || wanted[i] != wanted[i - 1] ? 1 : 0;
            picked.add(frames.get(next));
        }
        return picked;
    }

    private <F> List<F> pick(String by, Run run, Function<VideoFrame, F> each) throws FfmpegFailed {
        int wanted = run.wanted().length;
        var output = List.of("-fps_mode", "passthrough", "-vf", filters(by, run.wanted()), "-frames:v",
                String.valueOf(wanted), "-c:v", "pam", "-f", "image2pipe");
        return file.decode(lane(), stream, decoding(run), output, from -> {
            var picked = new ArrayList<F>();
            new PamReader(from)
                    .readAll(new OpaqueFrames(file.limits().maxPixels(), frame -> picked.add(each.apply(frame))));
            if (picked.size() < wanted) {
                throw new EOFException("a frame is missing");
            }
            return picked;
        });
    }

    /** That of the whole film, even if only parts of it are unpacked: who asks for long ones is not to fill the short lane with parts. */
    private Lane lane() {
        return pixels(stream.packets().all(new long[0])) > FEW_PIXELS ? Lane.LONG : file.lane();
    }

    private long pixels(Run run) {
        return run.size() * Math.max(A_FRAME, stream.pixels());
    }

    private List<String> decoding(Run run) {
        var decoding = new ArrayList<String>();
        if (run.size() < stream.packets().count()) {
            decoding.addAll(List.of("-bsf:" + stream.index(),
                    "noise=drop='not(between(n\\,%d\\,%d))'".formatted(run.from(), run.to() - 1)));
        }
        if (stream.hasOpacityBeside()) {
            decoding.addAll(List.of("-c:" + stream.index(), stream.codec().equals("vp8") ? "libvpx" : "libvpx-vp9"));
        }
        return decoding;
    }

    private String filters(String by, long[] marks) {
        var filters = new ArrayList<String>();
        filters.add("select="
                + Arrays.stream(marks).mapToObj(mark -> "eq(%s\\,%d)".formatted(by, mark))
                        .collect(Collectors.joining("+")));
        if (stream.isHdr()) {
            filters.add("setparams=color_primaries=bt2020:colorspace=bt2020nc:color_trc=" + stream.transfer());
            filters.add(TO_PLAIN_SCREEN);
        }
        if (stream.hasOblongPixels()) {
            filters.add("scale=w=trunc(iw*sar+0.5):h=ih");
        }
        filters.add("format=rgba");
        return String.join(",", filters);
    }
}
