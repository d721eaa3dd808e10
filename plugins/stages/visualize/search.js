// The pictures of a search: `tools` is what report.js draws with.
function search_charts(studies, tools) {
  "use strict";

  const { add, axis, layout, line, model_color, plain, short } = tools;
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

  // Categories stand at their index, logarithmic ranges at their power of ten.
  function dimension(study, name, trials) {
    const range = study.parameters[name];
    const label = plain(name);
    if (is_choice(range)) {
      const texts = range.choices.map(String);
      return { label, values: trials.map((trial) => texts.indexOf(String(trial.parameters[name]))), tickvals: texts.map((_, i) => i), ticktext: texts.map(plain) };
    }
    if (!is_log(range)) return { label, values: trials.map((trial) => trial.parameters[name]), range: [range.low, range.high] };
    const [low, high] = [Math.log10(range.low), Math.log10(range.high)];
    const ticks = [low, (low + high) / 2, high];
    return { label, values: trials.map((trial) => Math.log10(trial.parameters[name])), range: [low, high], tickvals: ticks, ticktext: ticks.map((t) => short(10 ** t)) };
  }

  function parallel(color, study) {
    const names = Object.keys(study.parameters);
    const trials = study.trials.filter((trial) => trial.state === "complete" && trial.value !== null && names.every((name) => name in trial.parameters));
    const values = trials.map((trial) => trial.value), low_is_good = study.direction === "minimize";
    return [[{
      type: "parcoords", labelfont: { color: color("ink"), size: 12 }, tickfont: { color: color("quiet"), size: 11 }, rangefont: { color: color("quiet"), size: 10 },
      line: { color: values, colorscale: [[0, low_is_good ? model_color(color, 0) : color("rule")], [1, low_is_good ? color("rule") : model_color(color, 0)]] },
      dimensions: [...names.map((name) => dimension(study, name, trials)), { label: plain(study.monitor), values }],
    }], layout(color, { margin: { l: 64, r: 48, t: 44, b: 30 } })];
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
    add(id("parallel"), (color) => parallel(color, study), null);
    add(id("timeline"), (color) => timeline(color, study));
  });
}
