(() => {
  "use strict";

  const data = JSON.parse(document.getElementById("report-data").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const touch = matchMedia("(pointer: coarse)");
  const chosen = { target: 0, step: 0, next: 0, loss: "linear", error: "mae" };
  const last_value = "repeat last value";
  // What a forecast may lie on is wider and pale: it shows at both sides of the forecast.
  const under = { line: { width: 3.6 } };
  const pale = (color, name) => transparent(color(name), 0.5);

  const element = (id) => document.getElementById(id);
  const count = (n) => n.toLocaleString("en-US");
  const short = (n) => (n === null ? "–" : Number(n.toPrecision(4)).toString());
  const ahead = (step) => `${step} step${step === 1 ? "" : "s"} ahead`;

  // Plotly reads text as markup; names must appear as they are.
  const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

  // Math.min(...values) with many values overflows the stack.
  const least = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);

  function times({ start, unit, steps }) {
    const out = start === null ? [] : [start];
    let units = 0;
    for (const step of steps) out.push(start + (units += step) * unit);
    return out;
  }

  // Colours come from the style sheet, so that page and pictures have the same theme.
  function palette() {
    const style = getComputedStyle(document.documentElement);
    return (name) => style.getPropertyValue(`--${name}`).trim();
  }
  const model_color = (color, model) => color(`model-${model % 5}`);

  function transparent(hex, alpha) {
    const part = (at) => parseInt(hex.slice(at, at + 2), 16);
    return `rgba(${part(1)}, ${part(3)}, ${part(5)}, ${alpha})`;
  }

  function axis(color, more = {}) {
    return {
      gridcolor: color("rule"), linecolor: color("rule"), zeroline: false, automargin: true, tickfont: { color: color("quiet"), size: 11.5 },
      ...more, title: { text: more.title ?? "", font: { color: color("quiet"), size: 12.5 }, standoff: 8 },
    };
  }

  // A short axis has no ticks between whole numbers.
  const whole = (length) => (length <= 10 ? { dtick: 1 } : {});

  function layout(color, more) {
    return {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, color: color("ink"), size: 12.5 },
      margin: { l: 48, r: 8, t: 8, b: 36 }, showlegend: false, hovermode: "x unified", dragmode: touch.matches ? false : "zoom",
      hoverlabel: { bgcolor: color("paper"), bordercolor: color("rule"), font: { color: color("ink"), size: 12 } },
      ...more,
    };
  }

  const config = { responsive: true, displaylogo: false, displayModeBar: false };

  const line = (name, x, y, color, more = {}) => ({
    type: "scatter", mode: "lines", name: plain(name), meta: name, x, y, line: { color, width: 1.8, ...more.line }, hovertemplate: "%{y:.5~g}", ...more.trace,
  });

  const time_axis = (color, more = {}) => axis(color, { type: data.has_time ? "date" : "linear", title: data.has_time ? "" : "row", ...more });
  const models = () => data.targets[chosen.target].models;
  const target_name = () => plain(data.targets[chosen.target].name);

  function loss_chart(color) {
    const several = data.several;
    const traces = data.losses.flatMap((loss) => {
      const own = model_color(color, loss.model), best = loss.best;
      const of_training = line(several ? `${loss.label}, training` : "training", loss.epoch, loss.train, several ? transparent(own, 0.6) : color("quiet"),
        { line: { width: 1.4, dash: "dash" }, trace: { showlegend: !several } });
      const of_validation = line(several ? loss.label : "validation", loss.epoch, loss.val, own, { line: { width: 2.4 }, trace: { connectgaps: true } });
      if (loss.epoch.length < 3) of_training.mode = of_validation.mode = "lines+markers";
      const marked = best === null ? [] : [{
        type: "scatter", mode: "markers", meta: `best: epoch ${loss.epoch[best]}`, x: [loss.epoch[best]], y: [loss.val[best]],
        marker: { color: own, size: 10 }, showlegend: !several, hoverinfo: "skip", cliponaxis: false,
      }];
      return [of_training, of_validation, ...marked];
    });
    return [traces, layout(color, {
      xaxis: axis(color, { title: "epoch", showgrid: false, ...whole(most(data.losses.map((loss) => loss.epoch.length))) }),
      yaxis: axis(color, { title: "loss (scaled)", type: chosen.loss }), uirevision: chosen.loss,
    })];
  }

  function track_chart(color) {
    const first = models()[0].tracks[chosen.step], x = times(first.time);
    const traces = [
      line(last_value, x, first.naive, pale(color, "naive"), under),
      line("truth", x, first.truth, pale(color, "truth"), under),
      ...models().flatMap((model) => {
        const track = model.tracks.find((of) => of.step === first.step);
        return track ? [line(model.label, times(track.time), track.prediction, model_color(color, model.model))] : [];
      }),
    ];
    element("caption-tracks").textContent =
      `Forecasts made ${ahead(first.step)}. ` +
      (x.length < first.total ? `Drawn are ${count(x.length)} of ${count(first.total)} points, chosen so that every peak stays. ` : "") +
      (touch.matches ? "Move the ends of the strip below to zoom." : "Drag to zoom, double-click to see all again; the strip below moves the view.");
    return [traces, layout(color, {
      xaxis: time_axis(color, { showgrid: false, rangeslider: { visible: true, thickness: 0.1, bgcolor: color("shade"), bordercolor: color("rule"), borderwidth: 0 } }),
      yaxis: axis(color, { title: target_name() }), margin: { l: 48, r: 8, t: 8, b: 0 }, uirevision: `${chosen.target} ${chosen.step}`,
    })];
  }

  // The area between the ends of an interval.
  function fan(band, x, own) {
    const name = `${short(band.level)} %`, edge = { line: { width: 0 }, trace: { showlegend: false, hoverinfo: "skip" } };
    const upper = line(name, x, band.upper, transparent(own, 0), edge);
    upper.fill = "tonexty";
    upper.fillcolor = transparent(own, 0.16);
    return [line(name, x, band.lower, transparent(own, 0), edge), upper];
  }

  // What comes after the data: a forecast whose truth is not known.
  function next_chart(color) {
    const { example } = data.next.targets[chosen.next], x = times(example.time), past = times(example.past.time), own = model_color(color, 0);
    const edge = example.past.truth.length ? [[past.at(-1), example.past.truth.at(-1)]] : [];  // joins the known values and the forecast
    const traces = [
      line("known", past, example.past.truth, color("truth"), { line: { width: 2.2 } }),
      ...example.bands.flatMap((band) => fan(band, x, own)),
      line("forecast", edge.map((at) => at[0]).concat(x), edge.map((at) => at[1]).concat(example.prediction), own, { line: { width: 2.6 } }),
    ];
    if (x.length === 1) traces.at(-1).mode = "lines+markers";
    return [traces, layout(color, {
      xaxis: axis(color, { type: data.next.has_time ? "date" : "linear", title: data.next.has_time ? "" : "row", showgrid: false }),
      yaxis: axis(color, { title: plain(data.next.targets[chosen.next].name) }),
      shapes: [{ type: "line", x0: example.origin, x1: example.origin, yref: "paper", y0: 0, y1: 1, line: { color: color("quiet"), width: 1, dash: "dot" } }],
      uirevision: `${chosen.next}`,
    })];
  }

  function example_chart(color, index) {
    const first = models()[0].examples[index], x = times(first.time), past = times(first.past.time);
    const traces = [
      line("truth", past.concat(x), first.past.truth.concat(first.truth), pale(color, "truth"), under),
      line(last_value, x, first.naive, pale(color, "naive"), under),
      ...models().flatMap((model) => {
        const example = model.examples.find((of) => of.label === first.label), own = model_color(color, model.model);
        if (!example) return [];
        const at = times(example.time);
        return [...example.bands.flatMap((band) => fan(band, at, own)), line(model.label, at, example.prediction, own)];
      }),
    ];
    return [traces, layout(color, {
      margin: { l: 36, r: 4, t: 6, b: 28 },
      xaxis: time_axis(color, { showgrid: false, nticks: 4 }), yaxis: axis(color, { nticks: 5 }),
      shapes: [{ type: "line", x0: first.origin, x1: first.origin, yref: "paper", y0: 0, y1: 1, line: { color: color("quiet"), width: 1, dash: "dot" } }],
      uirevision: `${chosen.target} ${index}`,
    })];
  }

  function step_chart(color) {
    const of = (steps, name) => steps[`${name}${chosen.error}`], first = models()[0].by_step;
    const traces = [
      line(last_value, first.step, of(first, "naive_"), pale(color, "naive"), under),
      ...models().map((model) => line(model.label, model.by_step.step, of(model.by_step, ""), model_color(color, model.model), { line: { width: 2.2 } })),
    ];
    return [traces, layout(color, {
      xaxis: axis(color, { title: "steps ahead", showgrid: false, ...whole(first.step.length) }), yaxis: axis(color, { title: `error of ${target_name()}`, rangemode: "tozero" }),
      uirevision: `${chosen.target} ${chosen.error}`,
    })];
  }

  function histogram_chart(color) {
    const several = models().length > 1;
    const traces = models().map((model) => {
      const { low, width, share } = model.histogram, own = model_color(color, model.model);
      const x = share.map((_, i) => low + (i + 0.5) * width);
      if (several) return line(model.label, x, share, own, { line: { shape: "hvh" } });
      return { type: "bar", name: plain(model.label), x, y: share, width, marker: { color: own, line: { color: color("paper"), width: 0.5 } }, hovertemplate: "%{y:.2%}" };
    });
    return [traces, layout(color, {
      bargap: 0, xaxis: axis(color, { title: "forecast minus truth", showgrid: false, zeroline: true, zerolinecolor: color("quiet") }),
      yaxis: axis(color, { title: "share of forecasts", tickformat: "~%" }), uirevision: chosen.target,
    })];
  }

  function residual_chart(color) {
    const step = models()[0].tracks[0].step;
    const traces = models().map((model) => {
      const track = model.tracks[0], own = model_color(color, model.model);
      const y = track.prediction.map((value, i) => (value === null || track.truth[i] === null ? null : value - track.truth[i]));
      return { type: "scatter", mode: "markers", name: plain(model.label), x: times(track.time), y, marker: { color: own, size: 3.5, opacity: 0.5 }, hovertemplate: "%{y:.4~g}" };
    });
    return [traces, layout(color, {
      hovermode: "closest", xaxis: time_axis(color, { showgrid: false, nticks: 6 }),
      yaxis: axis(color, { title: `residual, ${ahead(step)}`, zeroline: true, zerolinecolor: color("quiet") }), uirevision: chosen.target,
    })];
  }

  function reliability_chart(color) {
    const traces = [
      line("calibrated", [0, 1], [0, 1], color("quiet"), { line: { dash: "dash", width: 1.4 }, trace: { hoverinfo: "skip" } }),
      ...data.uncertainty.calibrations.map((of) => line(of.label, of.level, of.share, model_color(color, of.model), { trace: { mode: "lines+markers", hovertemplate: "%{y:.1%}" } })),
    ];
    return [traces, layout(color, {
      xaxis: axis(color, { title: "level of the quantile", range: [0, 1] }), yaxis: axis(color, { title: "share of truths below it", range: [0, 1] }),
    })];
  }

  function interval_chart(color, of) {
    const { level, intervals } = data.uncertainty, share = of === "coverage";
    const wanted = share ? [line("asked for", intervals[0].step, intervals[0].step.map(() => level / 100), color("quiet"), { line: { dash: "dash", width: 1.4 } })] : [];
    const traces = [...wanted, ...intervals.map((model) => line(model.label, model.step, model[of], model_color(color, model.model), { trace: { hovertemplate: share ? "%{y:.1%}" : "%{y:.4~g}" } }))];
    return [traces, layout(color, {
      xaxis: axis(color, { title: "steps ahead", showgrid: false, ...whole(intervals[0].step.length) }),
      yaxis: axis(color, share ? { title: "share of truths within", tickformat: "~%" } : { title: "mean width", rangemode: "tozero" }),
    })];
  }

  function comparison_chart(color, measure) {
    const rows = data.comparison.filter((row) => measure in row).map((row) => ({ label: row.label, value: row[measure], color: model_color(color, row.model) }));
    if (data.naive && measure in data.naive) rows.push({ label: last_value, value: data.naive[measure], color: color("naive") });
    rows.reverse();
    return [[{
      type: "bar", orientation: "h", y: rows.map((row) => plain(row.label)), x: rows.map((row) => row.value), marker: { color: rows.map((row) => row.color) },
      text: rows.map((row) => short(row.value)), textposition: "auto", hoverinfo: "skip",
    }], layout(color, {
      dragmode: false,
      xaxis: axis(color, { title: `${measure === "mae" ? "mean absolute" : "mean squared"} error (scaled), ${data.split}`, rangemode: "tozero" }),
      yaxis: axis(color, { showgrid: false }),
    })];
  }

  const step_axis = (color) => axis(color, { title: "row of the window", showgrid: false });

  function attention_chart(color) {
    const traces = data.attention.map((of) => line(of.label, of.steps, of.mean, model_color(color, of.model), { line: { width: 2.2 } }));
    return [traces, layout(color, { xaxis: step_axis(color), yaxis: axis(color, { title: "mean weight", rangemode: "tozero" }) })];
  }

  function attention_map(color, of) {
    return [[{
      type: "heatmap", x: of.steps, y: of.origins.map(plain), z: of.weights, zmin: 0, zmax: most(of.weights.map(most)),
      colorscale: [[0, color("paper")], [1, model_color(color, of.model)]],
      colorbar: { thickness: 12, outlinewidth: 0, tickfont: { color: color("quiet"), size: 11.5 } },
      hovertemplate: "%{y}, row %{x}: %{z:.3~g}<extra></extra>",
    }], layout(color, {
      hovermode: "closest", xaxis: step_axis(color), yaxis: axis(color, { type: "category", autorange: "reversed", showgrid: false }),
    })];
  }

  // The pictures of the page: the element of each, with the function that describes it and the element of its legend.
  const charts = new Map();
  function add(id, build, legend = element(id.replace("plot", "legend"))) {
    if (element(id)) charts.set(element(id), { build, legend });
  }

  function fill_legend(place, traces) {
    const shown = traces.filter((trace) => trace.showlegend !== false && trace.meta && trace.y.some((value) => value !== null));
    place.replaceChildren(...(shown.length < 2 ? [] : shown).map((trace) => {
      const entry = document.createElement("span");
      entry.textContent = trace.meta;
      entry.style.setProperty("--swatch", trace.line?.color ?? trace.marker.color);
      entry.classList.toggle("dashed", Boolean(trace.line?.dash));
      entry.classList.toggle("dot", trace.mode === "markers");
      return entry;
    }));
  }

  // The cell of each example says where it begins; a target, as a series of many, may have fewer examples than others.
  function head_examples() {
    [...(element("plot-examples")?.children ?? [])].forEach((cell, i) => {
      const example = models()[0].examples[i];
      cell.hidden = !example;
      if (example) cell.firstChild.textContent = `from ${example.label}`;
    });
  }

  function render() {
    const color = palette();
    if (data.targets.length) head_examples();
    for (const [place, { build, legend }] of charts) {
      if (place.parentElement.hidden) continue;
      try {
        const [traces, arrangement] = build(color);
        if (legend) fill_legend(legend, traces);
        Plotly.react(place, traces, arrangement, config);
      } catch (error) {  // the other pictures are still useful
        place.textContent = `This picture cannot be drawn: ${error.message}`;
      }
    }
    describe_residuals();
  }

  function describe_residuals() {
    const place = element("caption-residuals");
    if (!place) return;
    place.textContent = models().map((model) => {
      const { bias, deviation, histogram } = model;
      const way = bias > 0 ? "too high" : "too low";
      return `${models().length > 1 ? `${model.label}: on` : "On"} average ${short(Math.abs(bias))} ${way}, with a standard deviation of ${short(deviation)}` +
        (histogram.beyond ? `; ${count(histogram.beyond)} of ${count(model.count)} residuals lie beyond the histogram.` : ".");
    }).join(" ");
  }

  // A row of buttons, one of them pressed.
  function choice(id, name, label, options) {
    const place = element(id);
    if (!place || options.length < 2) return;
    const group = document.createElement("span");
    group.className = "choice";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", label);
    const buttons = options.map(([value, text]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.addEventListener("click", () => {
        chosen[name] = value;
        mark();
        render();
      });
      return button;
    });
    const mark = () => options.forEach(([value], i) => buttons[i].setAttribute("aria-pressed", String(chosen[name] === value)));
    mark();
    group.append(...buttons);
    place.append(label, group);
  }

  function target_selector() {
    const place = element("controls-target");
    if (!place || data.targets.length < 2) return;
    const label = document.createElement("label"), select = document.createElement("select");
    label.append(data.target_label, select);
    data.targets.forEach((target, i) => select.add(new Option(target.name, String(i))));
    select.addEventListener("change", () => {
      chosen.target = Number(select.value);
      step_selector();
      render();
    });
    place.append(label);
  }

  // One forecast of many is drawn and shown in numbers.
  function next_selector() {
    const place = element("controls-next"), { targets, label: word } = data.next;
    const show = () => targets.forEach((_, i) => (element(`next-table-${i}`).hidden = i !== chosen.next));
    show();
    if (targets.length < 2) return;
    const label = document.createElement("label"), select = document.createElement("select");
    label.append(word, select);
    targets.forEach((target, i) => select.add(new Option(target.name, String(i))));
    select.addEventListener("change", () => {
      chosen.next = Number(select.value);
      show();
      render();
    });
    place.append(label);
  }

  // Series of several frequencies have steps of their own.
  function step_selector() {
    const tracks = models()[0].tracks;
    chosen.step = Math.min(chosen.step, tracks.length - 1);
    element("controls-step")?.replaceChildren();
    choice("controls-step", "step", "Steps ahead", tracks.map((track, i) => [i, String(track.step)]));
  }

  function loss_scale() {
    const losses = data.losses.flatMap((loss) => loss.train.concat(loss.val)).filter((value) => value !== null);
    const low = least(losses), high = most(losses);
    if (!(low > 0) || high < 4 * low) return;
    if (high > 20 * low) chosen.loss = "log";
    choice("controls-loss", "loss", "Scale", [["linear", "linear"], ["log", "logarithmic"]]);
  }

  if (data.next) {
    next_selector();
    add("plot-next", next_chart);
  }
  loss_scale();
  add("plot-loss", loss_chart);
  if (data.targets.length) {
    target_selector();
    step_selector();
    choice("controls-error", "error", "Error", [["mae", "mean absolute"], ["rmse", "root mean squared"]]);
    add("plot-tracks", track_chart);
    const multiples = element("plot-examples");
    const most_examples = multiples ? Math.max(...data.targets.map((target) => target.models[0].examples.length)) : 0;
    for (let i = 0; i < most_examples; ++i) {
      const cell = document.createElement("div"), heading = document.createElement("h4"), plot = document.createElement("div");
      plot.className = "plot";
      plot.id = `plot-example-${i}`;
      cell.append(heading, plot);
      multiples.append(cell);
      add(plot.id, (color) => example_chart(color, i), i === 0 ? element("legend-examples") : null);
    }
    add("plot-steps", step_chart);
    add("plot-histogram", histogram_chart);
    add("plot-residuals", residual_chart);
  }
  add("plot-reliability", reliability_chart);
  add("plot-coverage", (color) => interval_chart(color, "coverage"));
  add("plot-width", (color) => interval_chart(color, "width"), null);
  add("plot-attention", attention_chart);
  data.attention.filter((of) => of.origins.length).forEach((of, i) => add(`plot-attention-${i}`, (color) => attention_map(color, of), null));
  search_charts(data.studies, { add, axis, layout, line, model_color, plain, short, transparent });
  for (const measure of ["mae", "mse"]) {
    const place = element(`plot-comparison-${measure}`);
    if (place) place.style.height = `${70 + 38 * (data.comparison.length + 1)}px`;
    add(`plot-comparison-${measure}`, (color) => comparison_chart(color, measure));
  }
  render();
  dark.addEventListener("change", render);
  for (const [moment, printing] of [["beforeprint", true], ["afterprint", false]]) {
    addEventListener(moment, () => {
      document.documentElement.classList.toggle("printing", printing);
      render();
      for (const place of charts.keys()) Plotly.Plots.resize(place);
    });
  }
})();
