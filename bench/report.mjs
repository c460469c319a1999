// Turns measurements into a page and a picture.

/** Returns the page as Markdown. */
export function toMarkdown({ environment, stepping, batches, tuning, allocation, growth }) {
  const { date, node, v8, cpu, cores, gcc, load, rounds } = environment;
  return `# Benchmark

${date}, Node ${node} (V8 ${v8}), ${cores} × ${cpu}, ${gcc} -O3 -march=native with libm, load ${load} at the
start. Measurements of one table are interleaved; numbers are medians of ${rounds} rounds, ratios medians of the
rounds' ratios. A ratio above 1 is in our favour.

![Ratio to C](benchmark.svg)

## 1. Closed-loop stepping, one thread

Full plant, RK4, 1 ms, 10 s, nothing kept but the last state, against the same loop in C (\`bench/peer.c\`).
Nanoseconds of CPU time per step, of each round the best of 9 runs in a fresh process on both sides; "all kept" also keeps all states and forces in new arrays.

${
    table(
      [
        "controller",
        "C / kernel",
        "C / plain",
        "C ns",
        "kernel ns",
        "all kept ns",
        "plain ns",
        "same bits as plain",
        "difference to C",
      ],
      stepping.map((r) => [
        r.controller,
        `**${r.ratio.toFixed(2)}**`,
        r.plainRatio.toFixed(2),
        r.c.toFixed(0),
        r.kernel.toFixed(0),
        r.keeping.toFixed(0),
        r.plain.toFixed(0),
        yes(r.isSameAsPlain),
        r.largestDifference.toExponential(1),
      ]),
    )
  }

## 2. Batches

40 gain vectors × 10 perturbed plants × 10 s, against one thread of C; nanoseconds per step of a member. "All cores"
(${cores}) is by the wall clock, which whatever else runs on the machine lengthens; "free cores" is what the same run's
CPU time comes to where each of its threads has a core to itself; "one core" is CPU time.

${
    table(
      [
        "controller",
        "C / all cores",
        "C / free cores",
        "C / one core",
        "C wall ns",
        "all cores ns",
        "C CPU ns",
        "one core ns",
        "repeatable",
        "difference to single runs",
      ],
      batches.map((r) => [
        r.controller,
        `**${r.ratio.toFixed(2)}**`,
        `**${r.freeRatio.toFixed(2)}**`,
        r.aloneRatio.toFixed(2),
        r.cWall.toFixed(0),
        r.spread.toFixed(0),
        r.c.toFixed(0),
        r.alone.toFixed(0),
        yes(r.isRepeatable),
        String(r.largestDifference),
      ]),
    )
  }

## 3. A whole tuning run

40 particles × ${tuning.iterations} iterations, one plant, two initial states, 10 s at 1 ms:
**${tuning.all.toFixed(1)} s** with ${cores} workers, ${tuning.one.toFixed(1)} s with one
(${tuning.evaluations} evaluations, ${tuning.perSecond.toFixed(0)} per second; cost ${
    tuning.cost.toFixed(4)
  }).
Scaling: **${tuning.scaling.toFixed(2)} ×** by the wall clock, **${
    tuning.freeScaling.toFixed(2)
  } ×** by CPU time,
where each thread has a core to itself; the same gains in all runs: ${yes(tuning.isSame)}.
Programs that share nothing, one per core, scale by **${tuning.ceiling.toFixed(2)} ×** here: what
the machine gives to any division of the work, within the noise of this run.
Memory: over the second half of ${tuning.memory.iterations} iterations of 0.05 s runs, the collected
heap changes by **${tuning.memory.bytesPerIteration.toFixed(0)} bytes per iteration** (Theil–Sen),
the entry in the history included.

## 4. Allocation

${
    table(
      ["subject", "bytes per step"],
      allocation.map((r) => [r.subject, r.bytesPerStep.toFixed(3)]),
    )
  }

## 5. Cost as work grows

Each row is a process of its own; peak memory is that of the process. Durations in s at 1 ms.

${
    table(
      ["what grows", "size", "time s", "peak memory MB"],
      growth.map((r) => [r.kind, String(r.size), r.seconds.toFixed(4), r.megabytes.toFixed(1)]),
    )
  }
`;
}

/** Returns bars of the ratios to C as a picture. */
export function toSvg({ stepping, batches }) {
  const bars = [
    ...stepping.map((r) => ({ label: r.controller, kind: "one thread", ratio: r.ratio })),
    ...batches.map((r) => ({ label: r.controller, kind: "batch, all cores", ratio: r.ratio })),
  ];
  const largest = Math.max(3.5, ...bars.map((bar) => bar.ratio)), scale = 420 / largest;
  const height = 60 + 30 * bars.length, x = (ratio) => 250 + ratio * scale;
  const rows = bars.map(({ label, kind, ratio }, i) => {
    const y = 40 + 30 * i, colour = kind === "one thread" ? "#2b6cb0" : "#2f855a";
    return `<text x="240" y="${y + 14}" text-anchor="end">${label}, ${kind}</text>` +
      `<rect x="250" y="${y}" width="${
        (ratio * scale).toFixed(1)
      }" height="20" fill="${colour}"/>` +
      `<text x="${(x(ratio) + 6).toFixed(1)}" y="${y + 14}">${ratio.toFixed(2)}</text>`;
  });
  const lines = [1, 3].map((goal) =>
    `<line x1="${x(goal)}" x2="${x(goal)}" y1="32" y2="${
      height - 16
    }" stroke="#c05621" stroke-dasharray="4 3"/>` +
    `<text x="${x(goal)}" y="28" text-anchor="middle" fill="#c05621">${goal} × C</text>`
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 ${height}" font-family="sans-serif" font-size="12">` +
    `<title>Speed against one thread of C</title><rect width="720" height="${height}" fill="#fff"/>` +
    `${rows.join("")}${lines.join("")}</svg>\n`;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function yes(value) {
  return value ? "yes" : "no";
}
