// The pictures of a search. `tools`: the drawing functions of report.js.
function search_charts(studies, tools) {
  "use strict";

  const { add, axis, layout, line, model_color, plain, short, transparent } = tools;
  const with_value = (study) => study.trials.filter((trial) => trial.value !== null);
  const best_of = (study, a, b) => (study.direction === "minimize" ? Math.min(a, b) : Math.max(a, b));
  const point = (name, trials, x, own, more = {}) => ({
    type: "scatter", mode: "markers", meta: name, name: plain(name), x: trials.map(x), y: trials.map((trial) => trial.value),
    text: trials.map(describe), hovertemplate: "%{text}<extra></extra>", marker: { color: own, size: 6, ...more },
  });

  function describe(trial) {
    const values = Object.entries(trial.parameters).map(([name, value]) => plain(`${name}: ${typeof value === "number" ? short(value) : value}`));
    const head = `trial ${trial.number}, ${trial.state}${trial.value === null ? "" : `: ${short(trial.value)}`}`;
    return [head, ...values, ...(trial.reason ? [plain(trial.reason)] : [])].join("<br>");
  }

  function history(color, study) {
    const complete = study.trials.filter((trial) => trial.state === "complete" && trial.value !== null);
    const pruned = study.trials.filter((trial) => trial.state === "pruned" && trial.value !== null);
    let best = null;
    const stairs = complete.map((trial) => (best = best === null ? trial.value : best_of(study, best, trial.value)));
    const by_number = (trial) => trial.number;
    return [[
      point("complete", complete, by_number, color("naive")),
      ...(pruned.length ? [point("pruned", pruned, by_number, color("quiet"), { symbol: "x" })] : []),
      line("best so far", complete.map(by_number), stairs, model_color(color, 0), { line: { width: 2.2, shape: "hv" } }),
    ], layout(color, { hovermode: "closest", xaxis: axis(color, { title: "trial", showgrid: false }), yaxis: axis(color, { title: plain(study.monitor) }) })];
  }

  function importances(color, study) {
    const rows = Object.entries(study.importances).sort((a, b) => a[1] - b[1]);
    return [[{
      type: "bar", orientation: "h", y: rows.map(([name]) => plain(name)), x: rows.map(([, value]) => value), marker: { color: model_color(color, 0) },
      text: rows.map(([, value]) => short(value)), textposition: "auto", textangle: 0, hoverinfo: "skip",
    }], layout(color, { dragmode: false, xaxis: axis(color, { title: "importance", rangemode: "tozero" }), yaxis: axis(color, { showgrid: false }) })];
  }

  const is_log = (range) => Boolean(range.log);
  const is_choice = (range) => Array.isArray(range.choices);

  function slice(color, study, name) {
    const range = study.parameters[name], trials = with_value(study).filter((trial) => name in trial.parameters);
    const shade = { color: trials.map((trial) => trial.number), colorscale: [[0, color("rule")], [1, model_color(color, 0)]], line: { width: 0.5, color: color("quiet") } };
    const trace = point(name, trials, (trial) => (is_choice(range) ? String(trial.parameters[name]) : trial.parameters[name]), undefined, shade);
    return [[trace], layout(color, {
      hovermode: "closest", margin: { l: 36, r: 4, t: 6, b: 28 },
      xaxis: axis(color, { title: plain(name), showgrid: false, nticks: 5, type: is_choice(range) ? "category" : is_log(range) ? "log" : "linear" }),
      yaxis: axis(color, { nticks: 5 }),
    })];
  }

  // The place of a value on its axis, between 0 and 1, and the labels of the axis' ends or choices.
  function scale(study, name) {
    const range = study.parameters[name];
    if (is_choice(range)) {
      const texts = range.choices.map(String), last = Math.max(1, texts.length - 1);
      return { at: (value) => texts.indexOf(String(value)) / last, marks: texts.map((text, i) => [i / last, text]) };
    }
    return between(range.low, range.high, is_log(range));
  }

  function between(low, high, log) {
    const along = log ? Math.log : (value) => value, span = along(high) - along(low) || 1;
    return { at: (value) => (along(value) - along(low)) / span, marks: [[0, short(low)], [1, short(high)]] };
  }

  // Plotly's own parallel coordinates need WebGL, which some browsers lack.
  function parallel(color, study) {
    const names = Object.keys(study.parameters), values = with_value(study).filter((trial) => trial.state === "complete").map((trial) => trial.value);
    const scales = [...names.map((name) => scale(study, name)), between(Math.min(...values), Math.max(...values), false)];
    const columns = [...names, study.monitor];
    const trials = study.trials.filter((trial) => trial.state === "complete" && trial.value !== null);
    trials.sort((a, b) => (study.direction === "minimize" ? b.value - a.value : a.value - b.value));  // the best on top
    const traces = trials.map((trial, rank) => {
      const good = trials.length < 2 ? 1 : rank / (trials.length - 1);
      const y = [...names.map((name, i) => (name in trial.parameters ? scales[i].at(trial.parameters[name]) : null)), scales[names.length].at(trial.value)];
      return {
        type: "scatter", mode: "lines", x: columns.map((_, i) => i), y, line: { color: transparent(model_color(color, 0), 0.08 + 0.85 * good ** 3), width: 1 + good },
        text: columns.map(() => describe(trial)), hovertemplate: "%{text}<extra></extra>",
      };
    });
    const text = (x, y, words, more = {}) => ({ x, y, text: plain(words), showarrow: false, font: { color: color("quiet"), size: 11 }, ...more });
    const annotations = columns.flatMap((name, i) => [
      text(i, 1.1, name, { font: { color: color("ink"), size: 12 } }),
      ...scales[i].marks.map(([y, words]) => text(i, y, words, { xanchor: i === columns.length - 1 ? "right" : "left", xshift: i === columns.length - 1 ? -5 : 5, bgcolor: color("paper"), opacity: 0.85 })),
    ]);
    const hidden = { visible: false, fixedrange: true };
    return [traces, layout(color, {
      hovermode: "closest", annotations, margin: { l: 24, r: 24, t: 24, b: 12 }, xaxis: { ...hidden, range: [-0.15, columns.length - 0.85] }, yaxis: { ...hidden, range: [-0.08, 1.16] },
      shapes: columns.map((_, i) => ({ type: "line", x0: i, x1: i, y0: 0, y1: 1, line: { color: color("quiet"), width: 1 }, layer: "below" })),
    })];
  }

  function timeline(color, study) {
    const own = { complete: model_color(color, 0), pruned: color("naive"), failed: color("bad"), running: color("quiet") };
    const traces = Object.entries(own).map(([state, shade]) => {
      const trials = study.trials.filter((trial) => trial.state === state && trial.started !== null && trial.ended !== null);
      return {
        type: "bar", orientation: "h", meta: state, name: state, y: trials.map((trial) => trial.number), base: trials.map((trial) => trial.started * 1000),
        x: trials.map((trial) => (trial.ended - trial.started) * 1000), marker: { color: shade }, text: trials.map(describe), textposition: "none",
        hovertemplate: "%{text}<extra></extra>",
      };
    }).filter((trace) => trace.y.length);
    return [traces, layout(color, {
      barmode: "overlay", bargap: 0.15, hovermode: "closest", xaxis: axis(color, { type: "date", nticks: 6 }), yaxis: axis(color, { title: "trial", showgrid: false }),
    })];
  }

  studies.forEach((study, i) => {
    if (!with_value(study).length) return;
    const id = (name) => `plot-search-${i}-${name}`, place = (name) => document.getElementById(id(name));
    add(id("history"), (color) => history(color, study));
    place("importances").style.height = `${70 + 38 * Object.keys(study.importances).length}px`;
    add(id("importances"), (color) => importances(color, study), null);
    const multiples = place("slices");
    Object.keys(study.parameters).forEach((name, n) => {
      const plot = document.createElement("div");
      plot.className = "plot";
      plot.id = id(`slice-${n}`);
      multiples.append(plot);
      add(plot.id, (color) => slice(color, study, name), null);
    });
    if (study.trials.some((trial) => trial.state === "complete" && trial.value !== null)) {
      add(id("parallel"), (color) => parallel(color, study), null);
    } else {
      place("parallel").textContent = "No trial is complete yet.";
    }
    add(id("timeline"), (color) => timeline(color, study));
  });
}
